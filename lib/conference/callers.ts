import type { Principal } from '../directory/principal.ts';
import type { XconUserId } from '../model/identifiers.ts';
import type { Call } from './calls.ts';

/** How the clock appears to the rules; no login holds the sign in its name. */
export function callOfClock(domain: string): Call {
  const userId = `xcon-userid:%clock@${domain}` as XconUserId;
  const principal = { userId, addresses: [], systemAdministrator: true };
  return { caller: { kind: 'user', principal }, source: 'clock', profile: 'standard' };
}

/** The user who calls, where it is one. */
export const principalOf = (call: Call): Principal | undefined =>
  call.caller.kind === 'user' ? call.caller.principal : undefined;

/** Who is named in the change log. */
export const byOf = ({ caller }: Call): string =>
  caller.kind === 'user' ? caller.principal.userId : caller.kind === 'guest' ? 'guest' : 'newcomer';
