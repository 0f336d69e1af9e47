import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { PREFIXES } from '../model/names.ts';
import { parseFragment } from '../xml/parse.ts';
import type { Call, ChangesAnswer } from './calls.ts';
import { difference } from './difference.ts';
import { objectAt } from './history.ts';
import type { ConferenceObjects } from './objects.ts';
import type { ControlParts } from './control-parts.ts';
import type { Sight } from './sight.ts';
import { type Standing, standingOf } from './standing.ts';
import { readerOf } from './views.ts';

/** What changed in a conference for the caller after a version: between what he was shown then and what he is shown now. */
export async function changesSince(
  { access }: ConferenceObjects,
  { repository, limits }: Pick<ControlParts, 'repository' | 'limits'>,
  asked: Call,
  uri: XconUri,
  since: number,
): Promise<ChangesAnswer> {
  const call: Call = { ...asked, profile: 'standard' };
  const { object, standing } = await access.enter(call, uri, 'conference');
  const past = await objectAt(object, since, repository, limits.named);
  const before = past && standingOf(past.object, call.caller);
  const sight = (one: ConferenceObject, its: Standing): Sight => ({
    ...{ object: one, reader: readerOf(call, its), sidebars: new Map() },
  });
  // To somebody who was a stranger then nothing was shown that could have changed.
  const operations =
    past && before?.level !== undefined
      ? difference(sight(past.object, before), sight(object, standing), past.touched)
      : undefined;
  const sections = await access.sidebarSections(object, call);
  const sidebars = [...sections.values()].map((bytes) => parseFragment(Buffer.concat(bytes), PREFIXES, WHOLE));
  return { version: object.version, operations, sidebars };
}

/** A document may have grown by many requests beyond what one may bring. */
const WHOLE = { bytes: Infinity, depth: Infinity, elements: Infinity, attributes: Infinity };
