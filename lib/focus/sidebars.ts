import type { Change } from '../conference/changes.ts';
import { isSidebar } from '../conference/sidebars.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import { endpointsOf, type UserRecord } from '../model/user.ts';
import type { SidebarPart } from '../mixer/mixer.ts';
import type { Calls } from './calls.ts';

/**
 * Whoever is connected in a sidebar is heard there instead of in the main conference (RFC 6504 §7.1), unless he does but one half of it
 * there: then he stays in the main conference too.
 */
export const isHeardIn = (record: UserRecord | undefined): boolean =>
  record?.facts.connected === true && !statusesOf(record).some((status) => HALF.has(status));

/** What somebody does in a sidebar beside the main conference (RFC 6504 §7.4): a coach only speaks, who is coached only hears. */
export function partIn(record: UserRecord | undefined): SidebarPart | undefined {
  const statuses = record === undefined ? [] : statusesOf(record);
  if (statuses.includes('sendonly')) return 'speaks';
  return statuses.includes('recvonly') ? 'hears' : undefined;
}

const statusesOf = ({ part }: UserRecord): string[] =>
  endpointsOf(part.element).flatMap((endpoint) =>
    endpoint.all(CONFERENCE_INFO, 'media').map((medium) => medium.first(CONFERENCE_INFO, 'status')?.text.trim() ?? ''),
  );

const HALF = new Set(['sendonly', 'recvonly', 'inactive']);

/** A change of a sidebar moves the media of those who come into it or leave it. */
export function followSidebar(calls: Calls, { uri, before, after, touched }: Change): void {
  const header = (after ?? before)?.header;
  const main = header !== undefined && isSidebar(header.kind) ? header.parent?.uri : undefined;
  if (main === undefined) return;
  if (after === undefined) {
    for (const call of calls.in(main)) {
      if (call.sidebar === uri) call.move(undefined);
      call.beside(uri, undefined);
    }
    return;
  }
  for (const { kind, key } of touched) {
    if (kind !== 'user') continue;
    const record = after.users.get(key as XconUserId);
    for (const call of calls.of(main, key as XconUserId)) {
      if (isHeardIn(record)) call.move(uri);
      else if (call.sidebar === uri) call.move(undefined);
      call.beside(uri, partIn(record));
    }
  }
}
