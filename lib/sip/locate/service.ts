import type { Protocol } from '../transport/flow.ts';
import type { NaptrRecord } from './resolver.ts';

/** A protocol in which a domain serves SIP, and the name of the SRV records that say where. */
export interface Service {
  readonly protocol: Protocol;
  readonly srvName: string;
}

/** RFC 3263 §4.1, RFC 7118 §8.3. */
const NAPTR_SERVICES: Readonly<Record<string, Protocol>> = {
  'SIP+D2U': 'udp',
  'SIP+D2T': 'tcp',
  'SIPS+D2T': 'tls',
  'SIP+D2W': 'ws',
  'SIPS+D2W': 'wss',
};

const SRV_PREFIXES: Readonly<Record<Protocol, string>> = {
  udp: '_sip._udp',
  tcp: '_sip._tcp',
  tls: '_sips._tcp',
  ws: '_sip._ws',
  wss: '_sips._ws',
};

/** The service that a domain has under its own name. */
export const serviceOf = (protocol: Protocol, domain: string): Service => ({
  protocol,
  srvName: `${SRV_PREFIXES[protocol]}.${domain}`,
});

/** Of what NAPTR records name, what we speak, in the order that the domain wants. */
export function servicesIn(records: readonly NaptrRecord[], spoken: readonly Protocol[]): readonly Service[] {
  return records
    .toSorted((a, b) => a.order - b.order || a.preference - b.preference)
    .flatMap(({ flags, service, replacement }) => {
      const protocol = NAPTR_SERVICES[service.toUpperCase()];
      const isMeant = flags.toLowerCase() === 's' && protocol !== undefined && spoken.includes(protocol);
      return isMeant ? [{ protocol, srvName: replacement.replace(/\.$/, '') }] : [];
    });
}
