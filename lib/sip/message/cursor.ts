import { BadMessage } from './bad-message.ts';
import { endOfRun, TOKEN, WORD } from './characters.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Reads the value of a header field from left to right. Every method throws BadMessage 400 where the grammar is broken. */
export class Cursor {
  readonly text: string;
  /** What is read, as the reason of a failure names it. */
  readonly what: string;
  at = 0;

  constructor(text: string, what: string) {
    this.text = text;
    this.what = what;
  }

  get code(): number {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  get atEnd(): boolean {
    return this.at >= this.text.length;
  }

  skipSpace(): this {
    while (this.at < this.text.length) {
      const code = this.text.charCodeAt(this.at);
      if (code !== 0x20 && code !== 0x09) break;
      this.at++;
    }
    return this;
  }

  /** Takes the character, with the white space around it, if it is there. */
  take(code: number): boolean {
    if (this.skipSpace().code !== code) return false;
    this.at++;
    this.skipSpace();
    return true;
  }

  expect(code: number): this {
    if (!this.take(code)) throw this.malformed();
    return this;
  }

  /** A run of one or more characters of a class. */
  run(mask: number): string {
    const from = this.at;
    this.at = endOfRun(this.text, from, mask);
    if (this.at === from) throw this.malformed();
    return this.text.slice(from, this.at);
  }

  token(): string {
    return this.run(TOKEN);
  }

  /** A run of the characters of words, `@` among them. */
  word(): string {
    return this.run(WORD);
  }

  /** A quoted string at the cursor, with its quotes. */
  quoted(): string {
    const from = this.at++;
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code === QUOTE) return this.text.slice(from, ++this.at);
      if (code === BACKSLASH) this.at++;
    }
    throw this.malformed();
  }

  /** A quoted string at the cursor, as the text that it stands for. */
  quotedText(): string {
    if (!this.atQuote) throw this.malformed();
    return unquote(this.quoted());
  }

  get atQuote(): boolean {
    return this.code === QUOTE;
  }

  /** Nothing may follow but white space. */
  end(): void {
    if (!this.skipSpace().atEnd) throw this.malformed();
  }

  malformed(): BadMessage {
    return new BadMessage(400, `Malformed ${this.what}`);
  }
}

/** The text that a quoted string stands for; other text as it is. */
export function unquote(text: string): string {
  if (text.charCodeAt(0) !== QUOTE) return text;
  const inner = text.slice(1, -1);
  return inner.includes('\\') ? inner.replace(/\\([^])/g, '$1') : inner;
}

export const quote = (text: string): string =>
  text.includes('"') || text.includes('\\') ? `"${text.replace(/["\\]/g, '\\$&')}"` : `"${text}"`;
