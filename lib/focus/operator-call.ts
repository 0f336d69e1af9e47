import type { ConferenceObject } from '../model/conference-object.ts';
import type { Mixer } from '../mixer/mixer.ts';
import { MediaRefused } from '../mixer/mixer.ts';
import { type Description, descriptionOf } from '../sip/dialog/description.ts';
import type { Caller as Invites, OutgoingInvite } from '../sip/dialog/outgoing-invite.ts';
import type { Outcome, Refused, SessionEnd } from '../sip/dialog/session-user.ts';
import type { Session } from '../sip/dialog/session.ts';
import type { NameAddress } from '../sip/message/name-address.ts';
import type { Request } from '../sip/message/request.ts';
import type { Response } from '../sip/message/response.ts';
import { CallMedia } from './call-media.ts';
import type { AskedInvite } from './outgoing-call.ts';
import { type Final, finalOf, type Ringing } from './ring.ts';

export interface OperatorCallParts {
  readonly id: string;
  /** The conference as it was when the caller came. */
  readonly object: ConferenceObject;
  readonly mixer: Mixer;
  readonly invite: (asked: AskedInvite, user: Invites) => OutgoingInvite;
  readonly isFocus: (contact: NameAddress | undefined) => boolean;
  /** Whether this one has the call, of all his telephones that ring: the first that asks. */
  readonly claim: (call: OperatorCall) => boolean;
  /** He has hung up, or his call is lost. */
  readonly ended: () => void;
  readonly report: (error: unknown) => void;
}

/** A call to the operator for one who waits: two parties of a third that connects them (RFC 3725), in a room of their own. */
export class OperatorCall implements Ringing, Invites {
  readonly final: Promise<Final>;
  readonly #parts: OperatorCallParts;
  readonly #media: CallMedia;
  #invite: OutgoingInvite | undefined;
  #session: Session | undefined;
  #conclude: (final: Final) => void = () => undefined;

  constructor(parts: OperatorCallParts) {
    this.#parts = parts;
    this.#media = new CallMedia(parts.mixer, parts.report);
    this.final = new Promise((resolve) => (this.#conclude = resolve));
    this.#run().catch((error: unknown) => this.#fail(error));
  }

  /** The INVITE session, since he has answered. */
  get session(): Session | undefined {
    return this.#session;
  }

  cancel(reason?: string): void {
    this.#invite?.cancel(reason);
  }

  /** Puts him into a room of the mixer. */
  async group(room: string): Promise<void> {
    await this.#media.leg?.group(room);
  }

  hangUp(reason: string): void {
    this.#media.release();
    void this.#session?.bye([['Reason', reason]]);
  }

  accepted(session: Session, response: Response): void {
    if (!this.#parts.claim(this)) {
      void session.bye([['Reason', 'SIP;cause=200;text="Call completed elsewhere"']]);
      if (this.#session === undefined) this.#end(finalOf(487));
      return;
    }
    this.#session = session;
    this.#judge(session, response).then(
      (final) => this.#end(final),
      (error: unknown) => this.#fail(error),
    );
  }

  offered(offer: Description | undefined): Promise<Outcome> {
    return this.#media.offered(offer);
  }

  answered(answer: Description): void {
    this.#media.answered(answer).catch(this.#parts.report);
  }

  description(): Description | undefined {
    return this.#media.local;
  }

  refreshing({ contacts }: Request): Refused | undefined {
    return contacts.some(this.#parts.isFocus) ? { status: 403 } : undefined;
  }

  ended(_end: SessionEnd, session: Session): void {
    if (this.#session !== session) return;
    this.#media.release();
    this.#parts.ended();
  }

  async #run(): Promise<void> {
    const { id, object, invite } = this.#parts;
    await this.#media.open(id, object, undefined, true);
    const { local } = this.#media;
    if (local === undefined) throw new Error('a leg without an offer');
    this.#invite = invite({ fields: [['Content-Type', local.type]], body: local.body }, this);
    const { response, cause } = await this.#invite.answer;
    if (response.status >= 300) this.#end({ ...finalOf(response.status), isUnreached: cause !== undefined });
  }

  /** A conference is nobody's operator (3GPP TS 24.605). */
  async #judge(session: Session, response: Response): Promise<Final> {
    if (session.isOver) return finalOf(503, 'No Way To The Contact');
    if (response.contacts.some(this.#parts.isFocus)) return finalOf(603);
    const answer = descriptionOf(response);
    return answer !== undefined && (await this.#media.answered(answer)) ? finalOf(200) : finalOf(488);
  }

  #end(final: Final): void {
    if (final.status >= 300) this.hangUp(`SIP;cause=${final.status}`);
    this.#conclude(final);
  }

  #fail(error: unknown): void {
    if (!(error instanceof MediaRefused)) this.#parts.report(error);
    this.cancel();
    this.#end(finalOf(error instanceof MediaRefused ? 503 : 500));
  }
}
