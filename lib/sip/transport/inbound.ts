import { BadMessage } from '../message/bad-message.ts';
import type { MessageLimits } from '../message/limits.ts';
import { parse } from '../message/parse.ts';
import { Request } from '../message/request.ts';
import { Response } from '../message/response.ts';
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

  /** Without a Via that can be read nobody knows where an answer should go; an ACK has none (RFC 3261 §17.1.1.3). */
  #refuse({ status, reason }: BadMessage, request: Request | undefined, flow: Flow): void {
    if (request === undefined || request.method === 'ACK') {
      this.counters.malformedDropped++;
      return;
    }
    this.#answer(request, status, reason, flow).then(
      () => this.counters.malformedAnswered++,
      () => this.counters.malformedDropped++,
    );
  }

  async #answer(request: Request, status: number, reason: string, flow: Flow): Promise<void> {
    const response = Response.to(withSource(request, flow.remote), status, { reason, toTag: newTag() });
    await this.#parts.respond(response, flow);
  }
}
