import { normaliseAddress, parseXconUserId, type XconUserId } from '../model/identifiers.ts';
import type { Principal } from './principal.ts';

/** The users of the directory, as calendars need them. */
export interface Guestbook {
  principalById(userId: XconUserId): Promise<Principal | undefined>;
  principalByAddress(address: string): Promise<Principal | undefined>;
}

/** What two addresses of one person share, whatever their scheme: `name@domain`, lower case; else the whole address. */
export function mailboxOf(address: string): string {
  const [, mailbox] = /^(?:mailto|sips?|xmpp|im|acct|xcon-userid):([^\s;?]+@[^\s;?:]+)/i.exec(address.trim()) ?? [];
  return (mailbox ?? address.trim()).toLowerCase();
}

/** The user whose calendar address (RFC 5545 §3.3.3) it is: an address of hers, or as mail what her id says. */
export async function principalOf(address: string, people: Guestbook): Promise<Principal | undefined> {
  const found = await people.principalByAddress(normaliseAddress(address));
  if (found !== undefined) return found;
  const id = parseXconUserId(`xcon-userid:${mailboxOf(address)}`);
  return /^(?:mailto|xcon-userid):/i.test(address) && id !== undefined ? people.principalById(id) : undefined;
}

/** Whom the allowed-users-list names for a calendar address: a user of the directory by an address of hers, others as they are. */
export async function calendarTargetOf(address: string, people: Guestbook): Promise<string> {
  const principal = await principalOf(address, people);
  const isKnown = principal?.addresses.some((own) => own === normaliseAddress(address));
  return principal === undefined || isKnown === true ? address : (principal.addresses[0] ?? principal.userId);
}
