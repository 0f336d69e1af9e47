import type { EndpointState } from '../conference/endpoint-state.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { MediaRefused } from '../mixer/mixer.ts';
import { type Description, descriptionOf } from '../sip/dialog/description.ts';
import type { Caller as Invites, OutgoingInvite } from '../sip/dialog/outgoing-invite.ts';
import type { Outcome, Refused, SessionEnd } from '../sip/dialog/session-user.ts';
import type { Session } from '../sip/dialog/session.ts';
import { formatReason } from '../sip/message/headers/index.ts';
import { BodyPart, joinMultipart } from '../sip/message/multipart.ts';
import type { NameAddress } from '../sip/message/name-address.ts';
import { reasonPhrase } from '../sip/message/reason-phrases.ts';
import type { Request } from '../sip/message/request.ts';
import type { Response } from '../sip/message/response.ts';
import { privacyOf } from '../sip/identity.ts';
import type { Answer } from '../sip/transaction/outgoing.ts';
import type { Call, CallContext, CallEnd } from './call.ts';
import { sdpIn } from './descriptions.ts';
import { type Final, finalOf, type Ringing } from './ring.ts';

export type Fields = readonly (readonly [name: string, value: string])[];

/** An INVITE that is to be sent, without what is the same for all of the focus. */
export interface AskedInvite {
  readonly fields: Fields;
  readonly body: Buffer;
}

export interface OutgoingCallParts {
  readonly context: Pick<CallContext, 'endpoints' | 'records' | 'date' | 'report'>;
  readonly call: Call;
  /** As the call begins. */
  readonly object: ConferenceObject;
  readonly fields: Fields;
  /** What goes along with the session description. */
  readonly attached: readonly BodyPart[];
  readonly invite: (asked: AskedInvite, user: Invites) => OutgoingInvite;
  readonly isFocus: (contact: NameAddress | undefined) => boolean;
  /** It goes where a redirection of the callee leads. */
  readonly isDiverted: boolean;
  /** The callee may have this INVITE from before a restart, and answer what it offered. */
  readonly isResumed: boolean;
  /** Whether this one has the call, of all that ring for the same person: the first that asks. */
  readonly claim: (call: OutgoingCall) => boolean;
  /** Somebody is told of the call. */
  readonly alerting: () => void;
}

/** One INVITE of the focus to one place, until it is answered (RFC 4579 §5.2). */
export class OutgoingCall implements Ringing, Invites {
  readonly final: Promise<Final>;
  readonly #parts: OutgoingCallParts;
  readonly #answers = new Map<Session, Description>();
  #invite: OutgoingInvite | undefined;
  #isAnswered = false;
  #isCancelled = false;
  /** The one that has the call, since its 2xx; then the same, when that has its ACK. */
  #claimed: Session | undefined;
  #session: Session | undefined;
  #isDiverted: boolean;
  #conclude: (final: Final) => void = () => undefined;

  constructor(parts: OutgoingCallParts) {
    this.#parts = parts;
    this.#isDiverted = parts.isDiverted;
    this.final = new Promise((resolve) => (this.#conclude = resolve));
    this.#run().catch((error: unknown) => this.#fail(error));
  }

  cancel(reason?: string): void {
    this.#isCancelled = true;
    this.#invite?.cancel(reason);
    // What is accepted nevertheless is ended before we hear of it.
    if (this.#isAnswered && this.#session === undefined) this.#end(TERMINATED);
  }

  /** Brings the call into the roster; false where its endpoint is there no more: then it has been ended. */
  async enter(): Promise<boolean> {
    const { call, context } = this.#parts;
    const session = this.#session;
    if (session === undefined) return false;
    call.establish(session);
    const reason = this.#isDiverted ? DIVERTED : undefined;
    const state = { ...call.state, ...answeredState(session, context.date(), reason) };
    const object = this.#isOver() ? undefined : await call.report(state);
    if (object === undefined || this.#isOver()) {
      call.hangUp(GONE);
      void session.bye();
      return false;
    }
    call.enter(object);
    if (this.#parts.isResumed) this.#offerAgain(session).catch(context.report);
    return true;
  }

  async #run(): Promise<void> {
    const { call, object, attached, fields } = this.#parts;
    await call.open(object);
    const { contentType, body } = bodyOf(call.local, attached);
    if (this.#isCancelled) {
      this.#end(TERMINATED);
      return;
    }
    this.#invite = this.#parts.invite({ fields: [...fields, ['Content-Type', contentType]], body }, this);
    const answer = await this.#invite.answer;
    if (answer.response.status >= 300) this.#end(answered(answer));
    else this.#answered();
  }

  /** `accepted` tells the rest, unless the call is cancelled before. */
  #answered(): void {
    this.#isAnswered = true;
    if (this.#isCancelled && this.#session === undefined) this.#end(TERMINATED);
  }

  progress(response: Response, session: Session | undefined): void {
    const description = descriptionOf(response);
    if (session !== undefined && description !== undefined) this.#answers.set(session, description);
    this.#isDiverted ||= isDiversion(response);
    this.#parts.alerting();
  }

  /** Her call is known after a kill before she hears that we know of it; until then she repeats her answer. */
  async accepting(session: Session, response: Response): Promise<void> {
    const { call, context, claim } = this.#parts;
    if (this.#claimed !== undefined || !claim(this)) return;
    this.#claimed = session;
    const privacy = privacyOf(response);
    try {
      // Whoever finds her call after a kill does not know what she has asked for.
      if (privacy.has('id') || privacy.has('user')) await context.endpoints.conceal(call.conference, call.user);
      if (!call.isOver) await context.records.keep(call.id, { ...call.record, dialog: session.dialog.toJSON() });
    } catch (error) {
      this.#fail(error);
    }
  }

  accepted(session: Session, response: Response): void {
    if (this.#claimed !== session) {
      void session.bye([['Reason', 'SIP;cause=200;text="Call completed elsewhere"']]);
      if (this.#claimed === undefined) this.#end(TERMINATED);
      return;
    }
    this.#session = session;
    this.#isDiverted ||= isDiversion(response);
    this.#judge(session, response).then(
      (final) => this.#end(final),
      (error: unknown) => this.#fail(error),
    );
  }

  offered(offer: Description | undefined, session: Session): Outcome | Promise<Outcome> {
    return this.#isOurs(session) ? this.#parts.call.offered(offer) : { status: 488 };
  }

  answered(answer: Description, session: Session): void {
    if (this.#isOurs(session)) this.#parts.call.answered(answer);
  }

  description(): Description | undefined {
    return this.#parts.call.description();
  }

  refreshing(request: Request): Refused | undefined {
    return this.#parts.call.refreshing(request);
  }

  agreed(response: Response, session: Session): void {
    if (this.#session === session) this.#parts.call.agreed(response);
  }

  ended(end: SessionEnd, session: Session): void {
    if (this.#session === session) this.#parts.call.ended(end);
  }

  /** Its media may have failed meanwhile. */
  #isOver(): boolean {
    return this.#parts.call.isOver;
  }

  #isOurs(session: Session): boolean {
    return this.#session === undefined || this.#session === session;
  }

  /** Her answer is to what the life before has offered, whose places at the mixer are gone. */
  async #offerAgain(session: Session): Promise<void> {
    const { call } = this.#parts;
    const { response } = await session.invite(call.local);
    const answer = descriptionOf(response);
    if (response.status < 300 && answer !== undefined) call.answered(answer);
  }

  /** What a 2xx is worth: a focus is no participant (3GPP TS 24.605), and its answer must be one that we can take. */
  async #judge(session: Session, response: Response): Promise<Final> {
    // Its Contact leads nowhere that we may send the ACK to.
    if (session.isOver) return finalOf(503, 'No Way To The Contact');
    if (!this.#parts.call.isCascade && response.contacts.some(this.#parts.isFocus)) return FOCUS_ANSWERED;
    const answer = descriptionOf(response) ?? this.#answers.get(session);
    const text = answer && sdpIn(answer);
    try {
      if (text === undefined) return finalOf(488);
      await this.#parts.call.leg?.accept(text);
    } catch (error) {
      if (!(error instanceof MediaRefused)) throw error;
      return finalOf(488);
    }
    return finalOf(200);
  }

  #end(final: Final): void {
    if (final.status >= 300) {
      const { call } = this.#parts;
      const session = this.#session;
      // The call knows nothing of this session yet, and hears nothing of its end.
      this.#session = undefined;
      void session?.bye([['Reason', formatReason({ protocol: 'SIP', cause: final.status, text: final.reason })]]);
      call.over(UNLISTED);
    }
    this.#answers.clear();
    this.#conclude(final);
  }

  #fail(error: unknown): void {
    if (!(error instanceof MediaRefused)) this.#parts.context.report(error);
    const status = error instanceof MediaRefused ? 503 : 500;
    this.cancel();
    this.#end({ ...finalOf(status), ...(status === 503 && { isUnreached: true }) });
  }
}

/** What the roster shows of a call that was answered (RFC 4575 §5.7.4, §5.7.9). @param when milliseconds since 1970 */
export function answeredState({ dialog }: Session, when: number, reason?: string): EndpointState {
  const { callId, localTag, remoteTag } = dialog;
  return {
    joiningInfo: { when, ...(reason !== undefined && { reason }) },
    callInfo: { callId, fromTag: localTag, toTag: remoteTag },
  };
}

const DIVERTED = formatReason({ protocol: 'SIP', cause: 181, text: 'Call Is Being Forwarded' });

/** Whether somebody else rings or answers than was called: 181, or an entry of History-Info with a cause (RFC 7044 §10). */
const isDiversion = (response: Response): boolean =>
  response.status === 181 || /;\s*cause=\d{3}/i.test(response.header('History-Info') ?? '');

/** The roster has another word for it, or none. */
const UNLISTED: CallEnd = { method: 'failed', unlisted: true };
const GONE: CallEnd = { method: 'booted', reason: 'SIP;cause=200;text="Removed from the conference"', unlisted: true };
const TERMINATED = finalOf(487);
const FOCUS_ANSWERED = finalOf(603, 'A conference can not take part in another conference');

/** A session description, with what goes along (RFC 5621 §3.1). */
function bodyOf(
  description: Description | undefined,
  attached: readonly BodyPart[],
): { readonly contentType: string; readonly body: Buffer } {
  const { type, body } = description ?? { type: 'application/sdp', body: Buffer.alloc(0) };
  if (attached.length === 0) return { contentType: type, body };
  return joinMultipart([BodyPart.of({ 'Content-Type': type }, body), ...attached]);
}

function answered({ response, cause }: Answer): Final {
  const { status, reason } = response;
  const retryAfter = /^\s*(\d{1,9})/.exec(response.header('Retry-After') ?? '')?.[1];
  const isUnreached = cause === 'timeout' || cause === 'transport' || cause === 'unlocated';
  return {
    status,
    reason: reason === '' ? reasonPhrase(status) : reason,
    ...(isUnreached && { isUnreached }),
    ...(retryAfter !== undefined && { retryAfter: Number(retryAfter) }),
    ...(status >= 300 && status < 400 && { contacts: contactsOf(response) }),
  };
}

/** The preferred first; what can not be read leads nowhere. */
function contactsOf(response: Response): readonly string[] {
  try {
    const q = ({ parameters }: NameAddress): number => Number(parameters.get('q') ?? 1) || 0;
    return response.contacts.toSorted((one, other) => q(other) - q(one)).map(({ uri }) => uri.toString());
  } catch {
    return [];
  }
}
