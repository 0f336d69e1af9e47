import { Cursor } from './cursor.ts';
import { list, single } from './header.ts';
import { readNameAddress } from './name-address.ts';
import { readParameters, type Parameters } from './parameters.ts';
import { readVia, type Via } from './via.ts';

const SLASH = 0x2f;

export interface CSeq {
  readonly number: number;
  readonly method: string;
}

export interface Event {
  readonly type: string;
  readonly id: string | undefined;
  readonly parameters: Parameters;
}

export interface ContentType {
  /** type/subtype in lower case. */
  readonly type: string;
  readonly parameters: Parameters;
}

/** A number of at most `max`. */
function readNumber(cursor: Cursor, max: number): number {
  const number = Number(/^[0-9]+$/.exec(cursor.token())?.[0] ?? NaN);
  if (!(number <= max)) throw cursor.malformed();
  return number;
}

const seconds = (name: string) => single(name, (cursor) => readNumber(cursor, 2 ** 32 - 1));
const tokens = (name: string) => list(name, (cursor) => cursor.token());
const addresses = (name: string) => list(name, readNameAddress);

export function readTopVia(line: string): Via {
  return readVia(new Cursor(line, 'Via'));
}

export const VIA = list('Via', readVia);
export const FROM = single('From', readNameAddress);
export const TO = single('To', readNameAddress);
export const CALL_ID = single('Call-ID', (cursor) => {
  const text = cursor.text.slice(cursor.at).trimEnd();
  if (!/^[\x21-\x7e]+$/.test(text)) throw cursor.malformed();
  cursor.at = cursor.text.length;
  return text;
});
export const CSEQ = single('CSeq', (cursor): CSeq => {
  const number = readNumber(cursor, 2 ** 31 - 1); // RFC 3261 §8.1.1.5
  return { number, method: cursor.skipSpace().token() };
});
export const CONTACT = addresses('Contact');
export const ROUTE = addresses('Route');
export const RECORD_ROUTE = addresses('Record-Route');
export const MAX_FORWARDS = single('Max-Forwards', (cursor) => readNumber(cursor, 255));
export const EXPIRES = seconds('Expires');
export const EVENT = single('Event', (cursor): Event => {
  const type = cursor.token();
  const parameters = readParameters(cursor);
  return { type, id: parameters.get('id'), parameters };
});
export const CONTENT_TYPE = single('Content-Type', (cursor): ContentType => {
  const type = cursor.token();
  const subtype = cursor.expect(SLASH).token();
  return { type: `${type}/${subtype}`.toLowerCase(), parameters: readParameters(cursor) };
});
export const REQUIRE = tokens('Require');
export const SUPPORTED = tokens('Supported');
export const ALLOW = tokens('Allow');
