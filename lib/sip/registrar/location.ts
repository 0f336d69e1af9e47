import { parseUri } from '../message/parse-uri.ts';
import type { SipUri } from '../message/uri.ts';
import type { Binding } from './location-store.ts';

/** A way to a device of a user, for a request to him. */
export interface Location {
  /** The Request-URI. */
  readonly uri: SipUri;
  /** Values of Route, before any others (RFC 3327 §5.4). */
  readonly routes: readonly string[];
  /** The open flow to send by, whatever URI and routes say (RFC 5626 §7). */
  readonly flow: string | undefined;
  readonly q: number;
}

/** The ways to one device: another is taken after 430, or when the one before breaks (RFC 5626 §7). */
export type Device = readonly [Location, ...Location[]];

/** The devices that bindings lead to: the preferred first, of equal ones the one registered last. */
export function devicesOf(bindings: readonly Binding[], isOpen: (flow: string) => boolean): readonly Device[] {
  const devices = new Map<unknown, [Location, ...Location[]]>();
  for (const binding of bindings.toSorted((a, b) => b.q - a.q || b.updatedAt - a.updatedAt)) {
    const uri = parseUri(binding.contact);
    // What is no SIP URI is for people, not for requests.
    if (uri.kind !== 'sip') continue;
    const { flow, q, path, outbound } = binding;
    const location: Location = {
      // Header fields in a URI would be a stranger's words in our request.
      uri: uri.withoutHeaders().withParameter('method', undefined),
      routes: path,
      flow: flow !== undefined && isOpen(flow) ? flow : undefined,
      q,
    };
    const known = devices.get(outbound?.instance);
    if (outbound === undefined) devices.set(binding, [location]);
    else if (known === undefined) devices.set(outbound.instance, [location]);
    else known.push(location);
  }
  return [...devices.values()];
}
