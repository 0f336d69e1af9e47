import { randomBytes } from 'node:crypto';

/** A conference object identifier (RFC 6501 §3.3.1), normalised: lower case. */
export type XconUri = string & { readonly xconUri: unique symbol };
/** A conference user identifier (RFC 6501 §4.6.5), normalised: lower case. */
export type XconUserId = string & { readonly xconUserId: unique symbol };

const URI = /^xcon:[a-z0-9\-._~+=/%!$&'()*,;:@]+$/;
const USER_ID = /^xcon-userid:[^\s<>"]+$/;
const RANDOM_BYTES = 15;

/**
 * Reads an XCON-URI; comparison is by lower case, character by character (RFC 6501 §3.3.2). Host-only forms are
 * accepted because the RFCs' examples use them. Undefined when the text is not an XCON-URI.
 */
export function parseXconUri(text: string): XconUri | undefined {
  const uri = text.trim().toLowerCase();
  return URI.test(uri) ? (uri as XconUri) : undefined;
}

/**
 * Reads an XCON-USERID as clients send it: unescaped, without port and parameters, lower case, because they derive it
 * from a SIP URI (`xcon-userid:al%20ice@example.com:5061;transport=tls`). Undefined when it is none.
 */
export function parseXconUserId(text: string): XconUserId | undefined {
  const trimmed = text.trim();
  if (!USER_ID.test(trimmed)) return undefined;
  const bare = trimmed.slice('xcon-userid:'.length).replace(/[;?].*$/, '');
  const at = bare.lastIndexOf('@');
  const user = unescape(at < 0 ? bare : bare.slice(0, at));
  const host = at < 0 ? '' : bare.slice(at).replace(/:\d+$/, '');
  if (user === undefined || user === '' || host === '@') return undefined;
  return `xcon-userid:${user}${host}`.toLowerCase() as XconUserId;
}

function unescape(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/** The domain behind the `@` of an XCON-URI, XCON-USERID, SIP or mail address; undefined where there is none. */
export function domainOf(identifier: string): string | undefined {
  const at = identifier.lastIndexOf('@');
  return at < 0
    ? undefined
    : identifier
        .slice(at + 1)
        .replace(/[:;?].*$/, '')
        .toLowerCase();
}

/** A token of 120 random bits, lower case: hard to guess (RFC 6501 §8). */
export function randomToken(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';
  let token = '';
  let bits = 0;
  let held = 0;
  for (const byte of randomBytes(RANDOM_BYTES)) {
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
 * An address of record as it is compared: lower case, without port, parameters and headers for sip and sips;
 * lower case without visual separators for tel; lower case otherwise.
 */
export function normaliseAddress(address: string): string {
  const text = address.trim().toLowerCase();
  if (text.startsWith('sip:') || text.startsWith('sips:')) {
    const bare = text.replace(/[;?].*$/, '');
    const at = bare.lastIndexOf('@');
    return at < 0 ? bare : bare.slice(0, at) + bare.slice(at).replace(/:\d+$/, '');
  }
  if (text.startsWith('tel:')) return text.replace(/;.*$/, '').replace(/[-.()\s]/g, '');
  return text;
}
