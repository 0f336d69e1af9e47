import type { Change } from '../conference/changes.ts';
import { isSidebar } from '../conference/sidebars.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import { endpointsOf, type UserRecord } from '../model/user.ts';
import type { Calls } from './calls.ts';

/**
 * Whoever is connected in a sidebar is heard there instead of in the main conference (RFC 6504 §7.1). Who only listens there, or only
 * speaks, stays in the main conference: a mixer has him in one place at a time.
 */
export const isHeardIn = (record: UserRecord | undefined): boolean =>
  record?.facts.connected === true && !hasHalf(record);

const hasHalf = ({ part }: UserRecord): boolean =>
  endpointsOf(part.element).some((endpoint) =>
    endpoint
      .all(CONFERENCE_INFO, 'media')
      .some((medium) => HALF.has(medium.first(CONFERENCE_INFO, 'status')?.text.trim() ?? '')),
  );

const HALF = new Set(['sendonly', 'recvonly', 'inactive']);

/** A change of a sidebar moves the media of those who come into it or leave it. */
export function followSidebar(calls: Calls, { uri, before, after, touched }: Change): void {
  const header = (after ?? before)?.header;
  const main = header !== undefined && isSidebar(header.kind) ? header.parent?.uri : undefined;
  if (main === undefined) return;
  if (after === undefined) {
    for (const call of calls.in(main)) if (call.sidebar === uri) call.move(undefined);
    return;
  }
  for (const { kind, key } of touched) {
    if (kind !== 'user') continue;
    const isIn = isHeardIn(after.users.get(key as XconUserId));
    for (const call of calls.of(main, key as XconUserId))
      if (isIn) call.move(uri);
      else if (call.sidebar === uri) call.move(undefined);
  }
}
