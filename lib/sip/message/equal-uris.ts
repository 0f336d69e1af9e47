import { SocketAddress } from 'node:net';
import { NOT_RESERVED } from './characters.ts';
import { unescapeOnly } from './escapes.ts';
import type { Parameters } from './parameters.ts';
import type { SipUri, TelUri, Uri } from './uri.ts';

/** Parameters that match only when both URIs have them (RFC 3261 §19.1.4), transport as §19.1.1 means it. */
const MUST_BE_IN_BOTH = ['user', 'ttl', 'method', 'maddr', 'transport'];

/** Whether two URIs mean the same: RFC 3261 §19.1.4, RFC 3966 §4 for tel, the text for others. Not transitive for sip. */
export function equalUris(a: Uri, b: Uri): boolean {
  if (a.kind === 'sip' && b.kind === 'sip') return equalSipUris(a, b);
  if (a.kind === 'tel' && b.kind === 'tel') return equalTelUris(a, b);
  return a.kind === 'opaque' && b.kind === 'opaque' && a.toString() === b.toString();
}

function equalSipUris(a: SipUri, b: SipUri): boolean {
  return (
    a.scheme === b.scheme &&
    normal(a.written.user) === normal(b.written.user) &&
    normal(a.written.password) === normal(b.written.password) &&
    equalHosts(a.host, b.host) &&
    a.port === b.port &&
    equalSipParameters(a.parameters, b.parameters) &&
    equalHeaders(a.written.headers, b.written.headers)
  );
}

/** Names compare without case, IPv6 addresses by what they mean. */
function equalHosts(a: string, b: string): boolean {
  if (a.toLowerCase() === b.toLowerCase()) return true;
  return a.startsWith('[') && b.startsWith('[') && addressIn(a) === addressIn(b);
}

const addressIn = (reference: string): string =>
  new SocketAddress({ address: reference.slice(1, -1), family: 'ipv6' }).address;

function equalSipParameters(a: Parameters, b: Parameters): boolean {
  if (a.size === 0 && b.size === 0) return true;
  const these = insensitive(a);
  const those = insensitive(b);
  for (const [name, value] of these) if (those.has(name) && those.get(name) !== value) return false;
  return MUST_BE_IN_BOTH.every((name) => these.has(name) === those.has(name));
}

/** Every header of either URI must be in the other, as often. */
function equalHeaders(a: Pairs, b: Pairs): boolean {
  if (a.length !== b.length) return false;
  const sorted = (pairs: Pairs): string[] =>
    pairs.map(([name, value]) => `${folded(name)}=${normal(value)}`).toSorted();
  const those = sorted(b);
  return sorted(a).every((header, at) => header === those[at]);
}

/** RFC 3966 §4: visual separators mean nothing, parameters must be the same, in any order. */
function equalTelUris(a: TelUri, b: TelUri): boolean {
  const these = insensitive(a.parameters);
  const those = insensitive(b.parameters);
  return (
    a.digits.toLowerCase() === b.digits.toLowerCase() &&
    these.size === those.size &&
    [...these].every(([name, value]) => those.get(name) === value)
  );
}

type Pairs = readonly (readonly [name: string, value: string])[];

const insensitive = (parameters: Parameters): Map<string, string> =>
  new Map([...parameters].map(([name, value]) => [folded(name), folded(value)]));

/** Escapes taken from what is not reserved, so that texts compare. */
const normal = (text: string | undefined): string | undefined => text && unescapeOnly(text, NOT_RESERVED);

const folded = (text: string): string => (normal(text) ?? '').toLowerCase();
