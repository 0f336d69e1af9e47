import { BadMessage } from './bad-message.ts';
import { pushField, type Fields } from './fields.ts';
import { Message } from './message.ts';
import { reasonPhrase } from './reason-phrases.ts';
import type { Request } from './request.ts';

const NO_BODY = Buffer.alloc(0);

export interface ResponseParts {
  /** The reason phrase; without it that of RFC 3261 §21. */
  readonly reason?: string;
  readonly fields?: readonly (readonly [name: string, value: string])[];
  readonly body?: Buffer;
  /** The tag of To, where the request has none (RFC 3261 §8.2.6.2). */
  readonly toTag?: string;
}

export class Response extends Message {
  readonly status: number;
  readonly reason: string;

  /** Use `to`, or `parse`. */
  constructor(status: number, reason: string, fields: Fields, body: Buffer) {
    super(fields, body);
    this.status = status;
    this.reason = reason;
  }

  /**
   * The response to a request with its Via, From, To, Call-ID and CSeq (RFC 3261 §8.2.6.2), Timestamp in a 100.
   * @throws {TypeError} for a name or value that no message can hold
   */
  static to(
    request: Request,
    status: number,
    { reason, fields = [], body = NO_BODY, toTag }: ResponseParts = {},
  ): Response {
    const copied: string[] = [];
    const written = request.fieldsAsWritten;
    for (let at = 0; at < written.length; at += 2) {
      const [name, value] = [written[at] ?? '', written[at + 1] ?? ''];
      if (!COPIED.has(name) && !(status === 100 && name === 'Timestamp')) continue;
      copied.push(name, name === 'To' && toTag !== undefined && !hasTag(request) ? `${value};tag=${toTag}` : value);
    }
    for (const [name, value] of fields) pushField(copied, name, value);
    return new Response(status, checkedReason(reason ?? reasonPhrase(status)), copied, body).shareVias(request);
  }

  get startLine(): string {
    return `SIP/2.0 ${this.status} ${this.reason}`;
  }

  protected override copy(fields: Fields, body: Buffer): this {
    return new Response(this.status, this.reason, fields, body) as this;
  }
}

const COPIED = new Set(['Via', 'From', 'To', 'Call-ID', 'CSeq']);

/** A malformed To is left as it is. */
function hasTag(request: Request): boolean {
  try {
    return request.to.tag !== undefined;
  } catch (error) {
    if (error instanceof BadMessage) return true;
    throw error;
  }
}

function checkedReason(reason: string): string {
  if (/[\r\n]/.test(reason)) throw new TypeError('a line break in a reason phrase');
  return reason;
}
