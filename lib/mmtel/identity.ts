import { domainToASCII } from 'node:url';
import { domainOf, normaliseAddress } from '../model/identifiers.ts';

/** A name of somebody as rules compare it, with its domain. */
export interface Identity {
  readonly name: string;
  /** Undefined for what is of none, as telephone numbers. */
  readonly domain: string | undefined;
}

export function identityOf(uri: string): Identity {
  const name = normaliseIdentity(uri);
  const domain = normaliseDomain(domainOf(name) ?? '');
  return { name, domain: domain === '' ? undefined : domain };
}

/**
 * An address of record without what does not tell people apart: sips is sip, and a telephone number `tel:` in whatever
 * URI it stands (RFC 3261 §19.1.6).
 */
export function normaliseIdentity(uri: string): string {
  const text = uri.trim();
  const isTelephone = /^sips?:\+?[-.()\d]+(?:;[^@]*)?@/i.test(text) && /;user=phone(?:;|\?|$)/i.test(text);
  if (isTelephone) return normaliseAddress(`tel:${text.slice(text.indexOf(':') + 1, text.indexOf('@'))}`);
  const address = normaliseAddress(text);
  return address.startsWith('sips:') ? `sip:${address.slice('sips:'.length)}` : address;
}

/** RFC 4745 §7.1.3: percent-decoded, in ASCII; `''` for what is no domain and so equals none. */
export function normaliseDomain(domain: string): string {
  try {
    return domainToASCII(decodeURIComponent(domain.trim()));
  } catch {
    return '';
  }
}
