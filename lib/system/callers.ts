import type { Call } from '../conference/calls.ts';
import type { People } from '../conference/people.ts';
import type { Config } from '../config.ts';
import type { Directory } from '../directory/directory.ts';
import type { XconUserId } from '../model/identifiers.ts';

/** The users of the directory as the rules know them. */
export const peopleOf = (directory: Directory): People => ({
  domain: directory.defaultDomain,
  servesDomain: (domain) => directory.servesDomain(domain),
  principalById: (userId) => directory.principalById(userId),
  principalByAddress: (address) => directory.principalByAddress(address),
});

/** How the administrator of the data directory appears to the rules. */
export const administratorsCall = (config: Config): Call => serversCall(config, 'admin', 'administrator');

/** How a part of the server appears to them. */
export function serversCall({ domain }: Config, source: string, name = source): Call {
  const userId = `xcon-userid:%${name}@${domain}` as XconUserId; // no login holds this character
  const principal = { userId, addresses: [], systemAdministrator: true };
  return { caller: { kind: 'user', principal }, source, profile: 'standard' };
}
