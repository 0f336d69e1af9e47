import type { SipUri } from '../message/uri.ts';

/**
 * The address-of-record that a URI names, as bindings are found by it (RFC 3261 §10.3 step 5): without parameters, port and
 * escapes, `sips` as `sip`. The domain says how its users are spelled, and here case is nothing, as in most places.
 */
export const addressOfRecord = ({ user, host }: SipUri): string =>
  (user === undefined ? `sip:${host}` : `sip:${user}@${host}`).toLowerCase();
