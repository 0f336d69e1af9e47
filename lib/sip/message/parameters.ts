import { endOfRun, VALUE } from './characters.ts';
import { quote, unquote, type Cursor } from './cursor.ts';

const SEMICOLON = 0x3b;
const EQUALS = 0x3d;

/** Parameters in their order; names compare without case. Immutable. */
export class Parameters implements Iterable<readonly [name: string, value: string]> {
  static readonly NONE = new Parameters([]);

  /** Names as written and values as written (quoted strings with their quotes; undefined without `=`), by turns. */
  readonly #written: readonly (string | undefined)[];

  constructor(written: readonly (string | undefined)[]) {
    this.#written = written;
  }

  /** Parameters made from names and texts; what is no token is quoted, undefined leaves the parameter out, '' is a flag. */
  static of(entries: Readonly<Record<string, string | number | undefined>>): Parameters {
    let made = Parameters.NONE;
    for (const [name, value] of Object.entries(entries)) {
      if (value !== undefined) made = made.with(name, String(value));
    }
    return made;
  }

  /** The text of the value without quotes, '' for a parameter without value, undefined when it is not there. */
  get(name: string): string | undefined {
    const at = this.#find(name);
    return at < 0 ? undefined : unquote(this.#written[at + 1] ?? '');
  }

  has(name: string): boolean {
    return this.#find(name) >= 0;
  }

  get size(): number {
    return this.#written.length / 2;
  }

  /** The parameter replaced in its place, or added behind the others. */
  with(name: string, value = ''): Parameters {
    const raw = value === '' ? undefined : endOfRun(value, 0, VALUE) === value.length ? value : quote(value);
    return this.withWritten(name, raw);
  }

  /** The same with a value that is written as it is. */
  withWritten(name: string, raw: string | undefined): Parameters {
    const at = this.#find(name);
    if (at < 0) return new Parameters([...this.#written, name, raw]);
    return new Parameters(this.#written.with(at + 1, raw));
  }

  without(name: string): Parameters {
    const at = this.#find(name);
    return at < 0 ? this : new Parameters(this.#written.toSpliced(at, 2));
  }

  *[Symbol.iterator](): Generator<readonly [name: string, value: string]> {
    for (let at = 0; at < this.#written.length; at += 2) {
      yield [this.#written[at] ?? '', unquote(this.#written[at + 1] ?? '')];
    }
  }

  /** As in a message: `;name=value;flag`. */
  toString(): string {
    let text = '';
    for (let at = 0; at < this.#written.length; at += 2) {
      const value = this.#written[at + 1];
      text += value === undefined ? `;${this.#written[at]}` : `;${this.#written[at]}=${value}`;
    }
    return text;
  }

  #find(name: string): number {
    for (let at = 0; at < this.#written.length; at += 2) {
      const written = this.#written[at] ?? '';
      if (written === name || (written.length === name.length && written.toLowerCase() === name.toLowerCase()))
        return at;
    }
    return -1;
  }
}

/** Parameters of a header field up to a comma, or up to the end (RFC 3261 §25.1 generic-param). */
export function readParameters(cursor: Cursor): Parameters {
  if (!cursor.take(SEMICOLON)) return Parameters.NONE;
  // Mostly there is one, which makes a list of just that size.
  const written = [cursor.token(), cursor.take(EQUALS) ? readValue(cursor) : undefined];
  while (cursor.take(SEMICOLON)) written.push(cursor.token(), cursor.take(EQUALS) ? readValue(cursor) : undefined);
  return new Parameters(written);
}

const readValue = (cursor: Cursor): string => (cursor.atQuote ? cursor.quoted() : cursor.run(VALUE));
