import type { Request } from './request.ts';

/** A message, or a part of one, that breaks the grammar or a limit: the response that a request like it deserves. */
export class BadMessage extends Error {
  override readonly name = 'BadMessage';
  /** 400, 505, 513 … */
  readonly status: number;
  /** The reason phrase of the response (RFC 3261 §21.4.1 wants the problem named). */
  readonly reason: string;
  readonly #request: Request | undefined;

  constructor(status: number, reason: string, request?: Request) {
    super(`${status} ${reason}`);
    this.status = status;
    this.reason = reason;
    this.#request = request;
  }

  /** The request as far as it could be read, where it can be answered. It may hold secrets, which no log of this error shows. */
  get request(): Request | undefined {
    return this.#request;
  }
}
