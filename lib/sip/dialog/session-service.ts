import type { Request } from '../message/request.ts';
import { Response } from '../message/response.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import { Acceptance } from './acceptance.ts';
import { describing, descriptionOf, type Description } from './description.ts';
import { retryAfter } from './glare.ts';
import type { ReliableProvisionals } from './provisional.ts';
import type { Session } from './session.ts';
import { answerTimer, type Agreement, type Fields } from './session-timer.ts';
import { isRefused, type Refused } from './session-user.ts';
import type { Side } from './turn.ts';

interface Accepted {
  readonly acceptance: Acceptance;
  /** Our 2xx had the offer, so that the ACK has the answer. */
  readonly hasOffered: boolean;
  readonly release: () => void;
}

export interface Terms {
  readonly agreement: Agreement | undefined;
  readonly fields: Fields;
}

/** What the peer asks of us in a session. */
export class SessionService {
  readonly #session: Session;
  /** 2xx that wait for their ACK, by the CSeq of their INVITE. */
  readonly #accepted = new Map<number, Accepted>();
  #allAcknowledged: Promise<void> = Promise.resolve();
  #settle: () => void = () => undefined;
  /** The INVITE that has no final response yet. */
  #pending: ServerTransaction | undefined;
  #isUpdating = false;
  /** Of the first INVITE, where we are its UAS. */
  provisionals: ReliableProvisionals | undefined;

  constructor(session: Session) {
    this.#session = session;
  }

  /** When no 2xx waits for its ACK. */
  get acknowledged(): Promise<void> {
    return this.#allAcknowledged;
  }

  async receive(server: ServerTransaction): Promise<void> {
    const { request } = server;
    if (this.#session.isOver && request.method !== 'BYE') {
      this.#refuse(server, 481);
      return;
    }
    if (request.header('Allow') !== undefined) this.#session.takesUpdate = request.allow.includes('UPDATE');
    switch (request.method) {
      case 'BYE':
        this.#leave(server);
        break;
      case 'INVITE':
        await this.#invited(server);
        break;
      case 'UPDATE':
        await this.#updated(server);
        break;
      case 'PRACK':
        await this.#acknowledged(server);
        break;
      default:
        await this.#other(server);
    }
  }

  /** The ACK to a 2xx of ours. */
  acknowledge(ack: Request): void {
    const { number } = ack.cseq;
    const accepted = this.#accepted.get(number);
    if (accepted === undefined) return;
    this.#forget(number, accepted);
    const answer = accepted.hasOffered ? descriptionOf(ack) : undefined;
    const session = this.#session;
    if (answer !== undefined) session.layer.fence(() => session.user.answered?.(answer, session));
  }

  /** Gives the 2xx to an INVITE, until its ACK comes. `release` runs when offer and answer are made: now, or with the ACK. */
  accept(
    server: ServerTransaction,
    description: Description | undefined,
    terms: Terms,
    release: () => void,
    extra: Fields = [],
  ): void {
    const session = this.#session;
    const { clock, times } = session.layer.outgoing.transactions;
    const { request } = server;
    const { number } = request.cseq;
    const response = this.#response(request, 200, description, [...session.capabilities, ...terms.fields, ...extra]);
    this.#pending = undefined;
    session.dialog.refreshTarget(request);
    session.confirm();
    session.timer.agree(terms.agreement);
    const acceptance = new Acceptance(server, response, clock, times, () => {
      this.#forget(number, accepted);
      session.unacknowledged();
    });
    const hasOffered = descriptionOf(request) === undefined;
    const accepted: Accepted = { acceptance, hasOffered, release };
    if (!hasOffered) release();
    if (this.#accepted.size === 0) this.#allAcknowledged = new Promise((resolve) => (this.#settle = resolve));
    this.#accepted.set(number, accepted);
  }

  /** The INVITE that the peer may end by BYE or CANCEL before it is answered. */
  await(server: ServerTransaction): void {
    this.#pending = server;
  }

  /** The session is over. */
  stop(): void {
    for (const [number, accepted] of this.#accepted) this.#forget(number, accepted);
    this.provisionals?.stop();
    if (this.#pending !== undefined) this.#refuse(this.#pending, 487);
    this.#pending = undefined;
  }

  #leave(server: ServerTransaction): void {
    const { request } = server;
    server.respond(Response.to(request, 200));
    this.#session.end({ cause: 'left', request });
  }

  async #invited(server: ServerTransaction): Promise<void> {
    const session = this.#session;
    const { request } = server;
    const conflict = session.invites.holder ?? session.offers.holder;
    if (conflict !== undefined) {
      this.#conflict(server, conflict);
      return;
    }
    const terms = this.#terms(server);
    if (terms === undefined || this.#isRefused(server)) return;
    const [endInvite, endOffer] = [session.invites.take('peer'), session.offers.take('peer')];
    const release = (): void => {
      endOffer();
      endInvite();
    };
    this.#pending = server;
    server.onCancel(() => this.#refuse(server, 487));
    const outcome = await this.#session.ask(descriptionOf(request));
    if (!server.unanswered || session.isOver) release();
    else if (isRefused(outcome)) {
      this.#refuse(server, outcome.status, outcome.fields);
      release();
    } else this.accept(server, outcome, terms, release);
  }

  /** RFC 3311 §5.2. */
  async #updated(server: ServerTransaction): Promise<void> {
    const session = this.#session;
    const { request } = server;
    const offer = descriptionOf(request);
    const conflict = this.#isUpdating ? 'peer' : offer === undefined ? undefined : session.offers.holder;
    if (conflict !== undefined) {
      this.#conflict(server, conflict);
      return;
    }
    const terms = this.#terms(server);
    if (terms === undefined || this.#isRefused(server)) return;
    this.#isUpdating = true;
    const endOffer = offer === undefined ? () => undefined : session.offers.take('peer');
    const outcome = offer === undefined ? undefined : await this.#session.ask(offer);
    endOffer();
    this.#isUpdating = false;
    if (isRefused(outcome)) {
      this.#refuse(server, outcome.status, outcome.fields);
      return;
    }
    session.dialog.refreshTarget(request);
    session.timer.agree(terms.agreement);
    server.respond(this.#response(request, 200, outcome, [...session.capabilities, ...terms.fields]));
  }

  /** RFC 3262 §3. The PRACK may bring an answer to the offer in the response, or an offer. */
  async #acknowledged(server: ServerTransaction): Promise<void> {
    const { request } = server;
    const session = this.#session;
    const acknowledged = this.provisionals?.acknowledge(request);
    if (acknowledged === undefined) {
      this.#refuse(server, 481);
      return;
    }
    const description = descriptionOf(request);
    if (description !== undefined && acknowledged.hasOffered)
      session.layer.fence(() => session.user.answered?.(description, session));
    const outcome =
      description === undefined || acknowledged.hasOffered ? undefined : await this.#session.ask(description);
    if (isRefused(outcome)) this.#refuse(server, outcome.status, outcome.fields);
    else server.respond(this.#response(request, 200, outcome, []));
  }

  async #other(server: ServerTransaction): Promise<void> {
    const { user, settings } = this.#session;
    if (user.request === undefined) this.#refuse(server, 405, [['Allow', settings.allow]]);
    else await user.request(server, this.#session);
  }

  /** Whether the user refuses to have the session changed; then that has been answered. */
  #isRefused(server: ServerTransaction): boolean {
    const session = this.#session;
    let refused: Refused | undefined;
    session.layer.fence(() => (refused = session.user.refreshing?.(server.request, session)));
    if (refused !== undefined) this.#refuse(server, refused.status, refused.fields);
    return refused !== undefined;
  }

  /** RFC 4028 §9; undefined when 422 has been answered. */
  #terms(server: ServerTransaction): Terms | undefined {
    const { timer, settings } = this.#session;
    const terms = answerTimer(server.request, settings.timer);
    if ('tooSmall' in terms) this.#refuse(server, 422, terms.tooSmall);
    else timer.heed(server.request);
    return 'tooSmall' in terms ? undefined : terms;
  }

  /** RFC 3261 §14.2, RFC 3311 §5.2. */
  #conflict(server: ServerTransaction, holder: Side): void {
    if (holder === 'us') this.#refuse(server, 491);
    else this.#refuse(server, 500, [retryAfter()]);
  }

  #response(request: Request, status: number, description: Description | undefined, fields: Fields): Response {
    const described = describing(description);
    return this.#session.dialog.response(request, status, { ...described, fields: [...fields, ...described.fields] });
  }

  #refuse(server: ServerTransaction, status: number, fields: Fields = []): void {
    server.respond(Response.to(server.request, status, { toTag: this.#session.dialog.localTag, fields }));
  }

  #forget(number: number, { acceptance, release }: Accepted): void {
    acceptance.stop();
    this.#accepted.delete(number);
    release();
    if (this.#accepted.size === 0) this.#settle();
  }
}
