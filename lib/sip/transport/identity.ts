import type { X509Certificate } from 'node:crypto';
import type { Peer } from './flow.ts';

type Certificate = Pick<X509Certificate, 'subjectAltName' | 'subject'>;

/** Whom a certificate names (RFC 5922 §7.1). */
export function peerIn(certificate: Certificate): Peer {
  // The common name counts only where the extension is missing.
  if (certificate.subjectAltName === undefined) return { names: commonNames(certificate), users: [] };
  const alternatives = alternativesIn(certificate.subjectAltName);
  // A `sips` URI is no identity, and one with a user is none of a domain.
  const sip = alternatives.filter(({ kind, name }) => kind === 'URI' && /^sip:/i.test(name)).map(({ name }) => name);
  const domains = sip.filter((uri) => !uri.includes('@')).map(hostOf);
  const others = alternatives.filter(({ kind }) => kind !== 'URI').map(({ name }) => name.toLowerCase());
  return { names: domains.length > 0 ? domains : others, users: sip.filter((uri) => uri.includes('@')) };
}

/** Whether the certificate is of this domain, or for a numeric host of this address: as a whole, no wildcards (RFC 5922 §7.2). */
export const isNamed = ({ names }: Peer, domain: string): boolean => names.includes(domain.toLowerCase());

/** The names for which a server shows its certificate. */
export const namesOf = (certificate: Certificate): readonly string[] => [
  ...peerIn(certificate).names,
  ...alternativesIn(certificate.subjectAltName ?? '').flatMap(({ kind, name }) =>
    kind === 'DNS' ? [name.toLowerCase()] : [],
  ),
];

interface Alternative {
  readonly kind: string;
  readonly name: string;
}

const ALTERNATIVE = /([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)/gy;

/** Reads what node prints of the extension: a value with a comma or a quote in it is JSON. */
const alternativesIn = (printed: string): readonly Alternative[] =>
  [...printed.matchAll(ALTERNATIVE)].flatMap(([, kind = '', value = '']) => {
    const name = value.startsWith('"') ? (JSON.parse(value) as string) : value;
    if (kind === 'IP Address') return [{ kind, name: address(name) }];
    return kind === 'URI' || kind === 'DNS' ? [{ kind, name }] : [];
  });

const hostOf = (uri: string): string => {
  const [, bracketed, plain] = /^sip:(?:\[([^\]]*)\]|([^:;?]*))/i.exec(uri) ?? [];
  return (bracketed ?? plain ?? '').toLowerCase();
};

const commonNames = ({ subject }: Certificate): readonly string[] =>
  [...subject.matchAll(/^CN=(.*)$/gm)].map(([, name = '']) => name.toLowerCase());

/** As node:net prints it; OpenSSL prints all groups of an IPv6 address. */
const address = (printed: string): string =>
  printed.includes(':') ? new URL(`http://[${printed}]`).hostname.slice(1, -1) : printed;
