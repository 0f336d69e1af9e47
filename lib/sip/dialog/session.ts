import type { Request } from '../message/request.ts';
import type { Answer } from '../transaction/outgoing.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Description } from './description.ts';
import type { Dialog, RequestContent } from './dialog.ts';
import type { DialogLayer } from './layer.ts';
import { SessionRequests } from './session-requests.ts';
import { SessionService } from './session-service.ts';
import { SessionTimer, type Fields } from './session-timer.ts';
import type { Outcome, SessionEnd, SessionSettings, SessionUser } from './session-user.ts';
import { Turn, type Side } from './turn.ts';
import type { Usage } from './usage.ts';

export interface SessionParts {
  readonly layer: DialogLayer;
  readonly dialog: Dialog;
  readonly user: SessionUser;
  readonly settings: SessionSettings;
  /** Who sent the first INVITE, and so made the Call-ID. */
  readonly caller: Side;
}

const CLAIMED = new Set(['INVITE', 'UPDATE', 'PRACK', 'BYE', 'INFO']);

/** The INVITE usage of a dialog, early or confirmed (RFC 3261 §13–15, RFC 3262, RFC 3311, RFC 4028, RFC 6141). */
export class Session implements Usage {
  readonly dialog: Dialog;
  readonly layer: DialogLayer;
  readonly settings: SessionSettings;
  readonly caller: Side;
  readonly timer: SessionTimer;
  /** The INVITE in progress. */
  readonly invites = new Turn();
  /** The offer without answer. */
  readonly offers = new Turn();
  readonly requests: SessionRequests;
  readonly service: SessionService;
  readonly user: SessionUser;
  /** Whether the peer has said that it takes UPDATE. */
  takesUpdate = false;
  #state: 'early' | 'confirmed' | 'ended' = 'early';

  constructor({ layer, dialog, user, settings, caller }: SessionParts) {
    this.layer = layer;
    this.dialog = dialog;
    this.user = user;
    this.settings = settings;
    this.caller = caller;
    this.requests = new SessionRequests(this);
    this.service = new SessionService(this);
    const { clock } = layer.outgoing.transactions;
    const refresh = (): void =>
      void this.requests.refresh().catch((error: unknown) => this.isOver || layer.report(error));
    const expire = (): void => void this.#hangUp({ cause: 'expired' });
    this.timer = new SessionTimer(clock, settings.timer, refresh, expire);
    layer.attach(dialog, this);
  }

  get state(): 'early' | 'confirmed' | 'ended' {
    return this.#state;
  }

  get isOver(): boolean {
    return this.#state === 'ended';
  }

  /** Fields of every INVITE and UPDATE of ours, and of the 2xx to the peer's. */
  get capabilities(): Fields {
    return capabilities(this.settings);
  }

  /**
   * A re-INVITE when none is in progress: with an offer of ours, or without one for the peer's, which `offered` answers. Tried again
   * after glare. Resolves with the final response, whose description is the answer. What the session loses by it is told by `ended`.
   * @throws {SessionEnded} when the session ends before it is sent
   */
  invite(offer: Description | undefined, fields: Fields = []): Promise<Answer> {
    return this.requests.invite(offer, fields);
  }

  /** The same by UPDATE, also before the session is accepted; without an offer it only moves our Contact or refreshes the session. */
  update(offer: Description | undefined, fields: Fields = []): Promise<Answer> {
    return this.requests.update(offer, fields);
  }

  /** Another request of the session: INFO, or REFER within it. */
  request(method: string, content: RequestContent = {}): Promise<Answer> {
    return this.requests.other(method, content);
  }

  /** Ends an accepted session: its BYE goes out when our 2xx has its ACK, or won't get one (RFC 3261 §15). Resolves after its answer. */
  bye(fields: Fields = []): Promise<void> {
    return this.#hangUp({ cause: 'hung up' }, fields);
  }

  /** The ACK to the 2xx to our INVITE of this CSeq once more, where it may not have gone before a restart. */
  async acknowledgeAgain(cseq: number): Promise<void> {
    await this.layer.sendAck(this.dialog, cseq);
  }

  claims(request: Request): boolean {
    return CLAIMED.has(request.method);
  }

  receive(server: ServerTransaction): Promise<void> {
    return this.service.receive(server);
  }

  acknowledge(ack: Request): void {
    this.service.acknowledge(ack);
  }

  dialogEnded(status: number): void {
    this.end({ cause: 'lost', status });
  }

  /** What the user says to an offer; what it throws refuses it. */
  async ask(offer: Description | undefined): Promise<Outcome> {
    if (this.user.offered === undefined) return { status: 488 };
    try {
      return await this.user.offered(offer, this);
    } catch (error) {
      this.layer.report(error);
      return { status: 500 };
    }
  }

  /** The 2xx has gone or come. */
  confirm(): void {
    if (this.#state === 'early') this.#state = 'confirmed';
  }

  /** A request of ours has shown that the peer has no session any more, or nobody knows. */
  lose(status: number): void {
    if (status === 481) this.end({ cause: 'lost', status });
    else void this.#hangUp({ cause: 'lost', status });
  }

  /** Our 2xx has got no ACK (RFC 3261 §13.3.1.4). */
  unacknowledged(): void {
    void this.#hangUp({ cause: 'unacknowledged' });
  }

  /** Ends it without another word to the peer. */
  end(end: SessionEnd): void {
    if (!this.#close(end)) return;
    this.service.stop();
    this.layer.detach(this.dialog, this);
  }

  async #hangUp(end: SessionEnd, fields: Fields = []): Promise<void> {
    if (!this.#close(end)) return;
    await this.service.acknowledged;
    this.service.stop();
    this.layer.detach(this.dialog, this);
    await this.layer.send(this.dialog, 'BYE', { fields }).catch(this.layer.report);
  }

  #close(end: SessionEnd): boolean {
    if (this.isOver) return false;
    this.#state = 'ended';
    this.timer.stop();
    this.layer.fence(() => this.user.ended?.(end, this));
    return true;
  }
}

/** Allow and Supported of what opens or changes a session. */
export const capabilities = ({ allow }: SessionSettings): Fields => [
  ['Allow', allow],
  ['Supported', '100rel, timer'],
];
