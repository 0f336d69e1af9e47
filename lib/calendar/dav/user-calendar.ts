import { setImmediate as turn } from 'node:timers/promises';
import { type Change } from '../../conference/changes.ts';
import { DESCRIPTION_SECTION } from '../../conference/lists.ts';
import { needsPassword } from '../../conference/passwords.ts';
import type { PlannedConference } from '../../conference/planning.ts';
import { standingOf } from '../../conference/standing.ts';
import type { Principal } from '../../directory/principal.ts';
import type { ConferenceObject } from '../../model/conference-object.ts';
import type { XconUri } from '../../model/identifiers.ts';
import { CONFERENCE_INFO, XCON } from '../../model/names.ts';
import { type Reach, reachOf } from './reach.ts';
import type { StoredEvent } from './stored-event.ts';

/** A conference in one user's calendar: a resource with its name. */
export interface CalendarItem {
  /** Of the series or the single conference. */
  readonly uri: XconUri;
  readonly name: string;
  readonly uid: string;
  readonly etag: string;
  readonly scheduleTag: string;
  /** Whether the user sees the series itself, or only some of what stands for its occurrences. */
  readonly whole: boolean;
  /** What stands for some of its occurrences. */
  readonly children: readonly XconUri[];
  readonly reach: Reach;
  readonly stored: boolean;
}

/** Of one conference object: since when it shows the same, the UID of its times, and when it can take place. */
interface Part {
  readonly planned: number;
  readonly uid: string;
  readonly reach: Reach;
}

interface Held {
  whole?: Part | undefined;
  readonly children: Map<XconUri, Part>;
}

type Stored = Pick<StoredEvent, 'uri' | 'name' | 'uid' | 'revision'>;

export interface CalendarSources {
  planned(page: { after: string; limit: number }): Promise<PlannedConference[]>;
  durable(uri: XconUri): Promise<ConferenceObject | undefined>;
  stored(): AsyncIterable<readonly StoredEvent[]>;
}

const PAGE = 250;

/** What is in one user's calendar, without the events themselves; it follows the changes of conferences. */
export class UserCalendar {
  readonly #caller: { readonly kind: 'user'; readonly principal: Principal };
  readonly #held = new Map<XconUri, Held>();
  readonly #stored = new Map<XconUri, Stored>();
  readonly #byName = new Map<string, XconUri>();
  readonly #byUid = new Map<string, XconUri>();
  /** How often her addresses have changed: what she sees follows from them. */
  #readdressed = 0;
  /** What happened while it was being read. */
  #missed: Change[] | undefined = [];

  constructor(principal: Principal) {
    // Not even a system administrator's calendar has everybody's conferences.
    this.#caller = { kind: 'user', principal: { ...principal, systemAdministrator: false } };
  }

  /** @param readdressed how often the user's addresses have changed */
  async open(sources: CalendarSources, most: number, readdressed = 0): Promise<void> {
    this.#readdressed = readdressed;
    for await (const slice of sources.stored()) for (const one of slice) this.remember(one);
    let after = '';
    for (let page: PlannedConference[] = []; this.#held.size < most;) {
      page = await sources.planned({ after, limit: PAGE });
      for (const one of page) await this.#take(one, sources);
      after = page.at(-1)?.uri ?? after;
      if (page.length < PAGE) break;
      await turn();
    }
    const missed = this.#missed ?? [];
    this.#missed = undefined;
    for (const change of missed) this.apply(change);
  }

  get size(): number {
    return this.#held.size;
  }

  get uris(): Iterable<XconUri> {
    return this.#held.keys();
  }

  *items(): Generator<CalendarItem> {
    for (const uri of this.#held.keys()) {
      const item = this.item(uri);
      if (item !== undefined) yield item;
    }
  }

  item(uri: XconUri): CalendarItem | undefined {
    const held = this.#held.get(uri);
    return held && this.#itemOf(uri, held);
  }

  named(name: string): CalendarItem | undefined {
    const stored = this.#byName.get(name);
    const found = stored === undefined ? undefined : this.item(stored);
    if (found !== undefined) return found;
    const own = defaultUri(name);
    const item = own === undefined ? undefined : this.item(own);
    return item?.name === name ? item : undefined;
  }

  withUid(uid: string): CalendarItem | undefined {
    const uri = this.#byUid.get(uid) ?? (uid as XconUri);
    const item = this.item(uri);
    return item?.uid === uid ? item : undefined;
  }

  /** A conference whose times have this UID and that was not stored here: it is the same event. */
  withTimesOf(uid: string): CalendarItem | undefined {
    for (const [uri, held] of this.#held)
      if (held.whole?.uid === uid && !this.#stored.has(uri)) return this.#itemOf(uri, held);
    return undefined;
  }

  /** The name under which a conference that is in it no more was known. */
  nameOf(uri: XconUri): string {
    return this.#stored.get(uri)?.name ?? defaultName(uri);
  }

  /** The UID under which a conference is or was in it. */
  uidOf(uri: XconUri): string {
    return this.#stored.get(uri)?.uid ?? uri;
  }

  revisionOf(uri: XconUri): number {
    return this.#stored.get(uri)?.revision ?? 0;
  }

  /** A client stored an event here. */
  remember({ uri, name, uid, revision }: StoredEvent): void {
    this.#stored.set(uri, { uri, name, uid, revision });
    this.#byName.set(name, uri);
    this.#byUid.set(uid, uri);
  }

  /** A durable change of a conference. */
  apply(change: Change): void {
    if (this.#missed !== undefined) {
      this.#missed.push(change);
      return;
    }
    const { uri, before, after } = change;
    const series = (after ?? before)?.header.stands?.series ?? uri;
    this.#set(series, uri, after && this.#partOf(after));
  }

  async #take({ uri, series = uri, planned, description }: PlannedConference, sources: CalendarSources): Promise<void> {
    const text = description?.toString() ?? '';
    const reach = reachOf(text);
    if (reach === undefined) return;
    // What is protected by a password is seen by those who need none.
    if (text.includes('conference-password')) {
      const object = await sources.durable(uri);
      if (object === undefined || this.#partOf(object) === undefined) return;
    }
    this.#set(series, uri, { planned, uid: uidOf(text), reach });
  }

  #partOf(object: ConferenceObject): Part | undefined {
    const standing = standingOf(object, this.#caller);
    if (standing.level === undefined || needsPassword(object, standing)) return undefined;
    const description = object.sections.get(DESCRIPTION_SECTION)?.element;
    const base = description?.first(XCON, 'conference-time')?.first(XCON, 'entry')?.first(XCON, 'base')?.text;
    const reach =
      base === undefined || !description?.is(CONFERENCE_INFO, 'conference-description') ? undefined : reachOf(base);
    return reach && { planned: object.header.planned ?? 0, uid: uidOf(base ?? ''), reach };
  }

  #set(series: XconUri, uri: XconUri, part: Part | undefined): void {
    const held = this.#held.get(series) ?? { children: new Map<XconUri, Part>() };
    if (uri === series) held.whole = part;
    else if (part === undefined) held.children.delete(uri);
    else held.children.set(uri, part);
    if (held.whole === undefined && held.children.size === 0) this.#held.delete(series);
    else this.#held.set(series, held);
  }

  #itemOf(uri: XconUri, { whole, children }: Held): CalendarItem {
    const stored = this.#stored.get(uri);
    const parts = [...(whole ? [whole] : []), ...children.values()];
    const shown = parts.reduce((sum, { planned }) => sum + planned, 0);
    const readdressed = this.#readdressed === 0 ? '' : `-${this.#readdressed}`;
    const scheduleTag = `"${whole?.planned ?? 0}-${children.size}-${shown}"`;
    return {
      uri,
      name: stored?.name ?? defaultName(uri),
      uid: stored?.uid ?? uri,
      scheduleTag,
      etag: `${scheduleTag.slice(0, -1)}-${stored?.revision ?? 0}${readdressed}"`,
      whole: whole !== undefined,
      children: [...children.keys()],
      reach: {
        from: Math.min(...parts.map(({ reach }) => reach.from)),
        to: Math.max(...parts.map(({ reach }) => reach.to)),
      },
      stored: stored !== undefined,
    };
  }
}

const uidOf = (text: string): string => /^[ \t]*UID:([^\r\n&]+)/im.exec(text)?.[1]?.trim() ?? '';

/** A conference that no client stored has the name of its XCON-URI. */
export const defaultName = (uri: XconUri): string => `${uri.slice('xcon:'.length)}.ics`;
const defaultUri = (name: string): XconUri | undefined =>
  name.endsWith('.ics') ? (`xcon:${name.slice(0, -'.ics'.length)}` as XconUri) : undefined;
