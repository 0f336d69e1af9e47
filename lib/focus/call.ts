import type { Call as Asking, Caller } from '../conference/calls.ts';
import type { EndpointState, Execution } from '../conference/endpoint-state.ts';
import type { Endpoints } from '../conference/endpoints.ts';
import { endpointOf } from '../conference/endpoints.ts';
import { isSidebar } from '../conference/sidebars.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { statusOf } from '../model/user.ts';
import { type Leg, MediaRefused, type Mixer, type Path, type SidebarPart } from '../mixer/mixer.ts';
import type { Clock } from '../sip/clock.ts';
import type { Description } from '../sip/dialog/description.ts';
import type { Outcome, Refused, SessionEnd, SessionUser } from '../sip/dialog/session-user.ts';
import type { Session } from '../sip/dialog/session.ts';
import type { Request } from '../sip/message/request.ts';
import { mediaRefusal, sdpIn, sessionDescription } from './descriptions.ts';
import type { Calls } from './calls.ts';
import { type Controls, controlsOf, labelsOf, stateOf, UNTOUCHED } from './media.ts';
import type { CallRecords } from './records.ts';
import type { XmlElement } from '../xml/element.ts';

/** What every call uses of the focus. */
export interface CallContext {
  readonly endpoints: Pick<Endpoints, 'report' | 'remove' | 'conceal'>;
  readonly mixer: Mixer;
  readonly calls: Calls;
  readonly records: CallRecords;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  /** Milliseconds that somebody stays in the roster who is out for another reason than that he left. */
  readonly leaversShown: number;
  /** Looks at a target refresh of a peer; says why it is refused and the call ends (3GPP TS 24.605 §4.6). */
  readonly judgeRefresh?: ((message: Pick<Request, 'contacts'>) => Refused | undefined) | undefined;
  /** What a re-INVITE asks of the conference, by the right of its sender. */
  readonly asked?: ((call: Call, request: Request) => void) | undefined;
  readonly report: (error: unknown) => void;
}

export interface CallParts {
  /** Names its leg, and its record; unique for ever. */
  readonly id: string;
  readonly conference: XconUri;
  readonly user: XconUserId;
  /** The entity of its endpoint. */
  readonly endpoint: string;
  /** As whom its requests act. */
  readonly caller: Caller;
  readonly joined: 'dialed-in' | 'dialed-out';
  /** With another focus of the conference. */
  readonly isCascade?: boolean;
}

/** Why a call ends, as the roster shows it (RFC 4575 §5.7.6, §5.7.7). */
export interface CallEnd {
  readonly method: NonNullable<EndpointState['disconnectionMethod']>;
  /** A value of Reason (RFC 3326), sent to the peer too: `SIP;cause=200;text="…"`. */
  readonly reason?: string;
  readonly by?: string;
  /** Nothing of it stays in the roster, not even for a while. */
  readonly silently?: boolean;
  /** The roster has nothing of it: somebody else tells what becomes of the endpoint. */
  readonly unlisted?: boolean;
}

/**
 * One call: an endpoint of a participant, its dialog and its media. It is made when somebody calls or is called, `joins` the conference when
 * its session is there, follows what the conference object says of it, and is over once.
 */
export class Call implements SessionUser {
  readonly id: string;
  readonly conference: XconUri;
  readonly user: XconUserId;
  readonly endpoint: string;
  readonly caller: Caller;
  readonly joined: CallParts['joined'];
  readonly isCascade: boolean;
  readonly #context: CallContext;
  #session: Session | undefined;
  #leg: Leg | undefined;
  #controls: Controls = UNTOUCHED;
  #told = '';
  #hasEntered = false;
  #sidebar: XconUri | undefined;
  #beside: { readonly sidebar: XconUri; readonly part: SidebarPart } | undefined;
  #awaited: ((object: ConferenceObject | undefined) => void) | undefined;
  #end: CallEnd | undefined;
  #isOver = false;
  #onDigit: ((digit: string) => void) | undefined;
  readonly #onOver: ((end: CallEnd) => void)[] = [];

  constructor(context: CallContext, { id, conference, user, endpoint, caller, joined, isCascade = false }: CallParts) {
    this.#context = context;
    this.id = id;
    this.conference = conference;
    this.user = user;
    this.endpoint = endpoint;
    this.caller = caller;
    this.joined = joined;
    this.isCascade = isCascade;
    context.calls.add(this);
  }

  /** The INVITE session, since it is established. */
  get session(): Session | undefined {
    return this.#session;
  }

  get leg(): Leg | undefined {
    return this.#leg;
  }

  /** The sidebar where it is heard, instead of the conference itself. */
  get sidebar(): XconUri | undefined {
    return this.#sidebar;
  }

  /** Where it is heard; undefined: nowhere yet. */
  get heardIn(): XconUri | undefined {
    if (!this.#hasEntered) return undefined;
    return this.#beside?.part === 'speaks' ? this.#beside.sidebar : (this.#sidebar ?? this.conference);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** What is kept of it beside its dialog. */
  get record(): CallParts {
    const { id, conference, user, endpoint, caller, joined, isCascade } = this;
    return { id, conference, user, endpoint, caller, joined, ...(isCascade && { isCascade }) };
  }

  /** As what requests in its dialog appear to the rules. */
  get asking(): Asking {
    return { caller: this.caller, source: this.id, profile: 'standard' };
  }

  /** Runs once when it is over. */
  onOver(run: (end: CallEnd) => void): void {
    this.#onOver.push(run);
  }

  /** Who is told of the keys that are pressed. */
  onDigit(run: ((digit: string) => void) | undefined): void {
    this.#onDigit = run;
  }

  digit(digit: string): void {
    this.#onDigit?.(digit);
  }

  /**
   * A place at the mixer, for the peer's offer or for ours; `waiting`: alone until `group` is called. @throws {MediaRefused}
   */
  async open(object: ConferenceObject, offer?: string, waiting = false): Promise<Leg> {
    const { kind, parent } = object.header;
    // Who calls a sidebar is heard beside those who come from its main conference.
    const main = isSidebar(kind) ? parent?.uri : undefined;
    if (main !== undefined) this.#sidebar = this.conference;
    const options = { labels: labelsOf(object), waiting: waiting || main !== undefined };
    const offered = offer === undefined ? options : { ...options, offer };
    const leg = await this.#context.mixer.allocate(main ?? this.conference, this.id, offered);
    this.#leg = leg;
    if (this.#isOver) await leg.release();
    return leg;
  }

  /** What goes into the next INVITE or 2xx. */
  get local(): Description | undefined {
    return this.#leg && sessionDescription(this.#leg.local);
  }

  /** What the roster shows of it once it is connected. */
  get state(): EndpointState {
    return this.#leg === undefined ? { status: 'connected' } : stateOf(this.#leg, this.#controls);
  }

  /** Its session is established. */
  establish(session: Session): void {
    this.#session = session;
    this.#context.calls.addDialog(session.dialog.id, this);
  }

  /** From one room to another; undefined: the conference itself. */
  move(sidebar: XconUri | undefined): void {
    if (sidebar === this.#sidebar) return;
    this.#sidebar = sidebar;
    if (this.#hasEntered) this.#leg?.group(sidebar).catch(this.#context.report);
  }

  /** What it does in a sidebar beside the conference; undefined: nothing in this one. */
  beside(sidebar: XconUri, part: SidebarPart | undefined): void {
    const before = this.#beside;
    if (part === undefined ? before?.sidebar !== sidebar : before?.sidebar === sidebar && before.part === part) return;
    this.#beside = part && { sidebar, part };
    if (this.#hasEntered) this.#leg?.beside(part && sidebar, part).catch(this.#context.report);
  }

  /** It is in the conference: from now on it follows the object, as it is. */
  enter(object: ConferenceObject): void {
    this.#awaited = undefined;
    this.#hasEntered = true;
    const { sidebar, part } = this.#beside ?? {};
    if (part !== undefined) this.#leg?.beside(sidebar, part).catch(this.#context.report);
    this.follow(object);
  }

  /** Until it enters, what becomes of the object goes there. */
  await(look: (object: ConferenceObject | undefined) => void): void {
    this.#awaited = look;
  }

  /** What the conference object says of it now; undefined: there is none any more. `end`: why, where it has no place there. */
  follow(object: ConferenceObject | undefined, end: CallEnd = REMOVED): void {
    if (this.#isOver) return;
    if (!this.#hasEntered) {
      this.#awaited?.(object);
      return;
    }
    const endpoint = this.endpointIn(object);
    if (object === undefined || endpoint === undefined || GOING.has(statusOf(endpoint))) this.hangUp(end);
    else this.#apply(controlsOf(object, endpoint));
  }

  /** Its endpoint in the conference object. */
  endpointIn(object: ConferenceObject | undefined): XmlElement | undefined {
    const record = object?.users.get(this.user);
    return record && endpointOf(record, this.endpoint);
  }

  /** Ends it by BYE, whatever state it is in. */
  hangUp(end: CallEnd): void {
    if (this.#isOver) return;
    this.#end ??= end;
    const fields = end.reason === undefined ? [] : [['Reason', end.reason] as const];
    if (this.#session !== undefined) void this.#session.bye(fields).catch(this.#context.report);
    // What becomes of somebody who is being called, who calls her tells.
    else this.over(this.joined === 'dialed-out' ? { ...end, unlisted: true } : end);
  }

  /** Tells the roster what is new of it. */
  report(state: EndpointState): Promise<ConferenceObject | undefined> {
    return this.#context.endpoints.report(this.conference, this.user, this.endpoint, state);
  }

  refreshing(request: Request): Refused | undefined {
    const refused = this.isCascade ? undefined : this.#context.judgeRefresh?.(request);
    if (refused === undefined) this.#context.asked?.(this, request);
    else queueMicrotask(() => this.hangUp(FORBIDDEN));
    return refused;
  }

  async offered(offer: Description | undefined): Promise<Outcome> {
    const leg = this.#leg;
    if (leg === undefined) return { status: 488 };
    if (offer === undefined) return sessionDescription(leg.offer());
    const text = sdpIn(offer);
    if (text === undefined) return { status: 415, fields: [['Accept', 'application/sdp']] };
    try {
      const answer = await leg.update(text);
      this.#tell();
      return sessionDescription(answer);
    } catch (error) {
      if (error instanceof MediaRefused) return mediaRefusal(error);
      throw error;
    }
  }

  answered(answer: Description): void {
    const text = sdpIn(answer);
    const leg = this.#leg;
    if (leg === undefined || text === undefined) return;
    leg.accept(text).then(
      () => this.#tell(),
      (error: unknown) => {
        if (!(error instanceof MediaRefused)) this.#context.report(error);
        this.hangUp({ method: 'failed', reason: 'SIP;cause=488' });
      },
    );
  }

  description(): Description | undefined {
    return this.local;
  }

  ended(end: SessionEnd): void {
    this.over(this.#end ?? ENDS[end.cause]);
  }

  /** It is over, and nothing of it goes out any more. */
  over(end: CallEnd): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { calls, records, report } = this.#context;
    calls.delete(this);
    this.#leg?.release().catch(report);
    this.#leaveRoster(end)
      .then(() => records.forget(this.id))
      .catch(report);
    for (const run of this.#onOver) run(end);
  }

  /** Who has left by himself is gone; why somebody else is out is told. */
  async #leaveRoster({ method, reason, by, silently, unlisted }: CallEnd): Promise<void> {
    const { endpoints, date, clock, leaversShown } = this.#context;
    if (unlisted === true) return;
    if (method === 'departed' || silently === true) {
      await endpoints.remove(this.conference, this.user, [this.endpoint]);
      return;
    }
    const disconnectionInfo: Execution = {
      when: date(),
      ...(reason !== undefined && { reason }),
      ...(by !== undefined && { by }),
    };
    const state = { status: 'disconnected', disconnectionMethod: method, disconnectionInfo, media: [] } as const;
    if ((await this.report(state)) === undefined) return;
    clock.after(leaversShown, () => void this.#forget().catch(this.#context.report));
  }

  /** Takes what is left of it out of the roster, unless another call has taken its place. */
  async #forget(): Promise<void> {
    const { endpoints, calls } = this.#context;
    for (const { endpoint } of calls.of(this.conference, this.user)) if (endpoint === this.endpoint) return;
    await endpoints.remove(this.conference, this.user, [this.endpoint]);
  }

  /** Asks the peer whether he is still there, since the way to him has broken. */
  async probe(): Promise<void> {
    if (this.#isOver || this.#session === undefined) return;
    const { cause, response } = await this.#session.request('OPTIONS');
    if (cause === 'transport' || response.status === 408) this.hangUp(UNREACHABLE);
    else if (!this.isCascade && this.#context.judgeRefresh?.(response)) this.hangUp(FORBIDDEN);
  }

  #apply(controls: Controls): void {
    const { report } = this.#context;
    const before = this.#controls;
    this.#controls = controls;
    for (const path of PATHS) {
      if (controls.muted[path] !== before.muted[path]) this.#leg?.mute(path, controls.muted[path]).catch(report);
      if (controls.gain[path] !== before.gain[path]) this.#leg?.gain(path, controls.gain[path]).catch(report);
    }
    this.#tell();
  }

  /** Once for each state that is another. */
  #tell(): void {
    if (!this.#hasEntered || this.#isOver) return;
    const { state } = this;
    const told = JSON.stringify(state);
    if (told === this.#told) return;
    this.#told = told;
    this.report(state).catch(this.#context.report);
  }
}

const PATHS: readonly Path[] = ['to-mixer', 'from-mixer'];
const GOING = new Set(['disconnecting', 'disconnected']);

export const REMOVED: CallEnd = { method: 'booted', reason: 'SIP;cause=200;text="Removed from the conference"' };
const UNREACHABLE: CallEnd = { method: 'failed', reason: 'SIP;cause=503;text="Connection lost"' };
const FORBIDDEN: CallEnd = { method: 'booted', reason: 'SIP;cause=403;text="A conference can not take part"' };
export const CONFERENCE_ENDED: CallEnd = { method: 'booted', reason: 'SIP;cause=200;text="The conference has ended"' };

/** How the end of a session that we did not end appears. */
const ENDS: Readonly<Record<SessionEnd['cause'], CallEnd>> = {
  left: { method: 'departed' },
  'hung up': { method: 'booted' },
  lost: { method: 'failed', reason: 'SIP;cause=408' },
  expired: { method: 'failed', reason: 'SIP;cause=408;text="Session expired"' },
  unacknowledged: { method: 'failed', reason: 'SIP;cause=408;text="No ACK"' },
  refused: { method: 'departed', silently: true },
};
