/** Classes of characters of RFC 3261 §25.1, one bit each. */
export const TOKEN = 1;
/** What a user part may hold beside escapes: unreserved and user-unreserved. */
export const USER = 2;
/** What a password may hold beside escapes. */
export const PASSWORD = 4;
/** What a URI parameter may hold beside escapes: paramchar. */
export const URI_PARAMETER = 8;
/** What a URI header may hold beside escapes: hnv-unreserved and unreserved. */
export const URI_HEADER = 16;
/** What a host name may hold; the underscore is none of them but is in use. */
export const HOST = 32;
/** What an unquoted value of a parameter may hold; wider than token and host, because peers are. */
export const VALUE = 64;
/** What a URI in angle brackets may hold. */
export const URI = 128;
/** What a URI without brackets may hold (RFC 3261 §20.10). */
export const BARE_URI = 256;
/** What a word may hold: the parts of a Call-ID; with the `@` between them. */
export const WORD = 512;
/** What credentials of one text may hold (RFC 9110 §11.2 token68). */
export const TOKEN_68 = 1_024;
/** What is equal to its escape (RFC 3261 §19.1.4, RFC 2396 §2.3). */
export const NOT_RESERVED = 2_048;

const ALPHANUMERIC = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const UNRESERVED = `${ALPHANUMERIC}-_.!~*'()`;
const VISIBLE = Array.from({ length: 94 }, (_, at) => String.fromCharCode(33 + at)).join('');

const CLASSES = new Uint16Array(128);
for (const [mask, characters] of [
  [TOKEN, `${ALPHANUMERIC}-.!%*_+\`'~`],
  [NOT_RESERVED, UNRESERVED],
  [USER, `${UNRESERVED}&=+$,;?/`],
  [PASSWORD, `${UNRESERVED}&=+$,`],
  [URI_PARAMETER, `${UNRESERVED}[]/:&+$`],
  [URI_HEADER, `${UNRESERVED}[]/?:+$`],
  [HOST, `${ALPHANUMERIC}-._`],
  [VALUE, VISIBLE.replace(/[,;"<>]/g, '')],
  [URI, VISIBLE.replace(/[<>"]/g, '')],
  [WORD, `${ALPHANUMERIC}-.!%*_+\`'~()<>:\\"/[]?{}@`],
  [TOKEN_68, `${ALPHANUMERIC}-._~+/=`],
  [BARE_URI, VISIBLE.replace(/[<>",;?]/g, '')],
] as const) {
  for (const character of characters) {
    const code = character.charCodeAt(0);
    CLASSES[code] = (CLASSES[code] ?? 0) | mask;
  }
}

/** Where the run of characters of a class that begins at `from` ends. */
export function endOfRun(text: string, from: number, mask: number, end: number = text.length): number {
  let at = from;
  while (at < end && ((CLASSES[text.charCodeAt(at)] ?? 0) & mask) !== 0) at++;
  return at;
}

export const isToken = (text: string): boolean => text !== '' && endOfRun(text, 0, TOKEN) === text.length;
