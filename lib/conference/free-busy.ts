import type { Principal } from '../directory/principal.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { normaliseAddress, parseXconUserId, type XconUri } from '../model/identifiers.ts';
import type { Call } from './calls.ts';
import { findUser, type People } from './people.ts';
import { beyond, Refusal } from './refusal.ts';
import type { ConferenceRepository } from './repository.ts';
import type { Slices } from './slices.ts';
import { lengthOf, type TimeRules, timesOf } from './times.ts';

/** Of whom, and between which moments, in milliseconds since 1970. */
export interface AskedFreeBusy {
  /** Her XCON-USERID or one of her addresses; the caller when absent. */
  readonly of?: string;
  readonly from: number;
  readonly to: number;
}

/** When somebody is in conferences; milliseconds since 1970. */
export interface BusyTime {
  readonly start: number;
  readonly end: number;
}

export interface FreeBusyParts {
  readonly repository: Pick<ConferenceRepository, 'list'>;
  readonly people: People;
  readonly object: (uri: XconUri) => Promise<ConferenceObject | undefined>;
  readonly slices: Slices;
  readonly times: TimeRules;
  /** Conferences and times that are looked at, at most. */
  readonly most: number;
}

/**
 * When a user is in her conferences, merged and in order. Everybody who has an account may ask about everybody; others
 * do not learn of conferences in which she is not seen under her name.
 * @throws {Refusal} authentication-required, no-such-user, malformed, resources-exhausted
 */
export async function freeBusy(parts: FreeBusyParts, call: Call, asked: AskedFreeBusy): Promise<readonly BusyTime[]> {
  const { repository, times, slices, most } = parts;
  const { from, to } = asked;
  if (call.caller.kind !== 'user') throw new Refusal('authentication-required', 'Authenticate to ask who is free.');
  if (!(from < to) || to - from > times.horizon * DAY)
    throw new Refusal(
      'malformed',
      `Ask for a time of at most ${String(times.horizon)} days, with its end after its start.`,
    );
  const { principal } = call.caller;
  const person = asked.of === undefined ? principal : await personOf(asked.of, parts.people);
  const isOwn = person.userId === principal.userId || principal.systemAdministrator;
  const identities = [person.userId, ...person.addresses];
  const listed = await repository.list({ kind: 'conference', identities, limit: most + 1 });
  if (listed.length > most) throw tooMany(most);
  const busy: BusyTime[] = [];
  const slice = slices.begin();
  for (const { uri } of listed) {
    await slice.rest();
    const object = await parts.object(uri);
    if (object === undefined) continue;
    const key = identities.map((name) => findUser(object, name)).find((found) => found !== undefined);
    const facts = key && object.users.get(key)?.facts;
    if (facts === undefined || (!isOwn && facts.anonymity !== 'none')) continue;
    for (const one of timesOf(object, times)?.from(from) ?? []) {
      if (one.start >= to) break;
      busy.push({ start: Math.max(one.start, from), end: Math.min(one.start + lengthOf(one, times), to) });
      if (busy.length > most) throw tooMany(most);
      await slice.rest();
    }
  }
  return merged(busy);
}

const DAY = 86_400_000;

const tooMany = (most: number): Refusal =>
  beyond('ccmp.maxListEntries', `More than ${String(most)} conferences: ask for a shorter time.`);

async function personOf(name: string, people: People): Promise<Principal> {
  const id = parseXconUserId(name);
  const found =
    id === undefined ? await people.principalByAddress(normaliseAddress(name)) : await people.principalById(id);
  if (found === undefined) throw new Refusal('no-such-user', 'There is nobody of this name here.');
  return found;
}

/** Times that touch are one. */
function merged(times: readonly BusyTime[]): BusyTime[] {
  const one: BusyTime[] = [];
  for (const time of times.toSorted((a, b) => a.start - b.start)) {
    const last = one.at(-1);
    if (last !== undefined && time.start <= last.end)
      one[one.length - 1] = { ...last, end: Math.max(last.end, time.end) };
    else if (time.start < time.end) one.push(time);
  }
  return one;
}
