import { knownCode, RESPONSE_STRINGS, type ResponseCode } from '../codec/codes.ts';
import type { CcmpResponse } from '../codec/response.ts';

/** The server answered with another code than 200 (RFC 6503 §5.4). */
export class CcmpError extends Error {
  override readonly name = 'CcmpError';
  /** The response code; an unknown one is 500. */
  readonly code: ResponseCode;
  /** The code's registered text, such as `Conflict`. */
  readonly title: string;
  /** What the server says a person should do, if it says anything. */
  readonly string: string | undefined;
  /** The object's version, with 409. */
  readonly version: number | undefined;

  constructor({ code, string, version }: CcmpResponse) {
    const known = knownCode(code);
    super(`${code} ${RESPONSE_STRINGS[known]}${string === undefined ? '' : `: ${string}`}`);
    this.code = known;
    this.title = RESPONSE_STRINGS[known];
    this.string = string;
    this.version = version;
  }
}

/** No CCMP answer arrived: the server could not be reached, took too long, or answered in plain HTTP. */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  /** The HTTP status, if there was an answer. */
  readonly status: number | undefined;

  constructor(message: string, { status, cause }: { status?: number; cause?: unknown } = {}) {
    super(message, { cause });
    this.status = status;
  }
}
