import type { ConferenceObject, ObjectEdit } from '../model/conference-object.ts';
import { USER } from '../model/definitions.ts';
import { POLICY } from '../model/names.ts';
import { normalise } from '../model/shape.ts';
import { type UserRecord, userRecord } from '../model/user.ts';
import { covers } from '../schedule/range.ts';
import { rescheduled } from '../schedule/rescheduled.ts';
import { XmlElement } from '../xml/element.ts';
import { baseOf, entriesOf, timeElementOf } from './child-times.ts';
import type { TimeRules } from './times.ts';

/** What people answer to their invitation, and to what; `needs-action` where it counts no more. */
const ANSWER = 'answer';
const ALL = 'all';
const UNANSWERED = 'needs-action';

/**
 * Who has answered to times that are others now has to answer again (RFC 5546 §2.1.4, §3.2.2.1; RFC 6638 §3.2.8): to all of it,
 * or to the single occurrences that were moved. Organizers know what they do.
 */
export function askAgain(edit: ObjectEdit, rules: TimeRules): void {
  if (edit.now.header.kind !== 'conference') return;
  const [before, after] = [edit.before, edit.now].map(timeElementOf);
  if (before === undefined || after === undefined || before === after) return;
  const moved = movedBetween(edit.before, edit.now, rules);
  if (moved.length === 0) return;
  for (const [key, record] of edit.now.users) {
    const asked = record.facts.privilege === 'organizer' ? record : unanswered(record, moved);
    if (asked !== record) edit.setUser(key, asked);
  }
}

/** Ids of occurrences, or all; what children stand for is theirs. */
function movedBetween(before: ConferenceObject, after: ConferenceObject, rules: TimeRules): readonly string[] {
  const [old, next] = [before, after].map((one) => entriesOf(timeElementOf(one)));
  const moved: string[] = [];
  for (const [index, entry] of (next ?? []).entries()) {
    const was = old?.[index];
    const found = was === entry ? undefined : was && rescheduled(baseOf(was), baseOf(entry), rules);
    if (found === undefined) {
      if (was === undefined) return [ALL]; // there is more of it
      continue;
    }
    if (found === ALL) return [ALL];
    const place = after.header.stands?.entry ?? index;
    for (const id of found) {
      const one = { from: id, to: id, entry: place };
      if (after.header.children?.some((child) => covers(child, one)) !== true) moved.push(id);
    }
  }
  return moved;
}

function unanswered(record: UserRecord, moved: readonly string[]): UserRecord {
  const { element } = record.part;
  const answers = new Map(element.all(POLICY, ANSWER).map((one) => [one.attribute('to') ?? ALL, one.text.trim()]));
  if ([...answers.values()].every((word) => word === UNANSWERED)) return record;
  const isAll = moved.includes(ALL);
  const again = isAll
    ? [ALL]
    : moved.filter((id) => (answers.get(id) ?? answers.get(ALL) ?? UNANSWERED) !== UNANSWERED);
  if (again.length === 0) return record;
  const rest = element.children.filter(
    (one) =>
      !(one instanceof XmlElement && one.is(POLICY, ANSWER)) || !(isAll || again.includes(one.attribute('to') ?? ALL)),
  );
  const asked = again.map(
    (to) => new XmlElement(POLICY, ANSWER, [{ namespace: '', local: 'to', value: to }], [UNANSWERED]),
  );
  const { origin, number, alias } = record.facts;
  return userRecord(normalise(USER, element.withChildren([...rest, ...asked])), {
    origin,
    ...(number !== undefined && { number }),
    ...(alias !== undefined && { alias }),
  });
}
