import { createHash } from 'node:crypto';
import type ICAL from 'ical.js';
import type { XconUri } from '../../model/identifiers.ts';
import type { DefiniteCalendar, OccurrenceId } from './definite.ts';
import type { Guest, Invitation } from './invitation.ts';
import { raised, revise, type Revisions } from './revision.ts';

/** What people were told of a conference last; plain data, as it is stored. */
export interface Told {
  readonly uri: XconUri;
  readonly version: number;
  readonly organizer: Invitation['organizer'];
  readonly title: string;
  readonly events: Readonly<Record<string, ToldEvent>>;
  /** By mail address. */
  readonly guests: Readonly<Record<string, ToldGuest>>;
}

/** An event by UID: as iCalendar without people, and its numbers. */
export interface ToldEvent {
  readonly text: string;
  readonly revisions: Revisions;
}

export interface ToldGuest extends Pick<Guest, 'key' | 'name' | 'chairs' | 'exempt'> {
  readonly events: Readonly<Record<string, ToldSigns>>;
}

/** What one guest was told of one event: a sign of each text, and occurrences to which she does not come. */
export interface ToldSigns {
  readonly signs: Readonly<Record<OccurrenceId, string>>;
  readonly out: readonly OccurrenceId[];
}

/** Something to tell one guest of one event. */
export interface Message {
  readonly guest: ToldGuest & { readonly address: string; readonly partstat?: string };
  readonly uid: string;
  readonly method: 'REQUEST' | 'CANCEL';
  /** Which of its events; in a CANCEL `''` is the whole of it. */
  readonly ids: readonly OccurrenceId[];
  /** Whether she hears of it for the first time. */
  readonly isNew: boolean;
}

export interface Plan {
  /** Undefined where nobody was told anything and nobody is to be. */
  readonly told: Told | undefined;
  readonly messages: readonly Message[];
}

export interface PlanRules {
  /** Attendees whom an invitation names. */
  readonly shown: number;
  /** Cancelled occurrences that are told one by one. */
  readonly cancelled: number;
  readonly pins: 'organizer' | 'invited';
  /** The text of an event that is stored for its cancellation. */
  readonly textOf: (invitation: Invitation, uid: string, calendar: DefiniteCalendar) => string;
}

/** What is to be told, from what was told before and what is so now; nothing where nothing differs. */
export function planOf(told: Told | undefined, now: Invitation | undefined, rules: PlanRules): Plan {
  const { messages, ...plan } = difference(told, now, rules);
  return { ...plan, messages: messages.filter(({ guest }) => guest.exempt !== true) };
}

function difference(told: Told | undefined, now: Invitation | undefined, rules: PlanRules): Plan {
  if (now === undefined) return told === undefined ? { told, messages: [] } : { told: undefined, messages: ends(told) };
  const messages: Message[] = [];
  const events: Record<string, ToldEvent> = {};
  const guests = new Map<string, Guest>(now.guests.map((guest) => [guest.address, guest]));
  const signs = signsOf(now, rules);
  const next: Record<string, ToldGuest> = {};
  for (const [uid, calendar] of now.events) {
    const before = told?.events[uid];
    const revisions = revise(before?.revisions, calendar);
    const out = [...calendar.excluded];
    let cancels = false;
    for (const guest of guests.values()) {
      const own = { signs: signs(guest, calendar), out };
      const known = told?.guests[guest.address]?.events[uid];
      const message = { guest: toldGuest(guest), uid, isNew: known === undefined };
      const said = news(known, own, rules.cancelled);
      if (said !== undefined) messages.push({ ...message, ...said });
      const others = next[guest.address]?.events ?? {};
      next[guest.address] = { ...storedGuest(guest), events: { ...others, [uid]: own } };
    }
    for (const [address, guest] of Object.entries(told?.guests ?? {})) {
      if (guests.has(address) || guest.events[uid] === undefined) continue;
      cancels = true;
      messages.push({ guest: { ...guest, address }, uid, method: 'CANCEL', ids: [''], isNew: false });
    }
    events[uid] = {
      text: rules.textOf(now, uid, calendar),
      revisions: cancels && sameRevisions(before?.revisions, revisions) ? raised(revisions) : revisions,
    };
  }
  const { uri, version, organizer, title } = now;
  const gone = Object.entries(told?.events ?? {}).filter(([uid]) => events[uid] === undefined);
  for (const [uid] of gone) messages.push(...endsOf(told, uid));
  return { told: { uri, version, organizer, title, events, guests: next }, messages };
}

const storedGuest = ({ key, name, chairs, exempt }: Guest) => ({
  key,
  chairs,
  ...(exempt === true && { exempt }),
  ...(name !== undefined && { name }),
});

const toldGuest = (guest: Guest): Message['guest'] => ({
  ...storedGuest(guest),
  address: guest.address,
  partstat: guest.partstat,
  events: {},
});

const sameRevisions = (one: Revisions | undefined, other: Revisions): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** The conference is no more. */
const ends = (told: Told): Message[] => Object.keys(told.events).flatMap((uid) => endsOf(told, uid));

const endsOf = (told: Told | undefined, uid: string): Message[] =>
  Object.entries(told?.guests ?? {})
    .filter(([, guest]) => guest.events[uid] !== undefined)
    .map(([address, guest]) => ({
      guest: { ...guest, address },
      uid,
      method: 'CANCEL' as const,
      ids: [''],
      isNew: false,
    }));

/** What one guest is to be told; undefined where she knows it. */
function news(
  before: ToldSigns | undefined,
  now: ToldSigns,
  mostCancelled: number,
): Pick<Message, 'method' | 'ids'> | undefined {
  const all = { method: 'REQUEST' as const, ids: Object.keys(now.signs) };
  if (before === undefined) return all;
  const changed = Object.keys(now.signs).filter((id) => now.signs[id] !== before.signs[id]);
  const out = now.out.filter((id) => !before.out.includes(id));
  const back = before.out.filter((id) => !now.out.includes(id) && !changed.includes(id));
  const gone = Object.keys(before.signs).filter((id) => now.signs[id] === undefined && !out.includes(id));
  if (changed.includes('') || back.length > 0 || gone.length > 0) return all;
  if (out.length === 0) return changed.length === 0 ? undefined : { method: 'REQUEST', ids: changed };
  return changed.length === 0 && out.length <= mostCancelled ? { method: 'CANCEL', ids: out } : all;
}

/** A sign of each event as a guest reads it: its words and times, who comes, and what is for her alone. */
function signsOf(
  { title, about, joins, guests, organizer }: Invitation,
  { shown, pins }: PlanRules,
): (guest: Guest, calendar: DefiniteCalendar) => Record<OccurrenceId, string> {
  const named = guests.filter((one) => one.shown);
  const people = named.length > shown ? [] : named.map(({ address, name }) => [address, name]);
  const common = JSON.stringify([title, about, organizer.name, people]);
  const addresses = joins.map(({ uri }) => uri);
  const remembered = new Map<DefiniteCalendar, Map<string, Record<OccurrenceId, string>>>();
  return (guest, calendar) => {
    const knowsPin = pins === 'invited' || guest.chairs;
    const key = `${knowsPin} ${guest.chairs}`;
    const byReader = remembered.get(calendar) ?? new Map<string, Record<OccurrenceId, string>>();
    remembered.set(calendar, byReader);
    let signs = byReader.get(key);
    if (signs === undefined) {
      const own = JSON.stringify([common, guest.chairs, knowsPin ? joins : addresses]);
      const all = [...calendar.events].map(([id, event]) => [id, hashed(own + contentOf(event))] as const);
      byReader.set(key, (signs = Object.fromEntries(all)));
    }
    return signs;
  };
}

const CHANGES_NOTHING = new Set(['dtstamp', 'sequence', 'created', 'last-modified']);

const contentOf = (event: ICAL.Component): string =>
  event
    .getAllProperties()
    .filter(({ name }) => !CHANGES_NOTHING.has(name))
    .map((one) => one.toICALString())
    .toSorted()
    .join('\n');

const hashed = (text: string): string => createHash('sha256').update(text).digest('base64url').slice(0, 16);
