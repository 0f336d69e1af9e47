import { BadMessage } from '../bad-message.ts';
import { Cursor } from '../cursor.ts';

/** A header field that stands once, and how its value is read. */
export interface SingleHeader<T> {
  readonly name: string;
  readonly read: (text: string) => T;
}

/** A header field of many values, and how the values of its lines are read. */
export interface ListHeader<T> {
  readonly name: string;
  readonly readAll: (lines: readonly string[]) => readonly T[];
}

const COMMA = 0x2c;

/** A header field of one value; the value ends where `read` ends. */
export const single = <T>(name: string, read: (cursor: Cursor) => T): SingleHeader<T> => ({
  name,
  read: (text) => readWhole(text, name, read),
});

/** A header field of values that commas divide; a line without any value counts for none. */
export const list = <T>(name: string, read: (cursor: Cursor) => T): ListHeader<T> => ({
  name,
  readAll: (lines) => {
    // Mostly there is one value, which makes a list of just that size.
    let values: T[] | undefined;
    for (const line of lines) {
      const cursor = new Cursor(line, name);
      if (cursor.skipSpace().atEnd) continue;
      do {
        const value = read(cursor);
        if (values === undefined) values = [value];
        else values.push(value);
      } while (cursor.take(COMMA));
      cursor.end();
    }
    return values ?? [];
  },
});

/** A header field of one value on each line, where a comma belongs to the value. */
export const lineByLine = <T>(name: string, read: (cursor: Cursor) => T): ListHeader<T> => ({
  name,
  readAll: (lines) => lines.map((line) => readWhole(line, name, read)),
});

function readWhole<T>(text: string, name: string, read: (cursor: Cursor) => T): T {
  const cursor = new Cursor(text, name);
  const value = read(cursor.skipSpace());
  cursor.end();
  return value;
}

/** A number of at most `max`, as decimal digits. */
export function readNumber(cursor: Cursor, max: number): number {
  const from = cursor.at;
  let number = 0;
  for (; cursor.code >= 0x30 && cursor.code <= 0x39; cursor.at++) number = number * 10 + cursor.code - 0x30;
  if (cursor.at === from || number > max) throw cursor.malformed();
  return number;
}

/** The largest delta-seconds and response number (RFC 3261 §20.19, RFC 3262 §7.1). */
export const MAX_UINT32 = 2 ** 32 - 1;

/** The number in a parameter; undefined where the parameter is not there. @throws {BadMessage} 400 */
export function numberIn(text: string | undefined, what: string, max: number = MAX_UINT32): number | undefined {
  if (text === undefined) return undefined;
  if (!/^[0-9]+$/.test(text) || Number(text) > max) throw new BadMessage(400, `Malformed ${what}`);
  return Number(text);
}

export const seconds = (name: string): SingleHeader<number> => single(name, (cursor) => readNumber(cursor, MAX_UINT32));
export const tokens = (name: string): ListHeader<string> => list(name, (cursor) => cursor.token());
