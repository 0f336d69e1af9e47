import type { Refusal } from '../event/package.ts';
import { equalUris } from '../message/equal-uris.ts';
import { parseUri } from '../message/parse-uri.ts';
import type { Binding } from './location-store.ts';
import type { AskedBinding, Registration } from './registration.ts';

const OUT_OF_ORDER: Refusal = { status: 500, reason: 'CSeq Out Of Order' };

/**
 * The bindings of an address after a registration at `now` (milliseconds since 1970), all or nothing (RFC 3261 §10.3 steps 6 and
 * 7). The newest stands last.
 */
export function bind(
  before: readonly Binding[],
  { callId, cseq, path, contacts }: Registration,
  now: number,
): { readonly bindings: readonly Binding[] } | Refusal {
  /** A request that was overtaken by a later one of its user agent changes nothing. */
  const isLate = (one: Binding): boolean => one.callId === callId && cseq <= one.cseq;
  if (contacts === 'all') return before.some(isLate) ? OUT_OF_ORDER : { bindings: [] };
  let after = before;
  for (const asked of contacts) {
    const present = after.find((one) => isSame(one, asked));
    // What the same request has bound before counts as bound by this value alone.
    if (present !== undefined && before.includes(present) && isLate(present)) return OUT_OF_ORDER;
    const others = after.filter((one) => one !== present);
    const { expires, ...kept } = asked;
    after =
      expires === 0
        ? others
        : [...others, { ...kept, callId, cseq, path, updatedAt: now, expiresAt: now + expires * 1_000 }];
  }
  return { bindings: after };
}

/** By device and flow where both say them (RFC 5626 §6), else by the rules for URIs. */
function isSame({ contact, outbound }: Binding, asked: AskedBinding): boolean {
  if (outbound === undefined || asked.outbound === undefined)
    return outbound === asked.outbound && equalUris(parseUri(contact), parseUri(asked.contact));
  return outbound.instance === asked.outbound.instance && outbound.regId === asked.outbound.regId;
}
