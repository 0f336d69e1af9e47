import { BadMessage } from '../message/bad-message.ts';
import type { MessageLimits } from '../message/limits.ts';
import { parse } from '../message/parse.ts';
import { Request } from '../message/request.ts';
import { Response } from '../message/response.ts';
import { serialize } from '../message/serialize.ts';
import { newTag } from '../token.ts';
import type { TransportCounters } from './counters.ts';
import type { Flow } from './flow.ts';
import type { Unframed } from './framing.ts';
import type { PeerRates } from './rates.ts';
import { withSource } from './source.ts';

export type Receiver = (message: Request | Response, flow: Flow) => void;

export interface InboundParts {
  readonly counters: TransportCounters;
  readonly rates: PeerRates;
  readonly messageLimits: MessageLimits;
  /** Sends an answer to what can't be read. */
  readonly respond: (response: Response, flow: Flow) => Promise<void>;
  /** Whether a response answers a request of ours (RFC 3261 §18.1.2). */
  readonly isOurs: (response: Response, flow: Flow) => boolean;
  readonly report: (error: Error) => void;
}

/** What happens to a message that came, whatever brought it. */
export class Inbound {
  readonly counters: TransportCounters;
  readonly rates: PeerRates;
  readonly messageLimits: MessageLimits;
  receiver: Receiver = () => undefined;
  readonly #parts: InboundParts;

  constructor(parts: InboundParts) {
    this.counters = parts.counters;
    this.rates = parts.rates;
    this.messageLimits = parts.messageLimits;
    this.#parts = parts;
  }

  /** Gives a message to the receiver, or answers what is wrong with it. */
  take(bytes: Buffer, flow: Flow): void {
    this.counters.received++;
    let request: Request | undefined;
    try {
      const message = parse(bytes, this.messageLimits);
      if (message instanceof Request) {
        request = message;
        request = withSource(message, flow.remote);
        this.receiver(request, flow);
      } else if (this.#parts.isOurs(message, flow)) this.receiver(message, flow);
      else this.counters.strayResponses++;
    } catch (error) {
      if (error instanceof BadMessage) this.#refuse(error, error.request ?? request, flow);
      else this.#parts.report(error as Error);
    }
  }

  /** Answers a message in a stream whose end can't be known. */
  unframed({ head, status, reason }: Unframed, flow: Flow): void {
    this.counters.received++;
    const problem = new BadMessage(status, reason);
    try {
      const message = head === undefined ? undefined : parse(head, this.messageLimits);
      this.#refuse(problem, message instanceof Request ? message : undefined, flow);
    } catch (error) {
      this.#refuse(problem, error instanceof BadMessage ? error.request : undefined, flow);
    }
  }

  /** Lets no mistake of those who use the transport reach it. */
  fence(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#parts.report(error as Error);
    }
  }

  /** Without a Via nobody knows whose answer it would be; an ACK has none (RFC 3261 §17.1.1.3). */
  #refuse({ status, reason }: BadMessage, request: Request | undefined, flow: Flow): void {
    if (request?.has('Via') !== true || request.method === 'ACK') {
      this.counters.malformedDropped++;
      return;
    }
    this.#answer(request, status, reason, flow).then(
      () => this.counters.malformedAnswered++,
      () => this.counters.malformedDropped++,
    );
  }

  async #answer(request: Request, status: number, reason: string, flow: Flow): Promise<void> {
    const located = withReadableVia(request, flow);
    const response = Response.to(located ?? request, status, { reason, toTag: newTag() });
    if (located !== undefined) return this.#parts.respond(response, flow);
    // Such a Via leads nowhere; the answer goes back to where the request came from (RFC 4475 §3.1.2.1).
    const { head, body } = serialize(response);
    await flow.send(head, body);
  }
}

function withReadableVia(request: Request, { remote }: Flow): Request | undefined {
  try {
    return withSource(request, remote);
  } catch (error) {
    if (error instanceof BadMessage) return undefined;
    throw error;
  }
}
