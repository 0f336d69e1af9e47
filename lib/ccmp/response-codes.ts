import type { Reason } from '../conference/refusal.ts';
import type { ResponseCode } from './codec/codes.ts';
import type { MessageName, Operation } from './codec/messages.ts';

/** Why the rules refuse → the code of RFC 6503 §5.4. What a person should do is in the refusal's own message. */
const CODES: Readonly<Record<Exclude<Reason, 'not-allowed'>, ResponseCode>> = {
  malformed: 400,
  'not-for-this-object': 403,
  'no-such-conference': 404,
  conflict: 409,
  'no-such-user': 420,
  'unknown-sender': 421,
  'wrong-conference-password': 422,
  'conference-password-required': 423,
  'authentication-required': 424,
  'others-depend-on-it': 425,
  protected: 426,
  'foreign-domain': 427,
  barred: 401,
  'anonymity-disallowed': 401,
  internal: 500,
  'not-implemented': 501,
  'took-too-long': 510,
  'resources-exhausted': 511,
};

/** The same lack of permission has another code from one operation to the next (RFC 6503 §5.3.3–5.3.6). */
export function responseCode(reason: Reason, type: MessageName, operation: Operation | undefined): ResponseCode {
  if (reason !== 'not-allowed') return CODES[reason];
  if (type === 'blueprint' && operation !== 'retrieve') return 403;
  if (operation !== 'update') return 401;
  return type === 'users' || type === 'user' ? 426 : 409;
}

/** Refused before the rules of conferences were asked, with the code that it has for every operation. */
export class CodedRefusal extends Error {
  readonly code: ResponseCode;

  constructor(code: ResponseCode, message: string) {
    super(message);
    this.name = 'CodedRefusal';
    this.code = code;
  }
}
