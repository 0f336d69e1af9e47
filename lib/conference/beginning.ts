import type { ConferenceObject, ObjectEdit, OccurrenceRange, SeriesChild } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { checkApart } from '../schedule/conference-time.ts';
import { inOrder } from '../schedule/order.ts';
import { covers, includes, isSameRange, overlap } from '../schedule/range.ts';
import { UnusableTime } from '../schedule/unusable-time.ts';
import { childOf } from './child.ts';
import { carryChildren, firstWindow } from './child-times.ts';
import { Refusal } from './refusal.ts';
import { type TimeRules, timesOf } from './times.ts';

interface Moment {
  readonly rules: TimeRules;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * What is to stand for a range of a parent's occurrences, before anybody has changed it.
 * @throws {Refusal} conflict where they are none, over, going on, or partly another's
 */
export function beginChild(
  parent: ConferenceObject,
  uri: XconUri,
  range: OccurrenceRange,
  { rules, now }: Moment,
): ConferenceObject {
  const others = (parent.header.children ?? []).filter((child) => child.uri !== uri);
  const partly = others.find((child) => overlap(child, range) && !covers(range, child));
  if (partly !== undefined)
    throw new Refusal(
      'conflict',
      `${partly.uri} stands for some of these occurrences, and for others: change it first.`,
    );
  const made = childOf(parent, uri, range, rules);
  const { occurrence: running, passed = -Infinity } = parent.header;
  const isOfEntry = (id: string): boolean => firstWindow(parent, { ...range, from: id }, rules) !== undefined;
  if (running !== undefined && includes(range, running.id) && isOfEntry(running.id))
    throw new Refusal('conflict', 'One of these occurrences goes on: change the conference itself, or those after it.');
  const isTold = others.some((child) => covers(child, { ...range, to: range.from }));
  const first = isTold ? undefined : firstWindow(parent, range, rules);
  if (first !== undefined && (first.start <= passed || (first.ends !== undefined && first.ends <= now)))
    throw new Refusal('conflict', `The occurrence of ${range.from} is over: begin with a later one.`);
  return made;
}

/**
 * Keeps occurrences for children that are being made, as if they stood there already; what another covers is that one's.
 */
export function reserve(edit: ObjectEdit, asked: readonly SeriesChild[], rules: TimeRules): void {
  carryChildren(edit, rules);
  const known = edit.now.header.children ?? [];
  const free = asked.filter(
    (one) => ![...known, ...asked].some((other) => !isSameRange(other, one) && covers(other, one)),
  );
  const own = free.filter((one) => !known.some((other) => isSameRange(other, one)));
  if (own.length > 0) edit.setHeader({ ...edit.now.header, children: [...known, ...own] });
}

/** @throws {Refusal} conflict when occurrences of a series and of its children overlap */
export function checkFamily(members: readonly ConferenceObject[], { rules, now }: Moment): void {
  const streams = members.flatMap((object) => {
    const time = timesOf(object, rules);
    return time === undefined ? [] : [time.from(now)];
  });
  try {
    checkApart(
      inOrder(streams, ({ start }) => start),
      rules.compared,
    );
  } catch (error) {
    if (error instanceof UnusableTime) throw new Refusal('conflict', error.message);
    throw error;
  }
}
