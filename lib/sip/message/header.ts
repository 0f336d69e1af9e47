import { Cursor } from './cursor.ts';

/** A header field that stands once, and how its value is read. */
export interface SingleHeader<T> {
  readonly name: string;
  readonly read: (text: string) => T;
}

/** A header field of many values, and how one of them is read. */
export interface ListHeader<T> {
  readonly name: string;
  readonly readAll: (lines: readonly string[]) => readonly T[];
}

const COMMA = 0x2c;

/** A header field of one value; the value ends where `read` ends. */
export const single = <T>(name: string, read: (cursor: Cursor) => T): SingleHeader<T> => ({
  name,
  read: (text) => {
    const cursor = new Cursor(text, name);
    const value = read(cursor.skipSpace());
    cursor.end();
    return value;
  },
});

/** A header field of values that commas divide, on one line or more; a line may be empty where the RFC has `*`, `#` or peers do it. */
export const list = <T>(name: string, read: (cursor: Cursor) => T): ListHeader<T> => ({
  name,
  readAll: (lines) => {
    const values: T[] = [];
    for (const line of lines) {
      const cursor = new Cursor(line, name);
      if (cursor.skipSpace().atEnd) continue;
      do values.push(read(cursor));
      while (cursor.take(COMMA));
      cursor.end();
    }
    return values;
  },
});
