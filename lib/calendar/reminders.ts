import type { Change, ChangeListener } from '../conference/changes.ts';
import { DESCRIPTION_SECTION } from '../conference/lists.ts';
import type { LoggedChange } from '../conference/repository.ts';
import type { TimeRules } from '../conference/times.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { same } from '../model/compare.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { POLICY, XCON } from '../model/names.ts';
import type { Part } from '../model/part.ts';
import { LogFollower, type Log } from '../outbox/follower.ts';
import type { XmlElement } from '../xml/element.ts';
import type { Records, Timers } from '../outbox/letter.ts';
import { dueReminders, nextReminder, type Reminder } from './reminder-moments.ts';

export interface ReminderLimits {
  /** Conferences whose moments are in memory. */
  readonly atOnce: number;
  /** Milliseconds after which the clock is looked at again, for somebody may have set it. */
  readonly look: number;
  /** Milliseconds after which what failed is tried again. */
  readonly retry: number;
  /** Changes that are read from the log at once. */
  readonly page: number;
}

export const reminderDefaults: ReminderLimits = { atOnce: 100, look: 30_000, retry: 5_000, page: 250 };

/** When a conference has somebody to remind next, and up to when all were reminded; milliseconds since 1970. */
export interface Planned {
  readonly uri: XconUri;
  readonly due: number;
  readonly since: number;
}

export interface ReminderParts {
  readonly control: {
    durable(uri: XconUri): Promise<ConferenceObject | undefined>;
    onChange(listener: ChangeListener): void;
  };
  readonly log: Log;
  /** By URI, what counts. */
  readonly planned: Records<Planned> & { read(id: string): Promise<Planned | undefined> };
  /** By moment, where the nearest stands first; one that `planned` does not say as well is old. */
  readonly queue: Records<Planned>;
  /** Resolves when it is sure that she is reminded. */
  readonly remind: (object: ConferenceObject, reminder: Reminder) => Promise<void>;
  readonly clock: Timers;
  readonly wall: () => number;
  readonly times: TimeRules;
  readonly limits: ReminderLimits;
  readonly onError: (error: unknown) => void;
}

/**
 * Reminds people of conferences before they start. The moments are in the store; here is one timer, for the nearest. Of what
 * was missed while the server was down only that is told which has not begun.
 */
export class Reminders {
  readonly #parts: ReminderParts;
  readonly #follower: LogFollower;
  #alarm: { cancel(): void } | undefined;
  #wake = Infinity;
  #turn: Promise<void> = Promise.resolve();
  #isOpen = false;

  constructor(parts: ReminderParts) {
    this.#parts = parts;
    this.#follower = new LogFollower('reminder', parts.log, parts.limits.page, (changes) => this.#deal(changes));
    parts.control.onChange((change) => {
      if (!this.#isOpen) return;
      if (changesReminders(change)) this.#follow();
      else this.#follower.rest(parts.clock, parts.onError);
    });
  }

  async open(): Promise<void> {
    this.#isOpen = true;
    await this.#follower.wake().catch(this.#parts.onError);
    this.#set(this.#parts.wall());
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#alarm?.cancel();
    await this.#follower.close();
    await this.#turn;
  }

  #follow(): void {
    this.#follower.wake().catch((error: unknown) => {
      this.#parts.onError(error);
      this.#parts.clock.after(this.#parts.limits.retry, () => {
        if (this.#isOpen) this.#follow();
      });
    });
  }

  async #deal(changes: readonly LoggedChange[]): Promise<() => void> {
    const uris = new Set(changes.filter(mayRemind).map(({ uri }) => uri));
    let first = Infinity;
    for (const uri of uris) {
      const before = await this.#parts.planned.read(uri);
      const object = await this.#parts.control.durable(uri);
      // What is due already is told first.
      const since = Math.max(before?.since ?? 0, Math.min(before?.due ?? Infinity, this.#parts.wall()) - 1);
      first = Math.min(first, await this.#plan(uri, object, before, since));
    }
    return () => this.#set(first);
  }

  /** Resolves to when it is due. */
  async #plan(
    uri: XconUri,
    object: ConferenceObject | undefined,
    before: Planned | undefined,
    since: number,
  ): Promise<number> {
    const { planned, queue, times } = this.#parts;
    const due = object && nextReminder(object, times, since);
    if (due !== undefined && due === before?.due) return due;
    if (due !== undefined) {
      const next = { uri, due, since };
      await Promise.all([planned.keep(uri, next), queue.keep(queueId(next), next)]);
    } else if (before !== undefined) await planned.forget(uri);
    if (before !== undefined) await queue.forget(queueId(before));
    return due ?? Infinity;
  }

  #set(at: number): void {
    if (!this.#isOpen || at >= this.#wake) return;
    const { clock, wall, limits } = this.#parts;
    this.#alarm?.cancel();
    this.#wake = at;
    this.#alarm = clock.after(Math.max(0, Math.min(at - wall(), limits.look)), () => {
      this.#wake = Infinity;
      this.#turn = this.#turn.then(() => this.#run());
    });
  }

  async #run(): Promise<void> {
    const { queue, limits, wall, onError } = this.#parts;
    try {
      for await (const slice of queue.all()) {
        for (const one of slice.slice(0, limits.atOnce)) {
          if (!this.#isOpen) return;
          if (one.due > wall()) {
            this.#set(one.due);
            return;
          }
          await this.#fire(one);
        }
        // What was not looked at, or was planned meanwhile, stands first now.
        if (slice.length > 0) this.#set(wall());
        return;
      }
    } catch (error) {
      onError(error);
      this.#set(wall() + limits.retry);
    }
  }

  async #fire(one: Planned): Promise<void> {
    const { control, planned, queue, times, wall, remind } = this.#parts;
    const known = await planned.read(one.uri);
    if (known?.due !== one.due) {
      await queue.forget(queueId(one));
      return;
    }
    const now = wall();
    const object = await control.durable(one.uri);
    for (const reminder of object === undefined ? [] : dueReminders(object, times, one.since, now))
      if (object !== undefined) await remind(object, reminder);
    this.#set(await this.#plan(one.uri, object, known, now));
  }
}

/** Whether times or reminders may be others: who comes and goes changes neither. */
const mayRemind = ({ header, version, parts }: LoggedChange): boolean =>
  header.kind === 'conference' &&
  (version === 0 ||
    parts.some(({ key, before, after }) => key === DESCRIPTION_SECTION || [before, after].some(namesReminder)));

/** The same of what was only just changed, where the description can be looked into. */
function changesReminders({ before, after, touched }: Change): boolean {
  if ((after ?? before)?.header.kind !== 'conference') return false;
  if (before === undefined || after === undefined) return true;
  return touched.some(({ kind, key }) => {
    if (kind === 'user') return [before, after].some(({ users }) => hasReminder(users.get(key as XconUserId)?.part));
    return key === DESCRIPTION_SECTION && !hasSameTimes(before.sections.get(key), after.sections.get(key));
  });
}

const hasReminder = (part: Part | undefined): boolean => part?.element.first(POLICY, 'reminder') !== undefined;

const namesReminder = (bytes: Buffer | undefined): boolean => bytes?.includes('reminder') === true;

/** Whether two descriptions say the same of when, and of who is reminded. */
function hasSameTimes(old: Part | undefined, now: Part | undefined): boolean {
  const before = old?.element.elements.filter(tellsReminders) ?? [];
  const after = now?.element.elements.filter(tellsReminders) ?? [];
  return before.length === after.length && before.every((one, place) => same(one, after[place] ?? one));
}

const tellsReminders = (child: XmlElement): boolean =>
  child.is(XCON, 'conference-time') || child.is(POLICY, 'reminder');

/** Moments of one length, so that they sort. */
const queueId = ({ due, uri }: Planned): string => `${String(due).padStart(15, '0')} ${uri}`;
