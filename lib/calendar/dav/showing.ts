import { LRUCache } from 'lru-cache';
import type ICAL from 'ical.js';
import type { Call, ObjectAnswer } from '../../conference/calls.ts';
import type { Slice } from '../../conference/slices.ts';
import { Refusal } from '../../conference/refusal.ts';
import type { Principal } from '../../directory/principal.ts';
import type { SeriesChild } from '../../model/conference-object.ts';
import type { XconUri } from '../../model/identifiers.ts';
import { calendarWith, type Events, eventsOf, type SeenChild } from '../event/events.ts';
import { seenChildren } from '../event/seen-children.ts';
import { type SeenConference, seenIn } from '../event/seen-conference.ts';
import { calendarSlices } from '../event/slices.ts';
import { withAnswers } from './answered-events.ts';
import type { Calendars } from './calendars.ts';
import { mergedCalendar } from './merged-event.ts';
import type { CalendarItem } from './user-calendar.ts';

/** Who asks: a user, as herself and not as the administrator that she may be. */
export interface Asking {
  readonly principal: Principal;
  readonly call: Call;
}

export interface ShowingControl {
  retrieve(call: Call, uri: XconUri): Promise<ObjectAnswer>;
  children(call: Call, uri: XconUri): Promise<readonly SeriesChild[]>;
}

/** Conferences as one user's calendar shows them: what they say now beside what her client stored. */
export class Showing {
  readonly #control: ShowingControl;
  readonly #calendars: Calendars;
  readonly #ready: LRUCache<string, string>;

  /** @param length characters that are kept ready */
  constructor(control: ShowingControl, calendars: Calendars, length: number) {
    this.#control = control;
    this.#calendars = calendars;
    this.#ready = new LRUCache({ maxSize: length, sizeCalculation: (text, key) => text.length + key.length });
  }

  /** The iCalendar object of a resource; undefined where it went meanwhile. */
  async text(asking: Asking, item: CalendarItem): Promise<string | undefined> {
    const key = `${asking.principal.userId} ${item.uri} ${item.etag}`;
    const ready = this.#ready.get(key);
    if (ready !== undefined) return ready;
    const slice = calendarSlices.begin();
    const component = await this.#component(asking, item, slice);
    if (component === undefined) return undefined;
    await slice.rest();
    const text = `${component.toString()}\r\n`;
    this.#ready.set(key, text);
    return text;
  }

  /** A conference as its reader may see it; undefined where he may not, or it is gone. */
  async seen({ call }: Asking, uri: XconUri): Promise<SeenConference | undefined> {
    try {
      return seenIn(await this.#control.retrieve(call, uri));
    } catch (error) {
      if (error instanceof Refusal) return undefined;
      throw error;
    }
  }

  /** What stands for occurrences of a series, as far as its reader may see it. */
  async children(asking: Asking, item: CalendarItem): Promise<SeenChild[]> {
    if (item.children.length === 0) return [];
    const ranges = item.whole ? await this.#control.children(asking.call, item.uri).catch(none) : [];
    return seenChildren(item.children, ranges, (uri) => this.seen(asking, uri));
  }

  /** What a conference says now, whatever her client stored. */
  async events(asking: Asking, item: CalendarItem, slice = calendarSlices.begin()): Promise<Events | undefined> {
    const { uri, uid } = item;
    const whole = item.whole ? await this.seen(asking, uri) : undefined;
    const seen = await this.children(asking, item);
    const [series = seen[0], children = seen.slice(1)] = whole === undefined ? [] : [whole, seen];
    if (series === undefined) return undefined;
    await slice.rest();
    return withAnswers(eventsOf(series, { uid, children, people: true, pins: true }));
  }

  async #component(asking: Asking, item: CalendarItem, slice: Slice): Promise<ICAL.Component | undefined> {
    const events = await this.events(asking, item, slice);
    if (events === undefined) return undefined;
    await slice.rest();
    const stored = item.stored ? await this.#calendars.stored(asking.principal.userId, item.uri) : undefined;
    return stored === undefined ? calendarWith(events) : mergedCalendar(stored.text, events);
  }
}

/** A series that went meanwhile has none. */
function none(error: unknown): readonly SeriesChild[] {
  if (error instanceof Refusal) return [];
  throw error;
}
