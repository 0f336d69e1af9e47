import type { ConferenceObject, ObjectEdit, PlannedRoom } from '../model/conference-object.ts';
import { CONFERENCE_INFO, XCON } from '../model/names.ts';
import type { ConferenceTime, Window } from '../schedule/conference-time.ts';
import type { XmlElement } from '../xml/element.ts';
import { DESCRIPTION_SECTION } from './lists.ts';
import { lengthOf, type TimeRules, timesOf } from './times.ts';

// What conferences take of the server: so many conferences and participants in each bucket of time. It follows from the
// object, so that a change is booked by what the object took before and what it takes after.

/** Milliseconds of a bucket; buckets are numbered from 1970. */
export const BUCKET = 300_000;
export const bucketOf = (moment: number): number => Math.floor(moment / BUCKET);
const afterLast = (moment: number): number => Math.ceil(moment / BUCKET);
export const DAY_BUCKETS = 86_400_000 / BUCKET;

/**
 * What is taken is kept as steps: so much more from a place on. Each day has a place for each of its buckets and one more
 * at its end, where what goes on at midnight stops and, in the next day, begins again: so a day can be read alone.
 */
export const DAY_PLACES = DAY_BUCKETS + 1;

/** The day of conferences that last until somebody ends them: they count now, and for an assumed length. */
export const OPEN = -1;

/** How much more conferences and participants take from some places on. */
export class Steps {
  readonly #now: number;
  readonly #at = new Map<number, [conferences: number, participants: number]>();

  /** What was before the bucket `now` is of no interest any more. */
  constructor(now: number) {
    this.#now = now;
  }

  /** From one bucket to another. */
  add(from: number, until: number, conferences: number, participants: number): void {
    let start = Math.max(from, this.#now);
    while (start < until) {
      const day = Math.floor(start / DAY_BUCKETS);
      const end = Math.min(until, (day + 1) * DAY_BUCKETS);
      const place = day * DAY_PLACES - day * DAY_BUCKETS;
      this.#step(place + start, conferences, participants);
      this.#step(place + end, -conferences, -participants);
      start = end;
    }
  }

  addOpen(conferences: number, participants: number): void {
    this.#step(OPEN * DAY_PLACES, conferences, participants);
    this.#step(OPEN * DAY_PLACES + 1, -conferences, -participants);
  }

  /** Place, conferences, participants, and so on, in the order of places. */
  get list(): number[] {
    return [...this.#at]
      .filter(([, [conferences, participants]]) => conferences !== 0 || participants !== 0)
      .sort(([a], [b]) => a - b)
      .flatMap(([place, counts]) => [place, ...counts]);
  }

  #step(place: number, conferences: number, participants: number): void {
    const [had, held] = this.#at.get(place) ?? [0, 0];
    this.#at.set(place, [had + conferences, held + participants]);
  }
}

export interface BookingContext {
  readonly rules: TimeRules;
  /** Bookings of another count of all are none. */
  readonly era: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What a change takes more of the server. */
export function stepsBetween(
  before: ConferenceObject | undefined,
  after: ConferenceObject | undefined,
  context: BookingContext,
): number[] {
  if (before !== undefined && after !== undefined && takesSame(before, after)) return [];
  const steps = new Steps(bucketOf(context.now));
  addRunning(steps, before, context, -1);
  addRunning(steps, after, context, 1);
  const [old, next] = [planned(before, context), planned(after, context)];
  if (before !== undefined && after !== undefined && old !== undefined && isSamePlan(old, next, before, after)) {
    const [begun, beginning] = [lastBegun(before), lastBegun(after)];
    if (begun < beginning) addPlanned(steps, before, old, context, -1, beginning);
    else if (begun > beginning) addPlanned(steps, after, old, context, 1, begun);
  } else {
    if (before !== undefined && old !== undefined) addPlanned(steps, before, old, context, -1);
    if (after !== undefined && next !== undefined) addPlanned(steps, after, next, context, 1);
  }
  return steps.list;
}

/** What most changes are: of nothing that takes room. */
const takesSame = (before: ConferenceObject, after: ConferenceObject): boolean =>
  before.header.booked === after.header.booked &&
  before.header.active === after.header.active &&
  before.header.occurrence === after.header.occurrence &&
  before.header.passed === after.header.passed &&
  before.counts === after.counts &&
  hasSameTimes(before, after);

const isOf = (object: ConferenceObject | undefined, { era }: BookingContext): boolean =>
  object?.header.booked?.era === era;

const planned = (object: ConferenceObject | undefined, context: BookingContext): PlannedRoom | undefined =>
  isOf(object, context) ? object?.header.booked?.plan : undefined;

const isSamePlan = (
  old: PlannedRoom,
  next: PlannedRoom | undefined,
  before: ConferenceObject,
  after: ConferenceObject,
): boolean =>
  old.people === next?.people &&
  old.until === next.until &&
  old.without?.length === next.without?.length &&
  hasSameTimes(before, after);

const hasSameTimes = (before: ConferenceObject, after: ConferenceObject): boolean =>
  before.header.children === after.header.children && timeElement(before) === timeElement(after);

const timeElement = ({ sections }: ConferenceObject): XmlElement | undefined =>
  sections.get(DESCRIPTION_SECTION)?.element.first(XCON, 'conference-time');

/** None that was to begin up to then is planned any more. */
const lastBegun = ({ header: { passed = -Infinity, occurrence } }: ConferenceObject): number =>
  Math.max(passed, occurrence?.start ?? -Infinity);

/** The occurrences to come, those alone that were to begin up to `last`. */
function addPlanned(
  steps: Steps,
  object: ConferenceObject,
  plan: PlannedRoom,
  { rules, now }: BookingContext,
  sign: 1 | -1,
  last = Infinity,
): void {
  const begun = lastBegun(object);
  const without = new Set(plan.without);
  for (const window of timesOf(object, rules)?.from(now - rules.assumedLength * 1000) ?? []) {
    if (window.start > last || bucketOf(window.opens) >= plan.until) return;
    if (window.start <= begun || window.id === object.header.occurrence?.id || without.has(window.id)) continue;
    const [from, until] = spanOf(window, rules, plan.until);
    steps.add(from, until, sign, sign * plan.people);
  }
}

/** From when people may come in to when they have left. */
function spanOf(window: Window, rules: TimeRules, until: number): [from: number, until: number] {
  return [bucketOf(window.opens), Math.min(until, afterLast(window.start + lengthOf(window, rules)))];
}

/** What goes on takes what it was promised, and what it is used for beyond that. */
function addRunning(steps: Steps, object: ConferenceObject | undefined, context: BookingContext, sign: 1 | -1): void {
  if (object?.header.active !== true || !isOf(object, context)) return;
  const { booked, occurrence } = object.header;
  const plan = booked?.plan;
  const present = object.counts.present + object.counts.pending;
  const isPromised = plan !== undefined && occurrence !== undefined && isPromisedTo(occurrence.id, plan);
  const conferences = isPromised || present > 0 ? sign : 0;
  const people = sign * (isPromised ? Math.max(plan.people, present) : present);
  if (occurrence?.ends === undefined) steps.addOpen(conferences, people);
  else steps.add(-Infinity, Math.min(plan?.until ?? Infinity, afterLast(occurrence.ends)), conferences, people);
}

const isPromisedTo = (id: string, { without = [] }: PlannedRoom): boolean => id !== '' && !without.includes(id);

export interface Planning extends BookingContext {
  /** Who is charged for a conference that has nobody yet. */
  readonly owner: string | undefined;
  /** Occurrences of one conference that are booked ahead, at most. */
  readonly most: number;
}

/** Writes into the header what is to be booked for the conference; call when all else is settled. */
export function planRoom(edit: ObjectEdit, time: ConferenceTime | undefined, planning: Planning): void {
  const { header } = edit.now;
  if (header.kind !== 'conference') return;
  const old = header.booked;
  const plan = time && planOf(edit, time, planning);
  if (old?.era === planning.era && old.plan === plan) return;
  const owner = old?.owner ?? planning.owner ?? organizerOf(edit.now);
  edit.setHeader({ ...header, booked: { era: planning.era, owner, ...(plan && { plan }) } });
}

function planOf(edit: ObjectEdit, time: ConferenceTime, planning: Planning): PlannedRoom {
  const { booked } = edit.now.header;
  const people = peopleOf(edit.now);
  const old = booked?.era === planning.era ? booked.plan : undefined;
  if (old === undefined || !hasSameTimes(edit.before, edit.now)) return { people, ...reach(time, planning) };
  return old.people === people ? old : { ...old, people };
}

/** Books on to today's horizon; what does not fit there is never promised. For the clock. */
export function extendPlan(edit: ObjectEdit, planning: Planning, fits: (steps: readonly number[]) => boolean): void {
  const { header } = edit.now;
  const time = timesOf(edit.now, planning.rules);
  const plan = planned(edit.now, planning);
  if (header.booked === undefined || plan === undefined || time === undefined) return;
  const further = reach(time, planning);
  if (further.until <= plan.until) return;
  const without: string[] = [];
  for (const window of time.from(planning.now)) {
    if (plan.without?.includes(window.id) === true) without.push(window.id);
    if (bucketOf(window.opens) >= further.until) break;
    const [from, until] = spanOf(window, planning.rules, further.until);
    if (until <= plan.until) continue;
    const steps = new Steps(plan.until);
    steps.add(from, until, 1, plan.people);
    if (!fits(steps.list)) without.push(window.id);
  }
  const extended = { people: plan.people, ...further, ...(without.length > 0 && { without }) };
  edit.setHeader({ ...header, booked: { ...header.booked, plan: extended } });
}

/** How far one may book from now, and the first moment beyond for which there would be something to book. */
function reach(time: ConferenceTime, { rules, now, most }: Planning): Pick<PlannedRoom, 'until' | 'more'> {
  const until = horizonOf(now, rules);
  let more: number | undefined;
  let count = 0;
  for (const window of time.from(now)) {
    if (bucketOf(window.opens) >= until) return { until, more: more ?? window.opens };
    if (++count > most) return { until: bucketOf(window.opens), more: window.opens };
    if (afterLast(window.start + lengthOf(window, rules)) > until) more ??= until * BUCKET;
  }
  return { until, ...(more !== undefined && { more }) };
}

/** The bucket up to which one may book today. */
export const horizonOf = (now: number, { horizon }: TimeRules): number =>
  (Math.floor(now / 86_400_000) + horizon) * DAY_BUCKETS;

/** For how many people there is to be room: the most that may come in, or those who are to come. */
function peopleOf({ sections, users, counts }: ConferenceObject): number {
  const most = sections.get(DESCRIPTION_SECTION)?.element.first(CONFERENCE_INFO, 'maximum-user-count')?.text;
  return most === undefined ? users.size - counts.joined : Number(most);
}

const organizerOf = ({ users }: ConferenceObject): string =>
  users.findKey(({ facts }) => facts.privilege === 'organizer') ?? '';

/** What is not promised of the conference, in words. */
export function roomNote({ header }: ConferenceObject): string | undefined {
  const { more, without } = header.booked?.plan ?? {};
  if (more === undefined && without === undefined) return undefined;
  const shown = (moment: number): string => `${new Date(moment).toISOString().slice(0, 19)}Z`;
  const later = more === undefined ? [] : [`from ${shown(more)} on`];
  const full = without === undefined ? [] : [`for the occurrences ${without.join(', ')}`];
  return `Room is not promised ${[...full, ...later].join(' and ')}.`;
}
