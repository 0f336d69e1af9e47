import type { SipUri, Uri } from '../sip/message/uri.ts';
import type { Address } from './reference.ts';

/** Whom the focus calls, beside the users of domains that we serve. */
export interface DestinationRules {
  /** Other domains: `example.org`, `*.example.org` for those below it, `*` for all. */
  readonly domains: readonly string[];
  /** Beginnings of telephone numbers, `+4930`, with the `+`; the rest of the number without separators. */
  readonly numbers: readonly string[];
  /** The SIP URI by which telephones are reached. */
  readonly gateway: string | undefined;
}

export const destinationDefaults: DestinationRules = { domains: [], numbers: [], gateway: undefined };

export type Destination =
  /** Reached where she has registered. */
  | { readonly kind: 'user'; readonly address: SipUri }
  /** Reached by RFC 3263, through a gateway where there is one; it may cost, and nobody has proved to be there. */
  | { readonly kind: 'foreign'; readonly uri: Uri; readonly route?: string };

/** How an address is reached; undefined where nobody is called. */
export function destinationOf(
  address: Address,
  rules: DestinationRules,
  servesDomain: (domain: string) => boolean,
): Destination | undefined {
  if (address.kind === 'sip') {
    const host = address.host.toLowerCase();
    if (servesDomain(host)) return { kind: 'user', address };
    return rules.domains.some((rule) => isIn(host, rule.toLowerCase())) ? { kind: 'foreign', uri: address } : undefined;
  }
  const { gateway, numbers } = rules;
  const isAllowed = address.isGlobal && numbers.some((beginning) => address.digits.startsWith(beginning));
  return gateway !== undefined && isAllowed ? { kind: 'foreign', uri: address, route: `<${gateway};lr>` } : undefined;
}

const isIn = (host: string, rule: string): boolean =>
  rule === '*' || rule === host || (rule.startsWith('*.') && host.endsWith(rule.slice(1)));
