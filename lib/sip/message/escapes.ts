import { endOfRun } from './characters.ts';

/** Puts `%HH` for what is outside the class of characters (RFC 3261 §25.1 escaped). */
export function escape(text: string, mask: number): string {
  if (endOfRun(text, 0, mask) === text.length) return text;
  let escaped = '';
  for (const byte of Buffer.from(text)) {
    const character = String.fromCharCode(byte);
    escaped += endOfRun(character, 0, mask) === 1 ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return escaped;
}

/** Takes the escapes away; what they stand for is read as UTF-8. */
export function unescape(text: string): string {
  if (!text.includes('%')) return text;
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString());
}

/** Takes the escapes away from characters of the class only; the others stay, in upper case. */
export function unescapeOnly(text: string, mask: number): string {
  if (!text.includes('%')) return text;
  return text.replace(/%[0-9A-Fa-f]{2}/g, (escaped) => {
    const character = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return endOfRun(character, 0, mask) === 1 ? character : escaped.toUpperCase();
  });
}

/** Where the run of characters of a class and of escapes ends; a `%` without two hexadecimal digits ends it. */
export function endOfEscapedRun(text: string, from: number, mask: number, end: number = text.length): number {
  let at = endOfRun(text, from, mask, end);
  while (
    text.charCodeAt(at) === 0x25 &&
    at + 3 <= end &&
    isHex(text.charCodeAt(at + 1)) &&
    isHex(text.charCodeAt(at + 2))
  ) {
    at = endOfRun(text, at + 3, mask, end);
  }
  return at;
}

const isHex = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66);
