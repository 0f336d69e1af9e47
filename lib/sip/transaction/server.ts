import type { Request } from '../message/request.ts';
import { parse } from '../message/parse.ts';
import { Response } from '../message/response.ts';
import { serialize, type Serialized } from '../message/serialize.ts';
import type { Flow } from '../transport/flow.ts';
import { inviteServer, type InviteServerState, type ServerEffect, type ServerInput } from './invite-server.ts';
import { Machine, type Surroundings } from './machine.ts';
import { nonInviteServer, type NonInviteServerState } from './non-invite-server.ts';

export type ServerState = InviteServerState | NonInviteServerState;

/** How a server transaction ended. `timeout`: no ACK came to a 300–699, or no final response from the user in time. */
export type ServerEnd = 'done' | 'timeout';

/** What a server transaction needs of its layer. */
export interface ServerLayer extends Surroundings {
  /** Runs what a user does; what it throws ends there. */
  fence(run: () => void): void;
  respond(response: Response, flow: Flow, bytes: Serialized): Promise<void>;
  /** The user has given the final response, or will give none. */
  answered(server: ServerMachine): void;
  ended(server: ServerMachine): void;
  acknowledged(ack: Request, flow: Flow): void;
}

/** What runs on after the final response: it keeps no request. */
export class ServerMachine extends Machine<ServerState, ServerInput, ServerEffect> {
  readonly key: string;
  /** By which merged requests are known; undefined in a dialog. */
  readonly mergeKey: string | undefined;
  readonly flow: Flow;
  readonly #layer: ServerLayer;
  /** Until the final response. */
  #request: Request | undefined;
  /** The last one that is provisional. */
  #response: Response | undefined;
  /** The final one as it was sent: thousands wait for retransmissions that hardly ever come. */
  #final: Serialized | undefined;
  #ack: Request | undefined;
  #cancelled = false;
  #onCancel: (() => void) | undefined;
  #onFailure: (() => void) | undefined;
  #onEnd: ((reason: ServerEnd) => void) | undefined;

  constructor(key: string, mergeKey: string | undefined, request: Request, flow: Flow, layer: ServerLayer) {
    const invite = request.method === 'INVITE';
    super(invite ? inviteServer : nonInviteServer, invite ? 'proceeding' : 'trying', layer, flow.reliable);
    this.key = key;
    this.mergeKey = mergeKey;
    this.flow = flow;
    this.#request = request;
    this.#layer = layer;
  }

  start(): void {
    this.input('start');
  }

  /** Whether the user still owes a final response. */
  get unanswered(): boolean {
    return this.#request !== undefined;
  }

  get cancelled(): boolean {
    return this.#cancelled;
  }

  /** The tag of To in the last response. */
  get toTag(): string | undefined {
    return this.#last?.to.tag;
  }

  /** A retransmission of the request. */
  repeated(): void {
    this.input('request');
  }

  acknowledge(ack: Request): void {
    this.#ack = ack;
    this.input('ACK');
    this.#ack = undefined;
  }

  /** CANCEL has come (§9.2); without effect after a final response. */
  cancel(): void {
    if (!this.unanswered || this.#cancelled) return;
    this.#cancelled = true;
    if (this.#onCancel !== undefined) this.#layer.fence(this.#onCancel);
  }

  respond(response: Response): void {
    const input = inputOf(response);
    if (!this.takes(input)) return;
    this.#response = response;
    this.#final = undefined;
    if (input === '1xx from TU') {
      this.input(input);
      return;
    }
    this.#answered();
    this.#final = serialize(response);
    this.input(input);
    this.#response = undefined;
  }

  onCancel(run: () => void): void {
    if (this.#cancelled) this.#layer.fence(run);
    else this.#onCancel = run;
  }

  onFailure(run: () => void): void {
    this.#onFailure = run;
  }

  onEnd(run: (reason: ServerEnd) => void): void {
    this.#onEnd = run;
  }

  /** Ends it without a word to anybody. */
  abandon(): void {
    this.stop();
  }

  protected override perform(effect: ServerEffect): void {
    switch (effect) {
      case 'send response':
      case 'repeat response':
        this.#send();
        break;
      case 'forget response':
        this.#response = undefined;
        this.#final = undefined;
        break;
      case 'send 100':
        if (this.#request !== undefined) this.#response = Response.to(this.#request, 100);
        this.#send();
        break;
      case 'ACK to TU':
        if (this.#ack !== undefined) this.#layer.acknowledged(this.#ack, this.flow);
        break;
      case 'failure to TU':
        if (this.#onFailure !== undefined) this.#layer.fence(this.#onFailure);
        break;
      default:
        this.#end(effect);
    }
  }

  #send(): void {
    const response = this.#last;
    if (response === undefined) return;
    const sent = this.#layer.respond(response, this.flow, this.#final ?? serialize(response));
    sent.catch(() => this.input('transport error'));
  }

  get #last(): Response | undefined {
    return this.#response ?? (this.#final && readAgain(this.#final));
  }

  #answered(): void {
    if (!this.unanswered) return;
    this.#request = undefined;
    // Whoever would have been told of a CANCEL need not live as long as the transaction.
    this.#onCancel = undefined;
    this.#layer.answered(this);
  }

  #end(reason: ServerEnd): void {
    this.stop();
    this.#answered();
    this.#layer.ended(this);
    const run = this.#onEnd;
    if (run !== undefined) this.#layer.fence(() => run(reason));
  }
}

/** A response of ours, so that no limits count. */
function readAgain({ head, body }: Serialized): Response | undefined {
  const read = parse(Buffer.concat([head, body]), UNLIMITED);
  return read instanceof Response ? read : undefined;
}

const UNLIMITED = { headBytes: Infinity, fields: Infinity, bodyBytes: Infinity };

function inputOf({ status, cseq }: Response): ServerInput {
  if (status < 200) return '1xx from TU';
  if (status < 300) return '2xx from TU';
  if ((status === 401 || status === 407) && cseq.method === 'INVITE') return '401 or 407 from TU';
  return status === 408 ? '408 from TU' : '300-699 from TU';
}

/** A request that came, for who answers it (RFC 3261 §17.2). */
export class ServerTransaction {
  readonly request: Request;
  readonly flow: Flow;
  readonly #machine: ServerMachine;

  constructor(request: Request, machine: ServerMachine) {
    this.request = request;
    this.flow = machine.flow;
    this.#machine = machine;
  }

  get state(): ServerState {
    return this.#machine.state;
  }

  /** Whether a final response is still to be given. */
  get unanswered(): boolean {
    return this.#machine.unanswered;
  }

  /** A CANCEL has come while no final response was given; the user answers 487 (§9.2). */
  get cancelled(): boolean {
    return this.#machine.cancelled;
  }

  /**
   * Sends a provisional or final response; 2xx to an INVITE as often as the user likes (RFC 6026 §7.1). Nothing after another final
   * response. A request other than INVITE gets no 1xx from the user, and 408 is kept from its client (RFC 4320 §4).
   */
  respond(response: Response): void {
    this.#machine.respond(response);
  }

  /** Runs when CANCEL comes, at once when it has. */
  onCancel(run: () => void): void {
    this.#machine.onCancel(run);
  }

  /** Runs when a response could not be sent; the transaction stays (RFC 6026 §8.8). */
  onFailure(run: () => void): void {
    this.#machine.onFailure(run);
  }

  onEnd(run: (reason: ServerEnd) => void): void {
    this.#machine.onEnd(run);
  }
}
