import type { Arrival, ArrivalGuard } from '../conference/changes.ts';
import { Refusal } from '../conference/refusal.ts';
import type { Principal } from '../directory/principal.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { sipUriOf, type XconUri, type XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import type { XmlElement } from '../xml/element.ts';
import { identityOf, normaliseIdentity } from './identity.ts';
import { decide, isActive, type Communication, type Decision } from './rules.ts';
import { ALLOWED, type CallScreening, type Party, type Verdict } from './screening.ts';
import type { BarringRules } from './simservs.ts';

export interface BarringParts {
  readonly documents: { rules(user: XconUserId): BarringRules };
  /** The users of the directory. */
  readonly people: {
    principalById(userId: XconUserId): Promise<Principal | undefined>;
    principalByAddress(address: string): Promise<Principal | undefined>;
  };
  /** Of the conferences' SIP URIs. */
  readonly domain: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** `matching`: rules bar what they match. `any`: who has an active rule that bars anything neither joins nor is added. */
  readonly barring?: 'matching' | 'any';
}

type Words = Readonly<Record<Exclude<Decision, 'allowed'>, string>>;

const JOINING: Words = {
  barred: 'Your communication barring does not let you call this conference.',
  anonymity: 'Your communication barring does not let you call this conference.',
};
const ADDING: Words = {
  barred: 'Your communication barring does not let you call this user.',
  anonymity: 'Your communication barring does not let you call this user.',
};
const ADDED: Words = {
  barred: 'The communication barring of this user takes no call from you or from this conference.',
  anonymity: 'The communication barring of this user takes no anonymous call.',
};

/** Communication barring: the rules of users decide whether they join conferences and are added (3GPP TS 24.611). */
export class CommunicationBarring implements CallScreening {
  readonly #parts: BarringParts;

  constructor(parts: BarringParts) {
    this.#parts = parts;
  }

  /** For the conference control: asked of everybody who comes in or is added. */
  readonly guard: ArrivalGuard = (arrival) => {
    const { uri } = arrival.object;
    const comes = partyOf(arrival);
    const media = mediaOf(arrival);
    const verdict = arrival.joins ? this.#join(comes, uri, media) : this.#add(callerOf(arrival), comes, uri, media);
    if (verdict.allowed) return undefined;
    return new Refusal(verdict.status === 433 ? 'anonymity-disallowed' : 'barred', verdict.text);
  };

  join(caller: Party, conference: XconUri, media: readonly string[]): Promise<Verdict> {
    return Promise.resolve(this.#join(caller, conference, media));
  }

  /** Asks the rules of everybody whom the addresses lead to, in whatever spelling they were given. */
  async add(adder: Party | undefined, invitee: Party, conference: XconUri, media: readonly string[]): Promise<Verdict> {
    const owners = new Set([invitee.userId]);
    for (const address of invitee.addresses)
      for (const name of new Set([address, normaliseIdentity(address)]))
        owners.add((await this.#parts.people.principalByAddress(name))?.userId);
    const by = adder && (await this.#withAddresses(adder));
    for (const userId of owners) {
      const verdict = this.#add(by, { ...invitee, userId }, conference, media);
      if (!verdict.allowed) return verdict;
    }
    return ALLOWED;
  }

  /** Who is a user of the directory is so under all of her addresses, wherever she is now. */
  async #withAddresses(party: Party): Promise<Party> {
    const principal = party.userId && (await this.#parts.people.principalById(party.userId));
    if (principal === undefined) return party;
    return { ...party, addresses: [principal.userId, ...principal.addresses, ...party.addresses] };
  }

  #join(caller: Party, conference: XconUri, media: readonly string[]): Verdict {
    if (caller.userId === undefined) return ALLOWED;
    if (this.#isBarredFromAll(caller.userId)) return verdictOf('barred', JOINING);
    const other = { addresses: this.#namesOf(conference) };
    return verdictOf(this.#decide('outgoing', caller.userId, caller, other, media), JOINING);
  }

  #add(adder: Party | undefined, invitee: Party, conference: XconUri, media: readonly string[]): Verdict {
    if (adder?.userId !== undefined) {
      const decision = this.#decide('outgoing', adder.userId, adder, invitee, media);
      if (decision !== 'allowed') return verdictOf('barred', ADDING);
    }
    if (invitee.userId === undefined) return ALLOWED;
    if (this.#isBarredFromAll(invitee.userId)) return verdictOf('barred', ADDED);
    // She is called by the conference on behalf of the adder: her rules may name either.
    const other = {
      addresses: [...(adder?.addresses ?? []), ...this.#namesOf(conference)],
      anonymous: adder?.anonymous === true,
      diverted: invitee.diverted === true,
    };
    return verdictOf(this.#decide('incoming', invitee.userId, invitee, other, media), ADDED);
  }

  #decide(
    which: keyof BarringRules,
    user: XconUserId,
    served: Party,
    other: Pick<Party, 'addresses' | 'anonymous' | 'diverted'>,
    media: readonly string[],
  ): Decision {
    const rules = this.#parts.documents.rules(user)[which];
    if (rules.length === 0) return 'allowed';
    const communication: Communication = {
      identities: other.addresses.map(identityOf),
      anonymous: other.anonymous === true,
      media: media.map((one) => one.toLowerCase()),
      roaming: served.roaming === true,
      diverted: other.diverted === true,
      at: this.#parts.now(),
    };
    return decide(rules, communication);
  }

  #isBarredFromAll(user: XconUserId): boolean {
    if (this.#parts.barring !== 'any') return false;
    const { incoming, outgoing } = this.#parts.documents.rules(user);
    const at = this.#parts.now();
    return [...incoming, ...outgoing].some((rule) => isActive(rule, at));
  }

  #namesOf(conference: XconUri): readonly string[] {
    return [conference, sipUriOf(conference, this.#parts.domain)];
  }
}

const verdictOf = (decision: Decision, words: Words): Verdict =>
  decision === 'allowed'
    ? ALLOWED
    : { allowed: false, status: decision === 'anonymity' && words === ADDED ? 433 : 603, text: words[decision] };

/** A guest has no rules, and what she says of her addresses is not proven. */
function partyOf({ user, record: { facts }, endpoints }: Arrival): Party {
  const called = endpoints.map((endpoint) => endpoint.attribute('entity') ?? '');
  if (facts.alias !== undefined) return { addresses: called };
  return { userId: user, addresses: [user, ...facts.addresses, ...called] };
}

/**
 * Who adds her: who makes the change; whom the conference calls of itself, its organizer adds. Whom it shows under no name, he calls
 * under none.
 */
function callerOf({ caller, callersRecord, object }: Arrival): Party | undefined {
  if (caller.kind !== 'user') return { addresses: [], anonymous: true };
  if (isServer(caller.principal)) return organizerOf(object);
  const { userId, addresses } = caller.principal;
  const anonymity = callersRecord?.facts.anonymity ?? 'none';
  return { userId, addresses: [userId, ...addresses], anonymous: anonymity !== 'none' };
}

/** No login holds the sign in its name. */
const isServer = ({ userId }: Principal): boolean => userId.startsWith('xcon-userid:%');

function organizerOf({ users }: ConferenceObject): Party | undefined {
  for (const [userId, { facts }] of users)
    if (facts.privilege === 'organizer')
      return { userId, addresses: [userId, ...facts.addresses], anonymous: facts.anonymity !== 'none' };
  return undefined;
}

/** The media with which she comes; where she says nothing of them those that the conference has. */
function mediaOf({ endpoints, object }: Arrival): readonly string[] {
  const own = endpoints.flatMap((endpoint) => endpoint.all(CONFERENCE_INFO, 'media')).map(typeOf);
  return own.length > 0 ? own : availableMedia(object);
}

const DESCRIPTION = `{${CONFERENCE_INFO}}conference-description`;

const availableMedia = ({ sections }: ConferenceObject): readonly string[] =>
  (
    sections.get(DESCRIPTION)?.element.first(CONFERENCE_INFO, 'available-media')?.all(CONFERENCE_INFO, 'entry') ?? []
  ).map(typeOf);

const typeOf = (media: XmlElement): string => media.first(CONFERENCE_INFO, 'type')?.text.trim() ?? '';
