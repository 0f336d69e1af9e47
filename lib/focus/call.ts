import type { Call as Asking, Caller } from '../conference/calls.ts';
import type { EndpointState } from '../conference/endpoint-state.ts';
import { endpointOf } from '../conference/endpoints.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { statusOf } from '../model/user.ts';
import type { XmlElement } from '../xml/element.ts';
import type { Leg, SidebarPart } from '../mixer/mixer.ts';
import { type Description, descriptionOf } from '../sip/dialog/description.ts';
import type { Outcome, Refused, SessionEnd, SessionUser } from '../sip/dialog/session-user.ts';
import type { Session } from '../sip/dialog/session.ts';
import type { Request } from '../sip/message/request.ts';
import type { Response } from '../sip/message/response.ts';
import type { CallContext, CallParts } from './call-context.ts';
import { CallMedia } from './call-media.ts';
import { type CallEnd, ENDS, FORBIDDEN, NOT_ACCEPTABLE, REMOVED, UNREACHABLE } from './endings.ts';
import { controlsOf } from './media.ts';
import { RosterPlace } from './roster-place.ts';

export type { CallContext, CallParts } from './call-context.ts';
export type { CallEnd } from './endings.ts';

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
  readonly #media: CallMedia;
  readonly #place: RosterPlace;
  #session: Session | undefined;
  #hasEntered = false;
  #awaited: ((object: ConferenceObject | undefined) => void) | undefined;
  #end: CallEnd | undefined;
  #isOver = false;
  /** A re-INVITE or UPDATE whose media are judged before what it asks is done. */
  #judged: Request | undefined;
  #onDigit: ((digit: string) => void) | undefined;
  #gone: Promise<void> = Promise.resolve();
  readonly #onOver: ((end: CallEnd) => void)[] = [];

  constructor(context: CallContext, { id, conference, user, endpoint, caller, joined, isCascade = false }: CallParts) {
    this.#context = context;
    this.#media = new CallMedia(context.mixer, context.report);
    this.#place = new RosterPlace(context, conference, user, endpoint);
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
    return this.#media.leg;
  }

  /** The sidebar where it is heard, instead of the conference itself. */
  get sidebar(): XconUri | undefined {
    return this.#media.sidebar;
  }

  /** Where it is heard; undefined: nowhere yet. */
  get heardIn(): XconUri | undefined {
    if (!this.#hasEntered) return undefined;
    return this.#media.speaksIn ?? this.#media.sidebar ?? this.conference;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** When nothing is left of it. */
  get gone(): Promise<void> {
    return this.#gone;
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
    const leg = await this.#media.open(this.id, object, offer, waiting);
    if (this.#isOver) await leg.release();
    return leg;
  }

  /** What goes into the next INVITE or 2xx. */
  get local(): Description | undefined {
    return this.#media.local;
  }

  /** What the roster shows of it once it is connected. */
  get state(): EndpointState {
    return this.#media.state;
  }

  /** Its session is established. */
  establish(session: Session): void {
    this.#session = session;
    this.#context.calls.addDialog(session.dialog.id, this);
  }

  /** From one room to another; undefined: the conference itself. */
  move(sidebar: XconUri | undefined): void {
    this.#media.move(sidebar, this.#hasEntered);
  }

  /** What it does in a sidebar beside the conference; undefined: nothing in this one. */
  beside(sidebar: XconUri, part: SidebarPart | undefined): void {
    this.#media.beside(sidebar, part, this.#hasEntered);
  }

  /** It is in the conference, whose roster has its state, unless it is to be told: from now on it follows the object, as it is. */
  enter(object: ConferenceObject, isTold = true): void {
    this.#awaited = undefined;
    this.#hasEntered = true;
    this.#media.enter();
    if (isTold) this.#place.shows(this.state);
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
    else {
      this.#media.apply(controlsOf(object, endpoint));
      this.#tell();
    }
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
    return this.#place.report(state);
  }

  refreshing(request: Request): Refused | undefined {
    const refused = this.isCascade ? undefined : this.#context.judgeRefresh?.(request);
    if (refused !== undefined) queueMicrotask(() => this.hangUp(FORBIDDEN));
    // Where the media are still to be judged, nothing is asked before they are.
    else if (this.#addedBy(descriptionOf(request)).length > 0) this.#judged = request;
    else this.#context.asked?.(this, request);
    return refused;
  }

  agreed(response: Response): void {
    if (!this.isCascade && this.#context.judgeRefresh?.(response) !== undefined) this.hangUp(FORBIDDEN);
  }

  async offered(offer: Description | undefined): Promise<Outcome> {
    const asks = this.#judged;
    this.#judged = undefined;
    const added = this.#addedBy(offer);
    const refused = added.length > 0 ? await this.#context.judgeMedia?.(this, added) : undefined;
    if (refused !== undefined) return refused;
    const outcome = await this.#media.offered(offer);
    if (asks !== undefined && outcome !== undefined && 'body' in outcome) this.#context.asked?.(this, asks);
    this.#tell();
    return outcome;
  }

  answered(answer: Description): void {
    this.#media.answered(answer).then((isTaken) => {
      if (isTaken) this.#tell();
      else this.hangUp(NOT_ACCEPTABLE);
    }, this.#context.report);
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
    this.#media.release();
    this.#gone = this.#place
      .leave(end)
      .then(() => records.forget(this.id))
      .catch(report);
    for (const run of this.#onOver) run(end);
  }

  /** Asks the peer whether he is still there, since the way to him has broken. */
  async probe(): Promise<void> {
    if (this.#isOver || this.#session === undefined) return;
    const { cause, response } = await this.#session.request('OPTIONS');
    if (cause === 'transport' || response.status === 408) this.hangUp(UNREACHABLE);
    else if (!this.isCascade && this.#context.judgeRefresh?.(response)) this.hangUp(FORBIDDEN);
  }

  /** Types of media that an offer of the peer brings into a call that is in the roster; what comes before is judged with it. */
  #addedBy(offer: Description | undefined): readonly string[] {
    const isListed = this.#hasEntered || this.#awaited !== undefined || this.joined === 'dialed-out';
    return isListed && offer !== undefined ? this.#media.addedBy(offer) : [];
  }

  /** Once for each state that is another. */
  #tell(): void {
    if (this.#hasEntered && !this.#isOver) this.#place.tell(this.state);
  }
}

const GOING = new Set(['disconnecting', 'disconnected']);
