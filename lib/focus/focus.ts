import { setImmediate as turn } from 'node:timers/promises';
import type { Change } from '../conference/changes.ts';
import { Refusal } from '../conference/refusal.ts';
import type { PartName } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { info } from '../model/names.ts';
import { dialogId } from '../sip/dialog/dialog.ts';
import type { Refused } from '../sip/dialog/session-user.ts';
import { refuse } from '../sip/event/answering.ts';
import type { Request } from '../sip/message/request.ts';
import type { Uri } from '../sip/message/uri.ts';
import type { ServerTransaction } from '../sip/transaction/server.ts';
import { warning } from './answers.ts';
import type { Call, CallContext } from './call.ts';
import { type Identified, identifyCaller } from './caller.ts';
import { Calls } from './calls.ts';
import { chime } from './chimes.ts';
import { mayReplace, namedCall, NOT_YOURS, REPLACED } from './named-dialog.ts';
import { type CallEnd, CONFERENCE_ENDED, REMOVED } from './endings.ts';
import { GuestPlaces } from './guest-places.ts';
import { IncomingCall, refusalFor } from './incoming-call.ts';
import { type Fields, focusDefaults, type FocusOptions, type FocusParts } from './parts.ts';
import { Recovery } from './recovery.ts';
import { followSidebar } from './sidebars.ts';

/** The focus (RFC 4353 §2): every conference's participants are connected with it by SIP. */
export class Focus {
  readonly calls = new Calls();
  /** What calls are made with, those that we make too. */
  readonly parts: FocusParts;
  readonly #recovery: Recovery;

  constructor(options: FocusOptions) {
    const { endpoints, mixer, records, clock, date, report, isFocus } = options;
    const settings = { ...focusDefaults, ...options.settings };
    const { leaversShown } = settings;
    const judgeRefresh: CallContext['judgeRefresh'] = ({ contacts }) =>
      contacts.some(isFocus) ? FOCUS_REFUSED : undefined;
    this.parts = {
      ...options,
      settings,
      guests: new GuestPlaces(settings),
      context: {
        ...{ endpoints, mixer, calls: this.calls, records, clock, date, leaversShown },
        ...{ judgeRefresh, judgeMedia: this.#judgeMedia, asked: this.#asked, report },
      },
      fields: [['Allow-Events', 'conference']],
    };
    this.#recovery = new Recovery(this.parts);
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
    if (this.calls.size >= this.parts.settings.calls) refuse(server, FULL);
    else if (named?.isReplaced === true) await this.#replace(server, named.call);
    else if (conference === undefined) refuse(server, { status: 404 });
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

  /** Knows the calls of before a restart again; to be called before anybody is listened to. Resolves to how many there are. */
  restore(): Promise<number> {
    return this.#recovery.restore();
  }

  /** Asks whether those who were in these calls are still there. */
  async recover(): Promise<void> {
    await this.#recovery.run();
  }

  /** The call in whose dialog a request comes. */
  callOf({ callId, to, from }: Request): Call | undefined {
    return this.calls.ofDialog(dialogId(callId, to.tag ?? '', from.tag ?? ''));
  }

  /** Ends every call. */
  async close(): Promise<void> {
    const calls = [...this.calls.all()];
    for (const call of calls) call.hangUp({ method: 'booted', reason: 'SIP;cause=503', silently: true });
    await Promise.all(calls.map(({ gone }) => gone));
    await this.parts.mixer.close();
  }

  /** The conference of an address. A Contact of ours names the very conference, another may be that of a series. */
  async reached(uri: Uri): Promise<XconUri | undefined> {
    const conference = this.parts.conferenceOf(uri);
    const isFixed = conference === undefined || (uri.kind === 'sip' && uri.parameters.has('conf-id'));
    return isFixed ? conference : (this.parts.reached?.(conference) ?? conference);
  }

  /** Says who sends a request about a conference, or about none that is there; tells him why it is refused. */
  async #receive(
    server: ServerTransaction,
    conference: XconUri,
    serve: (call: IncomingCall, identified: Identified) => Promise<unknown>,
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
    serve: (call: IncomingCall) => Promise<unknown>,
    isCascade = false,
  ): Promise<void> {
    const { identities } = this.parts;
    const call = new IncomingCall(this.parts, server, conference, identified, isCascade);
    try {
      await serve(call);
    } catch (error) {
      const refusal = refusalFor(error, this.parts);
      // Who is nobody yet proves who he is where the rules want to know.
      const challenge = refusal.status === 401 ? await identities.identify(server) : refusal;
      refuse(server, 'status' in challenge ? challenge : refusal);
    }
  }

  /** Every call of a conference, so many at a time, by what the conference is then. */
  async #followAll(uri: XconUri, end: CallEnd): Promise<void> {
    const calls = [...this.calls.in(uri)];
    for (let from = 0; from < calls.length; from += SLICE) {
      const object = await this.parts.endpoints.object(uri);
      for (const call of calls.slice(from, from + SLICE)) call.follow(object, end);
      await turn();
    }
  }

  /** Who adds a medium to her call is judged as if she joined with it. */
  readonly #judgeMedia = async (call: Call, types: readonly string[]): Promise<Refused | undefined> => {
    const { endpoints } = this.parts;
    try {
      await endpoints.checkMedia(call.asking, call.conference, call.user, call.endpoint, types);
      return undefined;
    } catch (error) {
      const { status, fields } = refusalFor(error, this.parts);
      // Others would end more than the re-INVITE (RFC 5057 §5.1).
      return { status: [433, 500, 503, 603].includes(status) ? status : 403, fields };
    }
  };

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
      const isRemoval = after !== undefined && !by.startsWith(OURSELVES) && touched.filter(isUser).length === 1;
      this.#followAll(uri, isRemoval ? REMOVED : CONFERENCE_ENDED).catch(this.parts.report);
      return;
    }
    for (const { kind, key } of touched)
      if (kind === 'user') for (const call of [...this.calls.of(uri, key as never)]) call.follow(after);
  }
}

/** Calls that follow before other work gets a turn of the event loop. */
const SLICE = 100;

/** As whom the clock and the focus itself make changes. */
const OURSELVES = 'xcon-userid:%';

const isUser = ({ kind }: PartName): boolean => kind === 'user';

const FULL = { status: 503, fields: [['Retry-After', '30'], warning('Too many calls.')] } as const;

/** 3GPP TS 24.605: a conference is no participant of another. */
const FOCUS_REFUSED = { status: 403, fields: [warning('A conference can not take part in another conference.')] };
