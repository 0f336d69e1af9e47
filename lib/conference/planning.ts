import type { Principal } from '../directory/principal.ts';
import type { ObjectEdit, PartName } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import { XmlElement, type XmlNode } from '../xml/element.ts';
import { identitiesOfUser } from './identities.ts';
import { DESCRIPTION_SECTION, USERS_SECTION } from './lists.ts';
import type { ConferenceRepository } from './repository.ts';

/** A conference as calendars list it. */
export interface PlannedConference {
  readonly uri: XconUri;
  /** The version since which calendars show the same of it. */
  readonly planned: number;
  /** The series of which it stands for some occurrences. */
  readonly series?: XconUri;
  /** The text of `conference-description` as it is stored. */
  readonly description?: Buffer;
}

/** A page of the conferences that concern a user, by URI after `after`. */
export async function plannedConferences(
  repository: Pick<ConferenceRepository, 'list'>,
  principal: Principal,
  page: { readonly after: string; readonly limit: number },
): Promise<PlannedConference[]> {
  const listed = await repository.list({ kind: 'conference', identities: identitiesOfUser(principal), ...page });
  return listed.map(({ uri, header, description }) => ({
    uri,
    planned: header.planned ?? 0,
    ...(header.stands && { series: header.stands.series }),
    ...(description && { description }),
  }));
}

/** Notes in the header that a change is one which calendars show: of words, times or invited people, not of who is there. */
export function notePlanned(edit: ObjectEdit): void {
  const { before, now, touched } = edit;
  if (now.header.kind !== 'conference') return;
  const isShown =
    now.header.children !== before.header.children || touched.some((part) => showsInCalendars(edit, part));
  if (isShown) edit.setHeader({ ...edit.now.header, planned: before.version + 1 });
}

function showsInCalendars({ before, now }: ObjectEdit, { kind, key }: PartName): boolean {
  if (kind === 'section') return key === DESCRIPTION_SECTION || key === USERS_SECTION;
  if (kind !== 'user') return false;
  const [old, next] = [before, now].map(({ users }) => users.get(key as XconUserId));
  const [wasPlanned, isPlanned] = [old, next].map((one) => one !== undefined && one.facts.origin !== 'joined');
  if (wasPlanned !== isPlanned) return true;
  return isPlanned === true && !sameButEndpoints(old?.part.element, next?.part.element);
}

/** Parts that did not change are shared. */
function sameButEndpoints(one: XmlElement | undefined, other: XmlElement | undefined): boolean {
  const [first = [], second = []] = [one, other].map((user) => user?.children.filter(isNoEndpoint));
  return first.length === second.length && first.every((child, index) => child === second[index]);
}

const isNoEndpoint = (child: XmlNode): boolean =>
  !(child instanceof XmlElement) || !child.is(CONFERENCE_INFO, 'endpoint');
