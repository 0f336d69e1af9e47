import type { Request } from '../message/request.ts';
import { Response } from '../message/response.ts';
import type { SipUri } from '../message/uri.ts';
import type { Flow, Target } from '../transport/flow.ts';
import type { ClientEnd, ClientTransaction, ClientUser } from './client.ts';
import type { TransactionLayer } from './layer.ts';

export interface SendOptions {
  /** Sent over this flow while it is open, instead of to located targets (RFC 5626 §5.3). */
  readonly flow?: Flow | undefined;
  /** The next hop, where it is neither the first Route nor the Request-URI: a strict router (RFC 3261 §8.1.2). */
  readonly nextHop?: SipUri | undefined;
  /**
   * Cancels an INVITE, whose final response is still awaited; stops the wait for an answer to another method. A reason that is a text
   * becomes the Reason of CANCEL (RFC 3326).
   */
  readonly signal?: AbortSignal | undefined;
  /** Whether a located target may be sent to; all by default. */
  readonly admits?: ((target: Target) => boolean) | undefined;
  /** The branch of a transaction over a flow, where it is to be that of another life of ours; else a new one. */
  readonly branch?: ((request: Request, flow: Flow) => string) | undefined;
  /** Provisional responses, and every 2xx to an INVITE, at once. */
  readonly onResponse?: ((response: Response, flow: Flow) => void) | undefined;
}

export interface Answer {
  /** Final. Made here, 408 or 503 (487 of an INVITE cancelled before it was sent), when no server gave one (RFC 3261 §8.1.3.1); then `cause` says why. */
  readonly response: Response;
  /** The request as it was sent last. */
  readonly request: Request;
  /** The flow that it was sent over last. */
  readonly flow: Flow | undefined;
  readonly cause: 'timeout' | 'transport' | 'unlocated' | 'cancelled' | undefined;
}

/** What is asked of RFC 3263; {@link Locator} is one. Both reject when there is no server. */
export interface Locating {
  locate(uri: SipUri): Promise<readonly Target[]>;
  locateRequest(request: Request): Promise<readonly Target[]>;
}

export interface OutgoingLimits {
  /** Targets that one request is tried at. */
  readonly targets: number;
}

export const outgoingDefaults: OutgoingLimits = { targets: 5 };

export interface OutgoingOptions {
  readonly transactions: TransactionLayer;
  readonly transport: {
    connect(target: Target, size?: number): Promise<Flow>;
    /** Whether a message of this size goes in one datagram. */
    fits(size: number): boolean;
  };
  readonly locator: Locating;
  readonly limits?: Partial<OutgoingLimits> | undefined;
}

/** Sends requests to where RFC 3263 says, with failover to the next target (§4.3). */
export class Outgoing {
  readonly transactions: TransactionLayer;
  readonly #transport: OutgoingOptions['transport'];
  readonly #locator: Locating;
  readonly #limits: OutgoingLimits;

  constructor({ transactions, transport, locator, limits }: OutgoingOptions) {
    this.transactions = transactions;
    this.#transport = transport;
    this.#locator = locator;
    this.#limits = { ...outgoingDefaults, ...limits };
  }

  /**
   * Resolves with the final response. The next hop is the first Route, or the Request-URI (RFC 3261 §8.1.2).
   * @throws the reason of `signal`, when it comes before an INVITE is sent or during another method
   */
  async send(request: Request, options: SendOptions = {}): Promise<Answer> {
    const { flow, signal, admits = everywhere } = options;
    signal?.throwIfAborted();
    const first = flow?.open === true ? await this.#attemptAlong(flow, request, options) : undefined;
    // A flow that broke under the request leaves the way that everybody else would take.
    if (first !== undefined && (first.cause !== 'transport' || !isRetried(first) || signal?.aborted === true))
      return first;
    const targets = (await this.#locate(request, options.nextHop)).filter(admits);
    let last = first ?? made(request, 503, 'unlocated', undefined);
    for (const target of targets.slice(0, this.#limits.targets)) {
      signal?.throwIfAborted();
      last = await this.#attempt(request, this.#transport.connect(target, sizeOf(request)), options);
      if (!isRetried(last) || signal?.aborted === true) break;
    }
    return last;
  }

  /** The flow that a request would go by which has no transaction: the ACK to a 2xx. Undefined when nobody is reached. */
  async flowFor(
    request: Request,
    { flow, nextHop, admits = everywhere }: Pick<SendOptions, 'flow' | 'nextHop' | 'admits'>,
  ): Promise<Flow | undefined> {
    if (flow?.open === true) return flow;
    for (const target of (await this.#locate(request, nextHop)).filter(admits)) {
      const way = await this.#transport.connect(target, sizeOf(request)).catch(() => undefined);
      if (way !== undefined) return way;
    }
    return undefined;
  }

  async #locate(request: Request, nextHop: SipUri | undefined): Promise<readonly Target[]> {
    try {
      return await (nextHop === undefined ? this.#locator.locateRequest(request) : this.#locator.locate(nextHop));
    } catch {
      return [];
    }
  }

  /** Over the flow itself, unless the request is too long for datagrams and TCP serves (RFC 3261 §18.1.1). */
  #attemptAlong(flow: Flow, request: Request, options: SendOptions): Promise<Tried> {
    const size = sizeOf(request);
    if (flow.protocol !== 'udp' || this.#transport.fits(size)) return this.#transact(request, flow, options);
    const connecting = this.#transport.connect({ protocol: 'udp', ...flow.remote }, size);
    return this.#attempt(
      request,
      connecting.then((way) => (way.protocol === 'udp' ? flow : way)),
      options,
    );
  }

  async #attempt(request: Request, connecting: Promise<Flow>, options: SendOptions): Promise<Tried> {
    try {
      return await this.#transact(request, await connecting, options);
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      return made(request, 503, 'transport', undefined);
    }
  }

  #transact(request: Request, flow: Flow, options: SendOptions): Promise<Tried> {
    options.signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const attempt = new Attempt(request, flow, options, resolve, reject);
      attempt.sentBy(this.transactions.send(request, flow, attempt, options.branch?.(request, flow)));
    });
  }
}

/** One request over one flow, until its final response: its transaction lasts longer, and holds no request for us then. */
class Attempt implements ClientUser {
  #request: Request | undefined;
  #client: ClientTransaction | undefined;
  #isHeard = false;
  readonly #flow: Flow;
  readonly #options: SendOptions;
  /** Let go when it is heard, with the answer that they hold. */
  #resolve: (tried: Tried) => void;
  #reject: (error: unknown) => void;
  #ignoreSignal: (() => void) | undefined;

  constructor(
    request: Request,
    flow: Flow,
    options: SendOptions,
    resolve: (tried: Tried) => void,
    reject: (error: unknown) => void,
  ) {
    this.#request = request;
    this.#flow = flow;
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  sentBy(client: ClientTransaction): void {
    this.#client = client;
    const { signal } = this.#options;
    if (signal === undefined) return;
    const abort = (): void => this.#abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#ignoreSignal = () => signal.removeEventListener('abort', abort);
  }

  response(response: Response): void {
    const { status } = response;
    const isInvite = response.cseq.method === 'INVITE';
    this.#isHeard ||= status > 100 && status < 200;
    if (status < 200 || (status < 300 && isInvite)) this.#options.onResponse?.(response, this.#flow);
    if (status < 200 || this.#request === undefined) return;
    const request = this.#client?.request ?? this.#request;
    this.#finish({ response, request, flow: this.#flow, cause: undefined, isHeard: this.#isHeard });
  }

  end(reason: ClientEnd): void {
    if (this.#request === undefined || reason === 'done') return;
    const answer = made(this.#request, reason === 'timeout' ? 408 : 503, reason, this.#flow);
    this.#finish({ ...answer, isHeard: this.#isHeard });
  }

  #finish(tried: Tried): void {
    this.#request = undefined;
    this.#ignoreSignal?.();
    this.#resolve(tried);
    this.#resolve = ignore;
    this.#reject = ignore;
  }

  #abort(reason: unknown): void {
    this.#client?.cancel(typeof reason === 'string' ? reason : undefined);
    if (this.#request?.method !== 'INVITE') this.#reject(reason);
  }
}

const ignore = (): void => undefined;

interface Tried extends Answer {
  /** Somebody behind the next hop has the request. */
  readonly isHeard?: boolean;
}

const everywhere = (): boolean => true;

/** RFC 3263 §4.3: the next target gets it after 503, a failure of the transport, or silence; not where a user was reached. */
const isRetried = ({ response, cause, isHeard = false }: Tried): boolean =>
  !isHeard && (cause !== undefined || response.status === 503);

/** RFC 3261 §8.1.3.1. */
const made = (
  request: Request,
  status: 408 | 503,
  cause: NonNullable<Answer['cause']>,
  flow: Flow | undefined,
): Answer => ({
  response: Response.to(request, status),
  request,
  flow,
  cause,
});

/** A Via of ours at its longest. */
const VIA_BYTES = 120;

/** Bytes of the request on the wire, nearly. */
function sizeOf({ startLine, fieldsAsWritten, body }: Request): number {
  return fieldsAsWritten.reduce((sum, text) => sum + text.length + 2, startLine.length + body.length + VIA_BYTES);
}
