import type { Change } from '../../conference/changes.ts';
import { DESCRIPTION_SECTION } from '../../conference/lists.ts';
import type { LoggedChange } from '../../conference/repository.ts';
import type { XconUri, XconUserId } from '../../model/identifiers.ts';
import { Part } from '../../model/part.ts';
import type { XmlElement } from '../../xml/element.ts';
import { answersOf } from '../event/answer.ts';
import type { CalendarUser } from '../event/attendee.ts';
import { personOf } from '../event/seen-conference.ts';

/** Somebody's answer to the whole (`all`) or to an occurrence by its id. */
export interface Reply {
  readonly key: string;
  readonly attendee: CalendarUser;
  readonly to: string;
  readonly partstat: string;
}

/** What a change says to the people of a conference. */
export interface Tidings {
  /** The series or single conference. */
  readonly uri: XconUri;
  readonly by: string;
  /** Whether times or words may be others. */
  readonly news: boolean;
  readonly replies: readonly Reply[];
}

/** Undefined of a change that calendars do not show. */
export function tidingsOf({ uri, before, after, touched, by }: Change): Tidings | undefined {
  const header = (after ?? before)?.header;
  if (header?.kind !== 'conference' || (before && after && before.header.planned === after.header.planned))
    return undefined;
  const [old, next] = [before, after].map((object) => object?.sections.get(DESCRIPTION_SECTION));
  const replies = touched.flatMap(({ kind, key }) =>
    kind === 'user' && before && after
      ? repliesIn(before.users.get(key as XconUserId)?.part.element, after.users.get(key as XconUserId)?.part.element)
      : [],
  );
  return { uri: header.stands?.series ?? uri, by, news: old !== next, replies };
}

/** The same from the change log. */
export function loggedTidings(change: LoggedChange): Tidings | undefined {
  const { uri, header, parts, by } = change;
  if (!isPlanned(change)) return undefined;
  const replies = parts.flatMap(({ kind, before, after }) =>
    kind === 'user' && after?.includes('answer') === true
      ? repliesIn(before && Part.ofBytes(before).element, Part.ofBytes(after).element)
      : [],
  );
  const news = parts.some(
    ({ kind, key, before, after }) =>
      kind === 'section' && key === DESCRIPTION_SECTION && (!before || !after || !before.equals(after)),
  );
  return { uri: header.stands?.series ?? uri, by, news, replies };
}

/** Whether calendars show something else after a logged change. */
export const isPlanned = ({ header, version, expected }: LoggedChange): boolean =>
  header.kind === 'conference' && (version === 0 || expected === 0 || header.planned === version);

function repliesIn(before: XmlElement | undefined, after: XmlElement | undefined): Reply[] {
  if (after === undefined || before === after) return [];
  const said = before && answersOf(before);
  return (
    [...answersOf(after)]
      // That she has to answer again is nothing that she said.
      .filter(([to, partstat]) => partstat !== 'NEEDS-ACTION' && said?.get(to) !== partstat)
      .map(([to, partstat]) => {
        const { entity, address, name } = personOf(after);
        return { key: entity, attendee: { address, ...(name !== undefined && { name }) }, to, partstat };
      })
  );
}
