import { RSEQ } from '../message/headers/index.ts';
import type { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';
import type { Answer } from '../transaction/outgoing.ts';
import { describing, descriptionOf, type Description } from './description.ts';
import type { RequestContent } from './dialog.ts';
import { glareWait } from './glare.ts';
import type { Session } from './session.ts';
import { agreedBy, type Fields } from './session-timer.ts';
import { isRefused } from './session-user.ts';
import { impactOf } from './usage.ts';

/** The session ended before a request of it was sent. */
export class SessionEnded extends Error {}

/** What we ask of the peer in a session. */
export class SessionRequests {
  readonly #session: Session;
  /** The RSeq that was acknowledged last, of the INVITE of this CSeq. */
  #acknowledged = { cseq: -1, rseq: 0 };

  constructor(session: Session) {
    this.#session = session;
  }

  invite(offer: Description | undefined, fields: Fields): Promise<Answer> {
    return this.#untilSettled(() => this.#inviteOnce(offer, fields), true);
  }

  update(offer: Description | undefined, fields: Fields): Promise<Answer> {
    return this.#untilSettled(() => this.#updateOnce(offer, fields), false);
  }

  async other(method: string, content: RequestContent): Promise<Answer> {
    this.#check();
    const { layer, dialog } = this.#session;
    const answer = await layer.send(dialog, method, content);
    this.#judge(answer, false);
    return answer;
  }

  /** RFC 4028 §10: by UPDATE where the peer takes it, else by a re-INVITE that changes nothing. */
  async refresh(): Promise<void> {
    const session = this.#session;
    const answer = session.takesUpdate
      ? await this.update(undefined, [])
      : await this.invite(session.user.description?.(session), []);
    // The agreement has run out, but the session may go on until it expires: the next attempt comes with the next interval.
    if (answer.response.status >= 300 && !session.isOver) session.timer.postpone();
  }

  /**
   * PRACK for a reliable provisional response, in the order of RSeq (RFC 3262 §4). `hasOffered`: its INVITE had an offer, so that a
   * description is the answer; otherwise it is an offer, and the PRACK has the answer.
   */
  async prack(response: Response, hasOffered: boolean): Promise<void> {
    const session = this.#session;
    const rseq = response.get(RSEQ);
    const { number: cseq, method } = response.cseq;
    if (rseq === undefined || !this.#isNext(cseq, rseq)) return;
    this.#acknowledged = { cseq, rseq };
    const offer = hasOffered ? undefined : descriptionOf(response);
    const outcome = offer === undefined ? undefined : await session.ask(offer);
    const { fields, body } = describing(isRefused(outcome) ? undefined : outcome);
    const answer = await session.layer.send(session.dialog, 'PRACK', {
      fields: [['RAck', `${rseq} ${cseq} ${method}`], ...fields],
      body,
    });
    this.#judge(answer, false);
  }

  /** The ACK to a 2xx, with the answer where the 2xx has the offer (RFC 3261 §13.2.2.4); resolves with what repeats it. */
  async acknowledge(
    { response, request }: Pick<Answer, 'response' | 'request'>,
    hasOffered: boolean,
  ): Promise<() => void> {
    const session = this.#session;
    const offer = hasOffered ? undefined : descriptionOf(response);
    const outcome = offer === undefined ? undefined : await session.ask(offer);
    const { fields, body } = describing(isRefused(outcome) ? undefined : outcome);
    const repeat = await session.layer.sendAck(session.dialog, request.cseq.number, {
      fields: [...credentialsOf(request), ...fields],
      body,
    });
    if (isRefused(outcome)) void session.bye(); // An offer in a 2xx can't be refused otherwise (§14.2).
    if (repeat === undefined) session.lose(503);
    return repeat ?? (() => undefined);
  }

  async #inviteOnce(offer: Description | undefined, fields: Fields): Promise<Answer> {
    const session = this.#session;
    const { layer, dialog, invites, offers } = session;
    do {
      await this.#session.service.acknowledged;
      await invites.free();
      await offers.free();
    } while (invites.holder !== undefined || offers.holder !== undefined);
    this.#check();
    const endInvite = invites.take('us');
    const endOffer = offers.take('us');
    let repeatAck: Promise<() => void> | undefined;
    const onResponse = (response: Response): void => {
      if (response.status >= 200) void repeatAck?.then((repeat) => repeat());
      else if (response.require.includes('100rel')) this.prack(response, offer !== undefined).catch(layer.report);
    };
    try {
      const answer = await layer.send(dialog, 'INVITE', this.#content(offer, fields), { onResponse });
      if (answer.response.status < 300) {
        repeatAck = this.acknowledge(answer, offer !== undefined);
        await repeatAck;
      }
      return answer;
    } finally {
      endOffer();
      endInvite();
    }
  }

  async #updateOnce(offer: Description | undefined, fields: Fields): Promise<Answer> {
    const { layer, dialog, offers } = this.#session;
    if (offer !== undefined) await offers.free();
    this.#check();
    const endOffer = offer === undefined ? () => undefined : offers.take('us');
    try {
      return await layer.send(dialog, 'UPDATE', this.#content(offer, fields));
    } finally {
      endOffer();
    }
  }

  async #untilSettled(send: () => Promise<Answer>, isIntegral: boolean): Promise<Answer> {
    const session = this.#session;
    for (let attempt = 1; ; attempt += 1) {
      const answer = await send();
      const { response, request } = answer;
      if (response.header('Allow') !== undefined) session.takesUpdate = response.allow.includes('UPDATE');
      if (response.status < 300) {
        session.timer.agree(agreedBy(request, response));
        session.layer.fence(() => session.user.agreed?.(response, session));
      } else this.#judge(answer, isIntegral);
      if (attempt >= session.settings.attempts || !(await this.#isWorthAnother(response))) return answer;
    }
  }

  /** After 491, when the peer has had its turn (RFC 3261 §14.1); after 422, with the interval that it wants (RFC 4028 §7.3). */
  async #isWorthAnother(response: Response): Promise<boolean> {
    const session = this.#session;
    const { clock } = session.layer.outgoing.transactions;
    if (response.status === 422) session.timer.heed(response);
    else if (response.status !== 491) return false;
    else await new Promise<void>((resolve) => clock.after(glareWait(session.caller === 'us'), resolve));
    return !session.isOver;
  }

  #content(offer: Description | undefined, fields: Fields): RequestContent {
    const session = this.#session;
    const described = describing(offer);
    return {
      ...described,
      fields: [...session.capabilities, ...session.timer.fields, ...fields, ...described.fields],
    };
  }

  #isNext(cseq: number, rseq: number): boolean {
    return cseq !== this.#acknowledged.cseq || rseq === this.#acknowledged.rseq + 1;
  }

  /** RFC 5057 §5.1: 405 and 501 to a request that a session can do without say nothing about the session. */
  #judge(answer: Answer, isIntegral: boolean): void {
    const { status } = answer.response;
    const isUnknown = status === 405 || status === 501 || status === 489;
    if (impactOf(answer) === 'usage' && (isIntegral || !isUnknown)) this.#session.lose(status);
  }

  #check(): void {
    if (this.#session.isOver) throw new SessionEnded();
  }
}

/** What answered a challenge to the INVITE answers it for the ACK too, which can't be challenged (RFC 3261 §22.1). */
const credentialsOf = (request: Request): Fields =>
  ['Authorization', 'Proxy-Authorization'].flatMap((name) =>
    request.lines(name).map((value) => [name, value] as const),
  );
