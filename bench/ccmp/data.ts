import { join } from 'node:path';
import { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import { Directory } from '../../lib/directory/directory.ts';
import { loadKeyFile } from '../../lib/directory/key-file.ts';
import { info } from '../../lib/model/names.ts';
import { openSqliteStore } from '../../lib/store/sqlite/store.ts';
import { DOMAIN, participant } from './messages.ts';

/** Of every user here. */
export const PASSWORD = 'demo';

/** Adds users to a data directory that nobody serves, system administrators where it is said. */
export async function addUsers(
  directory: string,
  names: readonly string[],
  systemAdministrator = false,
): Promise<void> {
  const store = await openSqliteStore({ directory });
  const users = new Directory(store, { domains: [DOMAIN], key: await loadKeyFile(join(directory, 'plenary.key')) });
  for (const login of names) await users.addUser({ login, password: PASSWORD, systemAdministrator });
  await store.close();
}

export const clientOf = (url: string, name: string): ConferenceControlClient =>
  new ConferenceControlClient({ url, user: `${name}@${DOMAIN}`, password: PASSWORD });

/** Users of one request, for a request has a limit of bytes. */
const AT_ONCE = 200;

/** Makes a conference with so many connected participants `p0`, `p1` … beside its organizer. */
export async function makeConference(url: string, organizer: string, participants: number): Promise<string> {
  const client = clientOf(url, organizer);
  const { uri } = await client.create();
  for (let from = 0; from < participants; from += AT_ONCE) {
    const names = Array.from({ length: Math.min(AT_ONCE, participants - from) }, (_, index) => `p${from + index}`);
    await client.updateUsers(uri, info('users', {}, names.map(participant)));
  }
  return uri;
}

export const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
