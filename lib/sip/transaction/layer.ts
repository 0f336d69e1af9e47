import type { Clock } from '../clock.ts';
import { BadMessage } from '../message/bad-message.ts';
import { Request } from '../message/request.ts';
import { Response, type ResponseParts } from '../message/response.ts';
import { serialize, type Serialized } from '../message/serialize.ts';
import { clientKey, transactionKey } from '../message/transaction-key.ts';
import { validate } from '../message/validate.ts';
import { newBranch, newTag } from '../token.ts';
import type { Flow } from '../transport/flow.ts';
import { ClientTransaction, type ClientLayer, type ClientUser } from './client.ts';
import { transactionDefaults, type TransactionLimits } from './limits.ts';
import { ServerMachine, ServerTransaction, type ServerLayer } from './server.ts';
import { timesDefaults, type Times } from './timers.ts';

/** What the layer asks of the transport below; {@link TransportLayer} is one. */
export interface Transport {
  receive(receiver: (message: Request | Response, flow: Flow) => void): void;
  /** `bytes`: the response as it goes out, where that is there already. */
  respond(response: Response, flow: Flow, bytes?: Serialized): Promise<void>;
  sentBy(flow: Flow): string;
}

export interface TransactionOptions {
  readonly clock: Clock;
  readonly transport: Transport;
  readonly times?: Partial<Times> | undefined;
  readonly limits?: Partial<TransactionLimits> | undefined;
  /** Told of what a handler or user throws; the request of a handler gets 500. */
  readonly report?: ((error: unknown) => void) | undefined;
}

export type RequestHandler = (server: ServerTransaction) => void | Promise<void>;

/** RFC 3261 §17: matches messages to transactions and makes new ones. */
export class TransactionLayer {
  readonly clock: Clock;
  readonly times: Times;
  readonly #transport: Transport;
  readonly #limits: TransactionLimits;
  readonly #report: (error: unknown) => void;
  readonly #forClients: ClientLayer;
  readonly #forServers: ServerLayer;
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #servers = new Map<string, ServerMachine>();
  /** Call-ID, From tag and CSeq of requests outside of dialogs, to find merged ones (§8.2.2.2). */
  readonly #merging = new Map<string, ServerMachine>();
  /** How many requests of a peer wait for their final response. */
  readonly #unanswered = new Map<string, number>();
  #handler: RequestHandler = (server) => server.respond(Response.to(server.request, 501, { toTag: newTag() }));
  #onAck: (ack: Request, flow: Flow) => void = () => undefined;
  #onStray: (response: Response, flow: Flow) => void = () => undefined;

  constructor({ clock, transport, times, limits, report = () => undefined }: TransactionOptions) {
    this.clock = clock;
    this.times = { ...timesDefaults, ...times };
    this.#transport = transport;
    this.#limits = { ...transactionDefaults, ...limits };
    this.#report = report;
    const surroundings = { clock, times: this.times, fence: (run: () => void) => this.#fence(run) };
    this.#forClients = {
      ...surroundings,
      cancel: (request, flow) => void this.#start(clientKey(request.via.branch ?? '', 'CANCEL'), request, flow, nobody),
      ended: ({ key }) => this.#clients.delete(key),
    };
    this.#forServers = {
      ...surroundings,
      respond: (response, flow, bytes) => transport.respond(response, flow, bytes),
      answered: (server) => this.#count(server.flow, -1),
      ended: (server) => this.#forget(server),
      acknowledged: (ack, flow) => this.#onAck(ack, flow),
    };
    transport.receive((message, flow) =>
      message instanceof Request ? this.#receiveRequest(message, flow) : this.#receiveResponse(message, flow),
    );
  }

  /** How many transactions there are, those that only absorb retransmissions included. */
  get size(): number {
    return this.#clients.size + this.#servers.size;
  }

  /**
   * Who answers new requests: well-formed ones, none of them ACK or CANCEL, none a retransmission or a merged one. A BadMessage that
   * it throws or rejects with is answered as it says, anything else with 500.
   */
  onRequest(handler: RequestHandler): void {
    this.#handler = handler;
  }

  /** Who takes ACKs to 2xx. */
  onAck(handler: (ack: Request, flow: Flow) => void): void {
    this.#onAck = handler;
  }

  /** Who takes responses that match no transaction; by default nobody (RFC 6026 §8.9). */
  onStray(handler: (response: Response, flow: Flow) => void): void {
    this.#onStray = handler;
  }

  /** Starts a client transaction: puts our Via on top and sends. The user hears nothing before this returns. */
  send(request: Request, flow: Flow, user: ClientUser, branch = newBranch()): ClientTransaction {
    return this.#start(clientKey(branch, request.method), this.#withVia(request, flow, branch), flow, user);
  }

  /** Sends the ACK to a 2xx, which has no transaction (§13.2.2.4). The function given back sends the same again. */
  acknowledge(ack: Request, flow: Flow): () => void {
    const { head, body } = serialize(this.#withVia(ack, flow, newBranch()));
    // An ACK that is lost is asked for again by the next 2xx.
    const send = (): void => void flow.send(head, body).catch(() => undefined);
    send();
    return send;
  }

  /** Ends every transaction without another word. */
  close(): void {
    for (const transaction of [...this.#clients.values(), ...this.#servers.values()]) transaction.abandon();
    for (const map of [this.#clients, this.#servers, this.#merging, this.#unanswered]) map.clear();
  }

  #start(key: string, request: Request, flow: Flow, user: ClientUser): ClientTransaction {
    const client = new ClientTransaction(key, request, flow, user, this.#forClients);
    this.#clients.set(key, client);
    client.start();
    return client;
  }

  /** A branch of our own, and over UDP the wish to be answered where we sent from (RFC 3581 §3). */
  #withVia(request: Request, flow: Flow, branch: string): Request {
    const rport = flow.protocol === 'udp' ? ';rport' : '';
    const sentBy = this.#transport.sentBy(flow);
    return request.prepended('Via', `SIP/2.0/${flow.protocol.toUpperCase()} ${sentBy};branch=${branch}${rport}`);
  }

  #receiveResponse(response: Response, flow: Flow): void {
    const client = this.#clients.get(transactionKey(response));
    validate(response, client?.request);
    if (client !== undefined) client.receive(response);
    else this.#fence(() => this.#onStray(response, flow));
  }

  #receiveRequest(request: Request, flow: Flow): void {
    const key = transactionKey(request);
    const server = this.#servers.get(key);
    if (server !== undefined) {
      if (request.method === 'ACK') server.acknowledge(request);
      else server.repeated();
      return;
    }
    validate(request);
    if (request.method === 'ACK') this.#fence(() => this.#onAck(request, flow));
    else if (this.#isCrowded(flow)) this.#refuse(request, flow);
    else this.#begin(key, request, flow);
  }

  #begin(key: string, request: Request, flow: Flow): void {
    const mergeKey = mergeKeyOf(request);
    const merged = mergeKey !== undefined && this.#merging.has(mergeKey);
    const server = new ServerMachine(key, merged ? undefined : mergeKey, request, flow, this.#forServers);
    this.#servers.set(server.key, server);
    if (server.mergeKey !== undefined) this.#merging.set(server.mergeKey, server);
    this.#count(flow, 1);
    server.start();
    const transaction = new ServerTransaction(request, server);
    if (request.method === 'CANCEL') this.#cancel(transaction);
    else if (merged) respond(transaction, 482, { reason: 'Merged Request' });
    else void this.#handle(transaction);
  }

  /** §9.2: whatever becomes of the INVITE, the CANCEL has its own answer. */
  #cancel(cancel: ServerTransaction): void {
    const invite = this.#servers.get(transactionKey(cancel.request, 'INVITE'));
    if (invite === undefined) respond(cancel, 481);
    else {
      respond(cancel, 200, { toTag: invite.toTag ?? newTag() });
      invite.cancel();
    }
  }

  async #handle(server: ServerTransaction): Promise<void> {
    try {
      await this.#handler(server);
    } catch (error) {
      if (error instanceof BadMessage) respond(server, error.status, { reason: error.reason });
      else {
        this.#report(error);
        respond(server, 500);
      }
    }
  }

  #isCrowded({ remote }: Flow): boolean {
    const { transactions, unansweredPerPeer } = this.#limits;
    return this.size >= transactions || (this.#unanswered.get(remote.address) ?? 0) >= unansweredPerPeer;
  }

  /** Without a transaction: there is no room for one. */
  #refuse(request: Request, flow: Flow): void {
    const fields = [['Retry-After', String(this.#limits.retryAfter)]] as const;
    this.#transport.respond(Response.to(request, 503, { fields, toTag: newTag() }), flow).catch(() => undefined);
  }

  #count({ remote: { address } }: Flow, change: number): void {
    const count = (this.#unanswered.get(address) ?? 0) + change;
    if (count > 0) this.#unanswered.set(address, count);
    else this.#unanswered.delete(address);
  }

  #forget({ key, mergeKey }: ServerMachine): void {
    this.#servers.delete(key);
    if (mergeKey !== undefined) this.#merging.delete(mergeKey);
  }

  #fence(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#report(error);
    }
  }
}

const nobody: ClientUser = { response: () => undefined, end: () => undefined };

const respond = (server: ServerTransaction, status: number, parts: ResponseParts = {}): void =>
  server.respond(Response.to(server.request, status, { toTag: newTag(), ...parts }));

/** §8.2.2.2: the same request on another way. CANCEL is matched to its INVITE instead; in a dialog the To tag is there. */
function mergeKeyOf(request: Request): string | undefined {
  if (request.method === 'CANCEL' || request.to.tag !== undefined) return undefined;
  return [request.callId, request.from.tag, request.cseq.number, request.cseq.method].join(' ');
}
