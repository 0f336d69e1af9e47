import { randomBytes } from 'node:crypto';

/** A conference object identifier (RFC 6501 §3.3.1), normalised: lower case. */
export type XconUri = string & { readonly xconUri: unique symbol };
/** A conference user identifier (RFC 6501 §4.6.5), normalised: lower case. */
export type XconUserId = string & { readonly xconUserId: unique symbol };

const URI = /^xcon:(?:[a-z0-9\-._~+=/]+@)?(?:[a-z0-9\-._~!$&'()*+,;=]+(?::\d+)?|\[[0-9a-f:.]+\])$/;
const HOST = /^(?:[^\s<>"@:;?%[\]/]+|\[[0-9a-f:.]+\])$/;
const RANDOM_BYTES = 15;

const KELVIN_SIGN = '\u212a';

/** Without the one character beyond ASCII whose lower case is of ASCII: it only looks like a letter of another's name. */
export const lowerCase = (text: string): string =>
  text.includes(KELVIN_SIGN)
    ? text
        .split(KELVIN_SIGN)
        .map((piece) => piece.toLowerCase())
        .join(KELVIN_SIGN)
    : text.toLowerCase();

/**
 * Reads an XCON-URI; comparison is by lower case, character by character (RFC 6501 §3.3.2). Host-only forms are
 * accepted because the RFCs' examples use them. Undefined when the text is not an XCON-URI.
 */
export function parseXconUri(text: string): XconUri | undefined {
  const uri = lowerCase(text.trim());
  return URI.test(uri) ? (uri as XconUri) : undefined;
}

/**
 * Reads an XCON-USERID as clients send it: without port and parameters, lower case, nothing escaped that need not be,
 * because they derive it from a SIP URI (`xcon-userid:al%69ce@example.com:5061;transport=tls`). What it returns it
 * reads as the same. Undefined when the text is none.
 */
export function parseXconUserId(text: string): XconUserId | undefined {
  const [, rest] = /^xcon-userid:([^\s<>"]+)$/i.exec(text.trim()) ?? [];
  if (rest === undefined) return undefined;
  const { user, host } = split(rest);
  const name = canonical(user ?? host);
  if (name === undefined || name === '') return undefined;
  if (user === undefined) return `xcon-userid:${name}` as XconUserId;
  return HOST.test(host) ? (`xcon-userid:${name}@${host}` as XconUserId) : undefined;
}

/** What stands before the first `@`, and the host or other name behind it without port, parameters and headers. */
function split(text: string): { user: string | undefined; host: string } {
  const at = text.indexOf('@');
  const [host = ''] = text.slice(at + 1).split(/[;?]/, 1);
  return { user: at < 0 ? undefined : text.slice(0, at), host: lowerCase(host.replace(/:\d+$/, '').trim()) };
}

const CANONICAL = /^[a-z0-9\-._~!$&'()*+,=/:]*$/;

/** Lower case with the fewest escapes, so that equal names are equal texts; undefined when an escape is broken. */
function canonical(name: string): string | undefined {
  if (CANONICAL.test(name)) return name;
  try {
    const plain = lowerCase(decodeURIComponent(name));
    return plain.replace(/[^a-z0-9\-._~!$&'()*+,=/:]/gu, (one) => encodeURIComponent(one).toLowerCase());
  } catch {
    return undefined;
  }
}

/** The domain behind the `@` of an XCON-URI, XCON-USERID, SIP or mail address; undefined where there is none. */
export function domainOf(identifier: string): string | undefined {
  const [, domain] = /@(\[[^\]]*\]|[^:;?]*)/.exec(identifier) ?? [];
  return domain === undefined ? undefined : lowerCase(domain);
}

let supply = Buffer.alloc(0);

/** The system is asked for many tokens' worth at a time, for one request may need thousands. */
function takeRandom(): Buffer {
  if (supply.length === 0) supply = randomBytes(256 * RANDOM_BYTES);
  const taken = supply.subarray(0, RANDOM_BYTES);
  supply = supply.subarray(RANDOM_BYTES);
  return taken;
}

/** A token of 120 random bits, lower case: hard to guess (RFC 6501 §8). */
export function randomToken(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  let token = '';
  let bits = 0;
  let held = 0;
  for (const byte of takeRandom()) {
    held = ((held << 8) | byte) & 0xfff;
    bits += 8;
    for (; bits >= 5; bits -= 5) token += alphabet.charAt((held >> (bits - 5)) & 31);
  }
  return token;
}

export const generateXconUri = (domain: string): XconUri => `xcon:${randomToken()}@${domain}` as XconUri;
export const generateXconUserId = (domain: string): XconUserId =>
  `xcon-userid:${randomToken()}@${domain}` as XconUserId;

/** The one SIP URI of a conference: its XCON-URI's id and domain under another scheme. */
export function sipUriOf(uri: XconUri, domain: string): string {
  const rest = uri.slice('xcon:'.length);
  return rest.includes('@') ? `sip:${rest}` : `sip:${rest}@${domain}`;
}

/**
 * An address of record as it is compared: lower case; for sip and sips without port, parameters and headers and with
 * the fewest escapes, for tel without parameters and visual separators.
 */
export function normaliseAddress(address: string): string {
  const text = lowerCase(address.trim());
  const [, scheme, rest = ''] = /^(sips?:)(.*)$/s.exec(text) ?? [];
  if (scheme !== undefined) {
    const { user, host } = split(rest);
    return user === undefined ? `${scheme}${host}` : `${scheme}${canonical(user) ?? user}@${host}`;
  }
  if (text.startsWith('tel:'))
    return text
      .split(';', 1)
      .join('')
      .replace(/[-.()\s]/g, '');
  return text;
}
