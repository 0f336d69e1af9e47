import type { Change } from '../conference/changes.ts';
import type { ConferenceControl } from '../conference/control.ts';
import type { Endpoints } from '../conference/endpoints.ts';
import { Refusal } from '../conference/refusal.ts';
import { info } from '../model/names.ts';
import type { Principal } from '../directory/principal.ts';
import type { PartName } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { Mixer } from '../mixer/mixer.ts';
import type { Clock } from '../sip/clock.ts';
import { dialogId } from '../sip/dialog/dialog.ts';
import type { IncomingInvite } from '../sip/dialog/incoming-invite.ts';
import { type SessionSettings, sessionDefaults, type SessionUser } from '../sip/dialog/session-user.ts';
import { type Incoming, refuse } from '../sip/event/answering.ts';
import type { NameAddress } from '../sip/message/name-address.ts';
import type { Request } from '../sip/message/request.ts';
import type { Uri } from '../sip/message/uri.ts';
import type { ServerTransaction } from '../sip/transaction/server.ts';
import { warning } from './answers.ts';
import { type Call, type CallContext, CONFERENCE_ENDED, REMOVED } from './call.ts';
import { type Identified, identifyCaller, type Identities } from './caller.ts';
import { Calls } from './calls.ts';
import { IncomingCall } from './incoming-call.ts';
import { chime } from './chimes.ts';
import { mayReplace, namedCall, NOT_YOURS, REPLACED } from './named-dialog.ts';
import { followSidebar } from './sidebars.ts';
import { pinDefaults, type PinSettings } from './pin-entry.ts';
import type { CallRecords } from './records.ts';

export interface FocusSettings {
  /** Calls at once. */
  readonly calls: number;
  readonly session: Partial<SessionSettings>;
  /** Milliseconds that somebody stays in the roster who is out for another reason than that he left. */
  readonly leaversShown: number;
  /** The most people of a conference who hear others come and go. */
  readonly chimes: number;
  readonly pin: PinSettings;
  /** The URI of who brings people into conferences of the join-handling directed-operator. */
  readonly operator?: string | undefined;
}

export const focusDefaults: FocusSettings = {
  calls: 20_000,
  session: { timer: sessionDefaults.timer },
  leaversShown: 10_000,
  chimes: 20,
  pin: pinDefaults,
};

export interface FocusOptions {
  readonly control: Pick<ConferenceControl, 'update'>;
  readonly endpoints: Endpoints;
  /** Follows every change of a conference. */
  readonly onChange: (listener: (change: Change) => void) => void;
  readonly mixer: Mixer;
  readonly identities: Identities;
  readonly records: CallRecords;
  /** The conference that a Request-URI names. */
  readonly conferenceOf: (uri: Uri) => XconUri | undefined;
  /** The object to which the address of a conference leads now: of a series what stands for the occurrence that goes on. */
  readonly reached?: (conference: XconUri) => Promise<XconUri>;
  /** Our Contact in a dialog about a conference, with `isfocus` (RFC 4579 §4), as a field value. */
  readonly contact: (server: Incoming, conference: XconUri) => string;
  /** Whether a Contact is that of another focus. */
  readonly isFocus: (contact: NameAddress | undefined) => boolean;
  /** Whether a conference names somebody as another focus of its own; undefined: anybody. */
  readonly cascades: (conference: XconUri, focus: Principal | undefined) => Promise<boolean>;
  /** Takes an INVITE: `UserAgent.take`. */
  readonly take: (
    server: ServerTransaction,
    contact: string,
    user: SessionUser,
    settings: Partial<SessionSettings>,
  ) => IncomingInvite | undefined;
  /** Answers OPTIONS with what we can do, and these fields. */
  readonly answerOptions: (server: ServerTransaction, fields: Fields) => void;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly newId: () => string;
  readonly settings?: Partial<FocusSettings>;
  readonly report: (error: unknown) => void;
}

type Fields = readonly (readonly [name: string, value: string])[];

/** What calls are taken with. */
export interface FocusParts extends Omit<FocusOptions, 'settings'> {
  readonly settings: FocusSettings;
  readonly context: CallContext;
  /** Of every 2xx of ours to an INVITE. */
  readonly fields: Fields;
}

/** The focus (RFC 4353 §2): every conference's participants are connected with it by SIP. */
export class Focus {
  readonly calls = new Calls();
  /** What calls are made with, those that we make too. */
  readonly parts: FocusParts;

  constructor(options: FocusOptions) {
    const { endpoints, mixer, records, clock, date, report, isFocus } = options;
    const settings = { ...focusDefaults, ...options.settings };
    const { leaversShown } = settings;
    const judgeRefresh: CallContext['judgeRefresh'] = ({ contacts }) =>
      contacts.some(isFocus) ? FOCUS_REFUSED : undefined;
    this.parts = {
      ...options,
      settings,
      context: {
        ...{ endpoints, mixer, calls: this.calls, records, clock, date, leaversShown },
        ...{ judgeRefresh, asked: this.#asked, report },
      },
      fields: [['Allow-Events', 'conference']],
    };
    options.onChange((change) => {
      this.#follow(change);
      chime(mixer, change, settings.chimes, report);
    });
    mixer.listen({
      digit: (_, leg, digit) => this.calls.find(leg)?.digit(digit),
      lost: (_, leg) => this.calls.find(leg)?.hangUp({ method: 'failed', reason: 'SIP;cause=503;text="Media failed"' }),
    });
  }

  /** An INVITE outside of dialogs. */
  async invite(server: ServerTransaction): Promise<void> {
    const { request } = server;
    const named = namedCall(request, this.calls);
    if (named !== undefined && 'status' in named) {
      refuse(server, named);
      return;
    }
    const conference = named?.call.conference ?? (await this.reached(request.uri));
    if (conference === undefined) refuse(server, { status: 404 });
    else if (this.calls.size >= this.parts.settings.calls) refuse(server, FULL);
    else if (named?.isReplaced === true) await this.#replace(server, named.call);
    else await this.#receive(server, conference, (call) => call.take());
  }

  /** Somebody goes on with his call from elsewhere (RFC 4579 §5.9). */
  #replace(server: ServerTransaction, before: Call): Promise<void> {
    return this.#receive(server, before.conference, async (call, { caller }) => {
      if (!mayReplace(caller, before)) {
        refuse(server, NOT_YOURS);
        return;
      }
      // RFC 3891 §3: as long as the new one is not in, nothing happens to it.
      await call.take(() => before.hangUp(REPLACED));
    });
  }

  /** OPTIONS outside of dialogs: what an INVITE would be told (RFC 3261 §11.2), from a focus (RFC 4579 §5.13). */
  async options(server: ServerTransaction): Promise<void> {
    const conference = await this.reached(server.request.uri);
    if (conference === undefined) {
      this.parts.answerOptions(server, []);
      return;
    }
    const fields: Fields = [['Contact', this.parts.contact(server, conference)]];
    await this.#receive(server, conference, async (call) => {
      await call.check();
      this.parts.answerOptions(server, fields);
    });
  }

  /** The call in whose dialog a request comes. */
  callOf({ callId, to, from }: Request): Call | undefined {
    return this.calls.ofDialog(dialogId(callId, to.tag ?? '', from.tag ?? ''));
  }

  /** Ends every call. */
  async close(): Promise<void> {
    for (const call of [...this.calls.all()]) call.hangUp({ method: 'booted', reason: 'SIP;cause=503' });
    await this.parts.mixer.close();
  }

  /** The conference of an address. A Contact of ours names the very conference, another may be that of a series. */
  async reached(uri: Uri): Promise<XconUri | undefined> {
    const conference = this.parts.conferenceOf(uri);
    const isFixed = conference === undefined || (uri.kind === 'sip' && uri.parameters.has('conf-id'));
    return isFixed ? conference : (this.parts.reached?.(conference) ?? conference);
  }

  async #receive(
    server: ServerTransaction,
    conference: XconUri,
    serve: (call: IncomingCall, identified: Identified) => Promise<void>,
  ): Promise<void> {
    const { identities, isFocus, cascades } = this.parts;
    const isOther = server.request.contacts.some(isFocus);
    // Where no other focus is expected, none is asked who it is.
    if (isOther && !(await cascades(conference, undefined))) {
      refuse(server, FOCUS_REFUSED);
      return;
    }
    const identified = await identifyCaller(server, identities);
    if ('status' in identified) {
      refuse(server, identified);
      return;
    }
    const { caller } = identified;
    if (isOther && !(caller.kind === 'user' && (await cascades(conference, caller.principal)))) {
      refuse(server, FOCUS_REFUSED);
      return;
    }
    await this.#serve(server, conference, identified, (call) => serve(call, identified), isOther);
  }

  /** Lets somebody whom we know into a conference, or answers why not. */
  take(server: ServerTransaction, conference: XconUri, identified: Identified): Promise<void> {
    return this.#serve(server, conference, identified, (call) => call.take());
  }

  async #serve(
    server: ServerTransaction,
    conference: XconUri,
    identified: Identified,
    serve: (call: IncomingCall) => Promise<void>,
    isCascade = false,
  ): Promise<void> {
    const { identities } = this.parts;
    const call = new IncomingCall(this.parts, server, conference, identified, isCascade);
    try {
      await serve(call);
    } catch (error) {
      const refusal = call.refusalOf(error);
      // Who is nobody yet proves who he is where the rules want to know.
      const challenge = refusal.status === 401 ? await identities.identify(server) : refusal;
      refuse(server, 'status' in challenge ? challenge : refusal);
    }
  }

  /** Linphone's administrators name the conference by the Subject of a re-INVITE. */
  readonly #asked = ({ asking, conference }: Call, request: Request): void => {
    const subject = request.header('Subject')?.trim();
    if (subject === undefined || subject === '') return;
    const description = info('conference-description', {}, [info('subject', {}, [subject])]);
    this.parts.control
      .update(asking, conference, info('conference-info', {}, [description]))
      .catch((error: unknown) => {
        // Who may not is not told: his call goes on.
        if (!(error instanceof Refusal)) this.parts.report(error);
      });
  };

  #follow(change: Change): void {
    followSidebar(this.calls, change);
    const { uri, after, touched, by } = change;
    const isGone = after === undefined || !after.header.active;
    if (isGone || touched.some(({ kind }) => kind === 'section')) {
      // The last one may have been removed, and so have ended it.
      const isRemoval = after !== undefined && !by.startsWith(CLOCK) && touched.filter(isUser).length === 1;
      for (const call of [...this.calls.in(uri)]) call.follow(after, isRemoval ? REMOVED : CONFERENCE_ENDED);
      return;
    }
    for (const { kind, key } of touched)
      if (kind === 'user') for (const call of [...this.calls.of(uri, key as never)]) call.follow(after);
  }
}

/** As whom the clock makes changes. */
const CLOCK = 'xcon-userid:%clock@';

const isUser = ({ kind }: PartName): boolean => kind === 'user';

const FULL = { status: 503, fields: [['Retry-After', '30'], warning('Too many calls.')] } as const;

/** 3GPP TS 24.605: a conference is no participant of another. */
const FOCUS_REFUSED = { status: 403, fields: [warning('A conference can not take part in another conference.')] };
