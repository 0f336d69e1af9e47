import type { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';
import { serialize, type Serialized } from '../message/serialize.ts';
import type { Flow } from '../transport/flow.ts';
import { ackTo, cancelOf } from './derived.ts';
import { inviteClient, type ClientEffect, type ClientInput, type InviteClientState } from './invite-client.ts';
import { Machine, type Surroundings } from './machine.ts';
import { nonInviteClient, type NonInviteClientState } from './non-invite-client.ts';

/** How a client transaction ended: with a final response (and its retransmissions absorbed), or without any. */
export type ClientEnd = 'done' | 'timeout' | 'transport';

/** Who sent the request (RFC 3261 §17.1: the TU). */
export interface ClientUser {
  /** Each provisional response, the final one, and of an INVITE every 2xx that follows. */
  response(response: Response): void;
  /** Last call, exactly once. `timeout` and `transport` come without a final response (§8.1.3.1). */
  end(reason: ClientEnd): void;
}

export type ClientState = InviteClientState | NonInviteClientState;

/** What a client transaction needs of its layer. */
export interface ClientLayer extends Surroundings {
  /** Runs what a user does; what it throws ends there. */
  fence(run: () => void): void;
  /** Starts the transaction of a CANCEL, which has its INVITE's Via. */
  cancel(request: Request, flow: Flow): void;
  ended(client: ClientTransaction): void;
}

/** A request that was sent, until its final response and the time after it (RFC 3261 §17.1). */
export class ClientTransaction extends Machine<ClientState, ClientInput, ClientEffect> {
  #request: Request | undefined;
  readonly flow: Flow;
  readonly key: string;
  readonly #user: ClientUser;
  readonly #layer: ClientLayer;
  /** What may have to be sent again: the request, then the ACK. */
  #bytes: Serialized | undefined;
  #response: Response | undefined;
  #cancel: 'held' | 'sent' | undefined;
  #reason: string | undefined;
  #offClose: (() => void) | undefined;

  constructor(key: string, request: Request, flow: Flow, user: ClientUser, layer: ClientLayer) {
    const invite = request.method === 'INVITE';
    super(invite ? inviteClient : nonInviteClient, invite ? 'calling' : 'trying', layer, flow.reliable);
    this.key = key;
    this.#request = request;
    this.flow = flow;
    this.#user = user;
    this.#layer = layer;
  }

  /** As it was sent, with our Via; gone once the final response to another method than INVITE was told. */
  get request(): Request | undefined {
    return this.#request;
  }

  start(): void {
    if (this.#request !== undefined) this.#bytes = serialize(this.#request);
    this.input('start');
    if (this.flow.reliable) this.#offClose = this.flow.onClose(() => this.input('transport error'));
  }

  /**
   * CANCEL of an INVITE: at once after a provisional response, else when one comes (§9.1). Nothing for other methods.
   * `reason`: value of Reason (RFC 3326).
   */
  cancel(reason?: string): void {
    if (this.#cancel !== undefined) return;
    this.#reason = reason;
    this.input('cancel');
  }

  /** A response that matches (§17.1.3). */
  receive(response: Response): void {
    this.#response = response;
    if (response.status >= 200 && this.state !== 'completed') this.#bytes = undefined;
    this.input(response.status < 200 ? '1xx' : response.status < 300 ? '2xx' : '300-699');
    this.#response = undefined;
    // The transaction lasts seconds longer, and there are thousands each second.
    if (this.#bytes === undefined && this.#request?.method !== 'INVITE') this.#request = undefined;
    if (this.#cancel === 'held') this.input('cancel');
  }

  /** Ends it without a word to anybody. */
  abandon(): void {
    this.stop();
    this.#offClose?.();
    this.#offClose = undefined;
  }

  protected override perform(effect: ClientEffect): void {
    switch (effect) {
      case 'send request':
      case 'repeat ACK':
        this.#send();
        break;
      case 'send ACK':
        this.#acknowledge();
        break;
      case 'hold CANCEL':
        this.#cancel = 'held';
        break;
      case 'send CANCEL':
        this.#cancel = 'sent';
        if (this.#request !== undefined) this.#layer.cancel(cancelOf(this.#request, this.#reason), this.flow);
        break;
      case 'response to TU':
        this.#tell(this.#response);
        break;
      default:
        this.abandon();
        this.#layer.ended(this);
        this.#layer.fence(() => this.#user.end(effect));
    }
  }

  #send(): void {
    if (this.#bytes === undefined) return;
    const { head, body } = this.#bytes;
    this.flow.send(head, body).catch(() => this.input('transport error'));
  }

  #tell(response: Response | undefined): void {
    if (response !== undefined) this.#layer.fence(() => this.#user.response(response));
  }

  #acknowledge(): void {
    if (this.#request === undefined || this.#response === undefined) return;
    this.#bytes = serialize(ackTo(this.#request, this.#response));
    this.#send();
  }
}
