import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { XCON } from '../model/names.ts';
import { Part } from '../model/part.ts';
import { cancelled } from '../schedule/cancelling.ts';
import { ConferenceTime } from '../schedule/conference-time.ts';
import type { XmlElement } from '../xml/element.ts';
import { announce, beginEarly, nextWindow } from './life.ts';
import { DESCRIPTION_SECTION } from './lists.ts';
import type { Work } from './control-parts.ts';
import { Refusal } from './refusal.ts';
import { authorise } from './updating.ts';
import { type TimeRules, timesOf } from './times.ts';

/** What a moderator does to an occurrence by hand; to cancel one is the organizer's. */
export type Steering =
  | { readonly action: 'start' }
  | { readonly action: 'end' }
  /** Milliseconds since 1970. */
  | { readonly action: 'extend'; readonly until: number }
  | { readonly action: 'cancel'; readonly id: string };

/** Starts the next occurrence now, ends or extends the one that goes on, or cancels one. @throws {Refusal} */
export function steer(work: Work, asked: Steering, rules: TimeRules, now: number): void {
  const { edit, standing } = work;
  const time = timesOf(edit.now, rules);
  if (time === undefined)
    throw new Refusal('conflict', 'The conference has no times: it lasts as long as people stay.');
  if (standing.level !== 'moderator' && standing.level !== 'organizer')
    throw new Refusal('not-allowed', 'Only a moderator starts, ends and extends a conference.');
  const { header } = edit.now;
  const running = header.occurrence;
  if (asked.action === 'cancel') {
    cancel(work, asked.id, rules);
    return;
  }
  if (asked.action === 'start') {
    if (running !== undefined) throw new Refusal('conflict', 'The conference goes on already.');
    const next = nextWindow(edit.now, time, now);
    if (next === undefined)
      throw new Refusal('conflict', 'The conference does not take place again: give it new times.');
    beginEarly(edit, next, now);
    return;
  }
  if (running === undefined) throw new Refusal('conflict', 'The conference does not go on now.');
  if (asked.action === 'end') {
    edit.setHeader({ ...header, occurrence: { ...running, ends: now } });
    return;
  }
  if (running.ends === undefined) throw new Refusal('conflict', 'The conference has no end that could be moved.');
  if (running.extendable !== true)
    throw new Refusal('conflict', 'This conference may not be extended: see allowed-extend-mixing-end-offset.');
  if (!(asked.until > running.ends)) throw new Refusal('conflict', 'The new end is not after the old one.');
  for (const next of time.from(running.ends)) {
    if (next.start <= running.start) continue;
    if (next.opens < asked.until)
      throw new Refusal('conflict', `The next occurrence opens at ${new Date(next.opens).toISOString()}.`);
    break;
  }
  const { announced, ...rest } = running;
  const moved = asked.until - running.ends;
  const shifted = {
    ...(rest.warns !== undefined && { warns: rest.warns + moved }),
    ...(rest.closes === running.ends && { closes: asked.until }),
  };
  if (announced === true) announce(edit, asked.until);
  edit.setHeader({ ...edit.now.header, occurrence: { ...rest, ...shifted, ends: asked.until } });
}

function cancel({ call, edit, standing }: Work, id: string, rules: TimeRules): void {
  const description = edit.now.sections.get(DESCRIPTION_SECTION)?.element;
  const time = description?.first(XCON, 'conference-time');
  const found = time?.elements
    .map((entry) => ({ entry, alone: ConferenceTime.of(time.withChildren([entry]), rules) }))
    .find(({ alone }) => alone?.find(id) !== undefined);
  const base = found?.entry.first(XCON, 'base');
  if (description === undefined || time === undefined || found === undefined || base === undefined)
    throw new Refusal('conflict', 'There is no such occurrence: the ids stand in the list of occurrences.');
  const fresh = base.withChildren([cancelled(base.text, id, found.alone?.recurs === true, rules)]);
  const times = swapped(time, found.entry, swapped(found.entry, base, fresh));
  edit.setSection(DESCRIPTION_SECTION, Part.of(swapped(description, time, times)));
  const systemAdministrator = call.caller.kind === 'user' && call.caller.principal.systemAdministrator;
  authorise(edit, { level: standing.level ?? 'invited', systemAdministrator }, standing.self);
}

const swapped = (parent: XmlElement, old: XmlElement, fresh: XmlElement): XmlElement =>
  parent.withChildren(parent.children.map((child) => (child === old ? fresh : child)));

/** One line of the list of occurrences. */
export interface ListedOccurrence {
  readonly id: string;
  readonly start: number;
  readonly end?: number;
  readonly opens: number;
  readonly state: 'over' | 'open' | 'planned';
  /** What stands for it, where that is not the conference itself. */
  readonly child?: XconUri;
}

export interface OccurrencesAnswer {
  readonly version: number;
  readonly occurrences: readonly ListedOccurrence[];
}

/** Milliseconds since 1970. */
export interface AskedOccurrences {
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

/** The occurrences that are not over at `from` and begin before `to`, at most so many. */
export function listOccurrences(
  object: ConferenceObject,
  rules: TimeRules,
  now: number,
  { from, to, limit }: AskedOccurrences,
): ListedOccurrence[] {
  const listed: ListedOccurrence[] = [];
  const { occurrence: running, passed = -Infinity } = object.header;
  for (const { id, start, ends, opens } of timesOf(object, rules)?.from(from) ?? []) {
    if (start >= to || listed.length === limit) break;
    const isRunning = id === running?.id;
    const end = isRunning ? running.ends : ends;
    const isOver = !isRunning && (start <= passed || (ends !== undefined && ends <= now));
    listed.push({
      id,
      start,
      opens,
      state: isRunning ? 'open' : isOver ? 'over' : 'planned',
      ...(end !== undefined && { end }),
    });
  }
  return listed;
}
