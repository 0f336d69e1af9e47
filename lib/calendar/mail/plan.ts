import { createHash } from 'node:crypto';
import type ICAL from 'ical.js';
import type { XconUri } from '../../model/identifiers.ts';
import type { DefiniteCalendar, OccurrenceId } from './definite.ts';
import type { Guest, Invitation, InvitedEvent, Said } from './invitation.ts';
import { raised, revise, type Revisions } from './revision.ts';

/** What people were told of a conference last; plain data, as it is stored. */
export interface Told {
  readonly uri: XconUri;
  readonly version: number;
  /** How often people were told. */
  readonly round: number;
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

export interface ToldGuest extends Pick<Guest, 'key' | 'name' | 'chairs' | 'exempt' | 'zone'> {
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
  /** Occurrences of the series to which she does not come. */
  readonly out: readonly OccurrenceId[];
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
  const next: Record<string, ToldGuest> = {};
  const signs = signsOf(now, rules);
  for (const [uid, event] of now.events) {
    const before = told?.events[uid];
    const revisions = revise(before?.revisions, event.calendar);
    const guests = guestsOf(event);
    for (const guest of guests.values()) {
      const own = signs(guest, event);
      const known = told?.guests[guest.address]?.events[uid];
      const message = { guest: toldGuest(guest), uid, isNew: known === undefined, out: own.out };
      const said = news(known, own, rules.cancelled);
      if (said !== undefined) messages.push({ ...message, ...said });
      const others = next[guest.address]?.events ?? {};
      next[guest.address] = { ...storedGuest(guest), events: { ...others, [uid]: own } };
    }
    const gone = endsOf(told, uid).filter(({ guest }) => !guests.has(guest.address));
    messages.push(...gone);
    const cancels = gone.length > 0 && sameRevisions(before?.revisions, revisions);
    events[uid] = {
      text: rules.textOf(now, uid, event.calendar),
      revisions: cancels ? raised(revisions) : revisions,
    };
  }
  const { uri, version, organizer, title } = now;
  for (const uid of Object.keys(told?.events ?? {})) if (events[uid] === undefined) messages.push(...endsOf(told, uid));
  const round = (told?.round ?? 0) + 1;
  return { told: { uri, version, round, organizer, title, events, guests: next }, messages };
}

/** Everybody who comes to any of it, by address. */
function guestsOf({ said }: InvitedEvent): Map<string, Guest> {
  const guests = [...said.values()].toReversed().flatMap((one) => one.guests);
  return new Map(guests.map((guest) => [guest.address, guest]));
}

const storedGuest = ({ key, name, chairs, exempt, zone }: Guest) => ({
  key,
  chairs,
  ...(exempt === true && { exempt }),
  ...(zone !== undefined && { zone }),
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
  Object.entries(told?.guests ?? {}).flatMap(([address, guest]) => {
    const known = guest.events[uid];
    if (known === undefined) return [];
    const ids = known.signs[''] === undefined ? Object.keys(known.signs) : [''];
    return [{ guest: { ...guest, address }, uid, method: 'CANCEL' as const, ids, out: [], isNew: false }];
  });

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
  if (now.signs[''] === undefined && before.signs[''] !== undefined) return all;
  if (changed.includes('') || back.length > 0 || gone.length > 0) return all;
  if (out.length === 0) return changed.length === 0 ? undefined : { method: 'REQUEST', ids: changed };
  return changed.length === 0 && out.length <= mostCancelled ? { method: 'CANCEL', ids: out } : all;
}

/** A sign of each event as a guest reads it: its words and times, who comes, and what is for her alone. */
function signsOf(
  { joins, organizer }: Invitation,
  { shown, pins }: PlanRules,
): (guest: Guest, event: InvitedEvent) => ToldSigns {
  const addresses = joins.map(({ uri }) => uri);
  const texts = new Map<Said, Map<ICAL.Component, string>>();
  const textOf = (said: Said, event: ICAL.Component): string => {
    const known = texts.get(said) ?? new Map<ICAL.Component, string>();
    texts.set(said, known);
    let text = known.get(event);
    if (text === undefined) {
      const named = said.guests.filter((one) => one.shown).map(({ address, name }) => [address, name]);
      const people = named.length > shown ? [] : named;
      known.set(event, (text = JSON.stringify([said.title, said.about, organizer.name, people]) + contentOf(event)));
    }
    return text;
  };
  const hashes = new Map<string, string>();
  return (guest, { calendar, said }) => {
    const signs: Record<OccurrenceId, string> = {};
    const out = new Set(calendar.excluded);
    const own = JSON.stringify([guest.chairs, pins === 'invited' || guest.chairs ? joins : addresses]);
    for (const [id, event] of calendar.events) {
      const words = said.get(id) ?? said.get('');
      if (words === undefined || !words.guests.some(({ address }) => address === guest.address)) {
        if (id !== '') out.add(id);
        continue;
      }
      const text = own + textOf(words, event);
      const hash = hashes.get(text) ?? hashed(text);
      hashes.set(text, hash);
      signs[id] = hash;
    }
    return { signs, out: signs[''] === undefined ? [] : [...out] };
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
