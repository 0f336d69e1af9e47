import type ICAL from 'ical.js';
import type { OccurrenceChange, SeriesChange } from '../../conference/told-apart.ts';
import type { XconUri } from '../../model/identifiers.ts';
import type { Attendee } from './attendee.ts';
import { EventMoments, plannedIn } from './event-moments.ts';
import { eventsOf, type SeenChild, type ShownEvent, withoutJoinLines } from './events.ts';
import { changedOccurrences } from './request.ts';
import { baseOf, type PlanChange, type Schedule } from './schedule.ts';
import { basesOf, joinAddressesOf, type SeenConference } from './seen-conference.ts';
import { calendarSlices } from './slices.ts';

/** An event that says of some occurrences what the series does not, and the conference from which they differ. */
interface Apart {
  readonly change: PlanChange;
  readonly id: string;
  /** What stands for these occurrences now. */
  readonly child: ShownEvent | undefined;
  /** Whether that takes place at the same time. */
  readonly isAsShown: boolean;
}

/** What a stored object says of a series as a whole, and of some of its occurrences apart. */
export interface PartedSchedule {
  /** Times without those that children have. */
  readonly base: string;
  readonly apart: readonly Apart[];
  /** Children of which it says nothing: these occurrences are as the series has them. */
  readonly dropped: readonly XconUri[];
}

/**
 * Parts what a child of the series has (RFC 5239 §7.4): occurrences with other words or people, and those for which a
 * child stands already.
 */
export function parted(
  schedule: Schedule,
  series?: SeenConference,
  children: readonly SeenChild[] = [],
): PartedSchedule {
  const moments = EventMoments.of(schedule.calendar);
  const shown = series === undefined ? undefined : shownByMoment(series, children);
  const apart: Apart[] = [];
  for (const change of schedule.changes) {
    const key = moments.keyOf(change.event);
    const found = shown?.events.get(key);
    const child = found?.conference === series ? undefined : found;
    if (!change.cancelled && (child !== undefined || change.differs))
      apart.push({
        ...{ change, id: moments.changedBy(change.event)?.id ?? '', child },
        isAsShown: child !== undefined && moments.timeOf(change.event) === shown?.moments.timeOf(child.component),
      });
  }
  const told = new Set(apart.map(({ child }) => child?.conference.uri));
  const without = new Set([...apart.map(({ change }) => change.event), ...saidAnyway(schedule, moments, shown, apart)]);
  const others = schedule.calendar.getAllSubcomponents('vevent').filter((event) => !without.has(event));
  return {
    base: baseOf(schedule.calendar, others),
    apart,
    dropped: children.filter(({ uri }) => !told.has(uri)).map(({ uri }) => uri),
  };
}

/** Events for occurrences that change nothing of what is planned: they say who comes, or what a client keeps for itself. */
function saidAnyway(
  { calendar, changes }: Schedule,
  moments: EventMoments,
  shown: ReturnType<typeof shownByMoment> | undefined,
  apart: readonly Apart[],
): ICAL.Component[] {
  const isCandidate = ({ event, andFuture, cancelled }: PlanChange): boolean =>
    !andFuture &&
    !cancelled &&
    shown?.events.has(moments.keyOf(event)) !== true &&
    !apart.some(({ change }) => change.event === event);
  const candidates = new Set(changes.filter(isCandidate).map(({ event }) => event));
  if (candidates.size === 0) return [];
  const planned = plannedIn(
    calendar.getAllSubcomponents('vevent').filter((event) => !candidates.has(event)),
    calendar.getAllSubcomponents('vtimezone'),
    calendar.getFirstProperty('x-wr-timezone'),
  );
  return [...candidates].filter((event) => moments.isAsPlanned(event, planned));
}

export function shownByMoment(series: SeenConference, children: readonly SeenChild[]) {
  const { events, zones, floating } = eventsOf(series, { children });
  const moments = new EventMoments(
    events.map(({ component }) => component),
    zones,
    floating,
  );
  return { moments, events: new Map(events.map((one) => [moments.keyOf(one.component), one])) };
}

/**
 * What changes for such occurrences, beside what changes for the series.
 * @param targetsOf whom the allowed-users-list names for attendees
 */
export async function occurrenceChanges(
  series: SeenConference,
  schedule: Schedule,
  apart: readonly Apart[],
  targetsOf: (attendees: readonly Attendee[]) => Promise<string[]>,
): Promise<OccurrenceChange[]> {
  const occurrences: OccurrenceChange[] = [];
  const slice = calendarSlices.begin();
  for (const { change, id, child, isAsShown } of apart) {
    await slice.rest();
    const seen = child?.conference ?? series;
    const { subject, description = '', attendees, event, andFuture } = change;
    const plain = withoutJoinLines(description, joinAddressesOf(seen));
    const base = isAsShown ? (basesOf(seen)[0] ?? '') : baseOf(schedule.calendar, [event]);
    const said = { subject, description: plain === '' ? undefined : plain, base };
    const changes = changedOccurrences(seen, said, await targetsOf(attendees));
    occurrences.push({ range: { from: id, ...(!andFuture && { to: id }) }, changes, invites: true });
  }
  return occurrences;
}

/** What is told of occurrences apart; undefined where there is nothing. */
export const seriesChange = (
  occurrences: readonly OccurrenceChange[],
  dropped: readonly XconUri[],
): SeriesChange | undefined => (occurrences.length > 0 || dropped.length > 0 ? { occurrences, dropped } : undefined);
