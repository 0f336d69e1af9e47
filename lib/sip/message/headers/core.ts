import type { Cursor } from '../cursor.ts';
import { readNameAddress, type NameAddress } from '../name-address.ts';
import { readParameters, type Parameters } from '../parameters.ts';
import { readVia } from '../via.ts';
import { list, MAX_UINT32, readNumber, seconds, single, tokens } from './definition.ts';

/** RFC 3261 §20.16. */
export interface CSeq {
  readonly number: number;
  readonly method: string;
}

/** RFC 3261 §20.33. */
export interface RetryAfter {
  readonly seconds: number;
  readonly comment: string | undefined;
  /** `duration`: how long the called party will be there after that. */
  readonly parameters: Parameters;
}

/** RFC 3261 §20.43. */
export interface Warning {
  readonly code: number;
  readonly agent: string;
  readonly text: string;
}

const OPEN = 0x28;
const CLOSE = 0x29;
const BACKSLASH = 0x5c;

export const VIA = list('Via', readVia);
export const FROM = single('From', readNameAddress);
export const TO = single('To', readNameAddress);
export const CALL_ID = single('Call-ID', (cursor) => readCallId(cursor));
export const CSEQ = single('CSeq', (cursor): CSeq => {
  const number = readNumber(cursor, MAX_UINT32); // less than 2³¹ is what a sender keeps to (RFC 3261 §8.1.1.5)
  const digitsEnd = cursor.at;
  const method = cursor.skipSpace().token();
  if (cursor.at - method.length === digitsEnd) throw cursor.malformed();
  return { number, method };
});
export const CONTACT = list('Contact', readNameAddress);
export const REPLY_TO = single('Reply-To', readNameAddress);
export const MAX_FORWARDS = single('Max-Forwards', (cursor) => readNumber(cursor, 255));
export const EXPIRES = seconds('Expires');
export const MIN_EXPIRES = seconds('Min-Expires');
export const REQUIRE = tokens('Require');
export const PROXY_REQUIRE = tokens('Proxy-Require');
export const SUPPORTED = tokens('Supported');
export const UNSUPPORTED = tokens('Unsupported');
export const ALLOW = tokens('Allow');
export const RETRY_AFTER = single('Retry-After', (cursor): RetryAfter => {
  const after = readNumber(cursor, MAX_UINT32);
  const comment = cursor.skipSpace().code === OPEN ? readComment(cursor) : undefined;
  return { seconds: after, comment, parameters: readParameters(cursor) };
});
export const WARNING = list('Warning', (cursor): Warning => {
  const code = readNumber(cursor, 999);
  const agent = cursor.skipSpace().word();
  cursor.skipSpace();
  return { code, agent, text: cursor.quotedText() };
});

/** The Call-ID at the cursor (RFC 3261 §25.1 callid, word); a semicolon, which it can't hold, ends it. */
export function readCallId(cursor: Cursor): string {
  const callId = cursor.word();
  if (callId.length > MAX_CALL_ID) throw cursor.malformed();
  return callId;
}

const MAX_CALL_ID = 1_024;

/** RFC 3261 §25.1 comment, without its parentheses; they may nest. */
function readComment(cursor: Cursor): string {
  const from = cursor.at;
  let depth = 0;
  for (; !cursor.atEnd; cursor.at++) {
    const { code } = cursor;
    if (code === BACKSLASH) cursor.at++;
    else if (code === OPEN) depth++;
    else if (code === CLOSE && --depth === 0) return cursor.text.slice(from + 1, cursor.at++);
  }
  throw cursor.malformed();
}

/** Whether a contact is a focus (RFC 3840 §10.1 isfocus, RFC 4579 §3). */
export const isFocus = (contact: NameAddress): boolean => contact.parameters.has('isfocus');
