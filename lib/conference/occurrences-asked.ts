import type { ConferenceObject, OccurrenceRange } from '../model/conference-object.ts';
import { CONFERENCE_INFO, XCON } from '../model/names.ts';
import { rangeAsked } from '../schedule/asked-range.ts';
import { LONG_AGO } from '../schedule/conference-time.ts';
import { rangeOf } from '../schedule/range.ts';
import type { Occurrence } from '../schedule/recurrence-set.ts';
import { UnusableTime } from '../schedule/unusable-time.ts';
import { XmlElement } from '../xml/element.ts';
import type { Profile } from './calls.ts';
import { baseOf, entriesOf, plan, timeElementOf } from './child-times.ts';
import { withChild } from './people.ts';
import { Refusal } from './refusal.ts';
import { type TimeRules, timesOf } from './times.ts';

/** What an update is of: the whole object, or some of its occurrences. */
export interface AskedUpdate {
  readonly changes: XmlElement;
  readonly range?: OccurrenceRange;
}

/**
 * Of what an update with this `base` is (RFC 5239 §7.4: the iCalendar object may tell of a range alone). A client that is
 * shown a single event of a series sends it back: with the same start and length it says nothing of times, else it is of
 * the occurrence that was shown.
 * @throws {Refusal} malformed, conflict
 */
export function updateAsked(
  object: ConferenceObject,
  changes: XmlElement,
  profile: Profile,
  rules: TimeRules,
  now: number,
): AskedUpdate {
  const asked = changes.first(CONFERENCE_INFO, 'conference-description')?.first(XCON, 'conference-time');
  const [entry, ...more] = entriesOf(asked);
  const current = entriesOf(timeElementOf(object));
  if (entry === undefined || more.length > 0 || current.length === 0) return { changes };
  if (profile === 'linphone') return shownBack(object, changes, baseOf(entry), rules, now);
  if (!/^RECURRENCE-ID/im.test(baseOf(entry))) return { changes };
  const range = partAsked(baseOf(entry), object, current, rules);
  return range === undefined || isWhole(object, range, rules) ? { changes } : { changes, range };
}

/** Of which entry it is, its UID tells; else it is of the first that has such an occurrence. */
function partAsked(
  base: string,
  object: ConferenceObject,
  current: readonly XmlElement[],
  rules: TimeRules,
): OccurrenceRange | undefined {
  const uid = uidIn(base);
  const entries = current.map((entry, index) => ({
    set: plan(baseOf(entry), rules),
    entry: object.header.stands?.entry ?? index,
  }));
  for (const { set, entry } of entries.toSorted((a, b) => Number(b.set?.uid === uid) - Number(a.set?.uid === uid))) {
    try {
      const range = set && rangeAsked(base, set, rules);
      if (range === undefined) return undefined;
      if (set?.find(range.from) !== undefined) return rangeOf({ ...range, entry });
    } catch (error) {
      if (error instanceof UnusableTime && error.flaw !== 'malformed') throw new Refusal('conflict', error.message);
      throw new Refusal('malformed', 'The base can not be read as times.');
    }
  }
  throw new Refusal('conflict', 'There is no such occurrence: the ids stand in the list of occurrences.');
}

const uidIn = (base: string): string | undefined => /^UID(?:;[^:\n]*)?:(.*)$/im.exec(base)?.[1]?.trim();

/** Who changes what stands for a range may say the range again. */
function isWhole(object: ConferenceObject, { from, to }: OccurrenceRange, rules: TimeRules): boolean {
  const { stands } = object.header;
  if (stands?.from !== from) return false;
  const [entry] = entriesOf(timeElementOf(object));
  return to === stands.to || (stands.to === undefined && to === plan(baseOf(entry), rules)?.last);
}

function shownBack(
  object: ConferenceObject,
  changes: XmlElement,
  sent: string,
  rules: TimeRules,
  now: number,
): AskedUpdate {
  const single = plan(sent, rules);
  const time = timesOf(object, rules);
  if (time === undefined || single === undefined || single.recurs) return { changes };
  const [said] = single.from(-Infinity);
  if (said === undefined) return { changes };
  const [there] = time.from(said.start);
  if (isSame(said, there) || isSame(said, time.upTo(said.start))) return { changes: withoutTimes(changes) };
  if (!time.recurs) return { changes };
  const shown = time.shownAt(now);
  const isNow = said.start < LONG_AGO;
  if (shown === undefined || isNow) return { changes: withoutTimes(changes) };
  return { changes, range: { from: shown.id, to: shown.id } };
}

const isSame = (one: Occurrence, other: Occurrence | undefined): boolean =>
  one.start === other?.start && one.end === other.end;

function withoutTimes(changes: XmlElement): XmlElement {
  const description = changes.first(CONFERENCE_INFO, 'conference-description');
  if (description === undefined) return changes;
  const rest = description.children.filter(
    (child) => !(child instanceof XmlElement && child.is(XCON, 'conference-time')),
  );
  return withChild(changes, 'conference-description', description.withChildren(rest));
}
