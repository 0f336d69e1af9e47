import { isIPv6 } from 'node:net';
import { BadMessage } from './bad-message.ts';
import { endOfRun, HOST, PASSWORD, URI, URI_HEADER, URI_PARAMETER, USER } from './characters.ts';
import { endOfEscapedRun, unescapeOnly } from './escapes.ts';
import { Parameters } from './parameters.ts';
import { OpaqueUri, SipUri, TelUri, type Uri } from './uri.ts';

const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;
const NUMBER = /^(?:\+[-.()]*[0-9][0-9().-]*|[-.()]*[0-9A-Fa-f*#][0-9A-Fa-f*#().-]*)$/;
const NO_HEADERS: readonly (readonly [name: string, value: string])[] = [];
const COLON = 0x3a;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUESTION = 0x3f;
const AMPERSAND = 0x26;

/** Reads a URI. @throws {BadMessage} 400 */
export function parseUri(text: string): Uri {
  if (text.startsWith('sip:')) return parseSipUri(text, 'sip', 4);
  const colon = text.indexOf(':');
  const scheme = text.slice(0, Math.max(colon, 0)).toLowerCase();
  if (scheme === 'sip' || scheme === 'sips') return parseSipUri(text, scheme, colon + 1);
  if (!SCHEME.test(scheme) || colon + 1 === text.length || endOfRun(text, 0, URI) !== text.length) throw malformed();
  return scheme === 'tel' ? parseTelUri(text) : new OpaqueUri(scheme, text);
}

/** RFC 3261 §25.1: userinfo, hostport, uri-parameters, headers. */
function parseSipUri(text: string, scheme: 'sip' | 'sips', from: number): SipUri {
  let at = from;
  let user: string | undefined;
  let password: string | undefined;
  const endOfUserinfo = text.indexOf('@', from);
  if (endOfUserinfo >= 0) {
    at = endOfEscapedRun(text, from, USER, endOfUserinfo);
    user = text.slice(from, at);
    if (text.charCodeAt(at) === COLON) {
      const start = at + 1;
      at = endOfEscapedRun(text, start, PASSWORD, endOfUserinfo);
      password = text.slice(start, at);
    }
    if (at !== endOfUserinfo || user === '') throw malformed();
    at++;
  }
  const endOfHost = endOfHostAt(text, at);
  const host = mended(text.slice(at, endOfHost));
  if (host === '') throw malformed();
  at = endOfHost;
  let port: number | undefined;
  if (text.charCodeAt(at) === COLON) {
    const endOfPort = endOfDigits(text, at + 1);
    port = portOf(text.slice(at + 1, endOfPort));
    if (port === undefined) throw malformed();
    at = endOfPort;
  }
  let parameters = Parameters.NONE;
  if (text.charCodeAt(at) === SEMICOLON) {
    const written: (string | undefined)[] = [];
    at = readUriParameters(text, at, written);
    parameters = new Parameters(written);
  }
  let headers = NO_HEADERS;
  if (text.charCodeAt(at) === QUESTION) {
    const read: (readonly [string, string])[] = [];
    at = readHeaders(text, at, read);
    headers = read;
  }
  if (at !== text.length) throw malformed();
  return new SipUri({ scheme, user, password, host, port, parameters, headers }, text);
}

function readUriParameters(text: string, from: number, written: (string | undefined)[]): number {
  let at = from;
  while (text.charCodeAt(at) === SEMICOLON) {
    const endOfName = endOfEscapedRun(text, at + 1, URI_PARAMETER);
    if (endOfName === at + 1) throw malformed();
    const name = unescapeOnly(text.slice(at + 1, endOfName), URI_PARAMETER);
    at = endOfName;
    if (text.charCodeAt(at) === EQUALS) {
      const endOfValue = endOfEscapedRun(text, at + 1, URI_PARAMETER);
      if (endOfValue === at + 1) throw malformed();
      written.push(name, text.slice(at + 1, endOfValue));
      at = endOfValue;
    } else {
      written.push(name, undefined);
    }
  }
  return at;
}

function readHeaders(text: string, from: number, headers: (readonly [string, string])[]): number {
  let at = from;
  do {
    const endOfName = endOfEscapedRun(text, at + 1, URI_HEADER);
    if (endOfName === at + 1 || text.charCodeAt(endOfName) !== EQUALS) throw malformed();
    const endOfValue = endOfEscapedRun(text, endOfName + 1, URI_HEADER);
    headers.push([text.slice(at + 1, endOfName), text.slice(endOfName + 1, endOfValue)]);
    at = endOfValue;
  } while (text.charCodeAt(at) === AMPERSAND);
  return at;
}

function parseTelUri(text: string): TelUri {
  const semicolon = text.indexOf(';');
  const end = semicolon < 0 ? text.length : semicolon;
  const number = text.slice(4, end);
  const written: (string | undefined)[] = [];
  if (!NUMBER.test(number) || readUriParameters(text, end, written) !== text.length) throw malformed();
  return new TelUri(number, new Parameters(written));
}

/** Where a host that begins at `at` ends: a name, an IPv4 address or a reference to an IPv6 address. */
export function endOfHostAt(text: string, at: number): number {
  if (text.charCodeAt(at) !== 0x5b) return endOfRun(text, at, HOST);
  const end = text.indexOf(']', at);
  return end >= 0 && end - at < 64 && isIPv6(mended(text.slice(at + 1, end))) ? end + 1 : at;
}

/** Without the third colon that RFC 3261 lets stand before an IPv4 address (RFC 5118 §4.10). */
export const mended = (host: string): string => (host.includes(':::') ? host.replace(':::', '::') : host);

export function endOfDigits(text: string, from: number): number {
  let at = from;
  while (at < text.length && text.charCodeAt(at) >= 0x30 && text.charCodeAt(at) <= 0x39) at++;
  return at;
}

/** A port from its digits; undefined when it is none. */
export function portOf(digits: string): number | undefined {
  const port = digits === '' || digits.length > 5 ? NaN : Number(digits);
  return port <= 65_535 ? port : undefined;
}

const malformed = (): BadMessage => new BadMessage(400, 'Malformed URI');
