import { CONFERENCES, type ConferenceObject } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info, XCON, xcon } from '../model/names.ts';
import { endpointsOf, entityOf, isPresent, statusOf, type UserRecord, userRecord } from '../model/user.ts';
import { XmlElement, type XmlNode } from '../xml/element.ts';
import { banned, isBanned, unknownTo } from './admission.ts';
import { callTargets } from './asked-targets.ts';
import type { Call } from './calls.ts';
import { type Came, type Comer, letCome, takeIn } from './dialling-in.ts';
import { type EndpointState, withState } from './endpoint-state.ts';
import { enrol } from './enrolment.ts';
import { checkReferring } from './joining.ts';
import { checkWindow } from './life.ts';
import type { ConferenceObjects } from './objects.ts';
import type { ControlParts, Work } from './control-parts.ts';
import { checkPassword, needsPassword } from './passwords.ts';
import { Refusal } from './refusal.ts';
import type { Standing } from './standing.ts';
import { timesOf } from './times.ts';

/** Somebody who asks to come in by a call. */
export interface Knock {
  /** The endpoint's: where it is, unique in its user. One of the same that is there already is replaced. */
  readonly entity: string;
  /** Types of media that are offered. */
  readonly types: readonly string[];
  /** The operator is called for her where the conference directs her to him. */
  readonly isDirected?: boolean;
}

/** Somebody who comes in by a call. */
export interface DialIn extends Omit<Knock, 'types'> {
  readonly state: EndpointState;
  /** What a guest calls herself. */
  readonly displayText?: string;
  /** The others are not to know who it is. */
  readonly anonymous?: boolean;
}

/** Who came in by a call, or waits to be let in. */
export interface DialledIn extends Came {
  readonly object: ConferenceObject;
}

/** Who may come in, if she knows the conference password where it `asks` for one. */
export interface Welcome extends DialledIn {
  readonly asks: boolean;
}

/** The endpoints of a conference as the focus brings and keeps them; it is the only one who knows their state (RFC 4353 §5). */
export class Endpoints {
  readonly #objects: ConferenceObjects;
  readonly #attempts: ControlParts['attempts'];
  readonly #focus: Call;

  constructor(objects: ConferenceObjects, { attempts, people }: Pick<ControlParts, 'attempts' | 'people'>) {
    this.#objects = objects;
    this.#attempts = attempts;
    this.#focus = callOfFocus(people.domain);
  }

  /**
   * Whether somebody could come in by a call now; changes nothing. @throws {Refusal} as `dialIn` does, but not for a password that is
   * still to be asked for, nor for what she says of herself
   */
  async check(call: Call, uri: XconUri, { entity, types, isDirected = false }: Knock): Promise<Welcome> {
    let asks = false;
    let comer: Comer | undefined;
    const work = (all: Work): void => {
      const { edit, now, rules } = all;
      comer = letCome(all, isDirected, (object, standing) => {
        asks = call.password === undefined && needsPassword(object, standing);
        if (!asks) checkPassword(object, call, standing, this.#attempts);
      });
      const { key: user, kept } = comer;
      const there = edit.now.users.get(user);
      const record = there ?? userRecord(comer.user, kept);
      all.judge({ user, record, endpoints: [offering(info('endpoint', { entity }), types)], joins: true });
      if (there === undefined || !(isPresent(there.facts) || there.facts.pending))
        checkWindow(edit.now, timesOf(edit.now, rules), now);
    };
    const object = await this.#objects.tryChange(call, uri, CONFERENCES, work, mayKnow(call));
    return { ...came(comer), object, asks };
  }

  /** Somebody comes in by a call: by the same rules as userRequest/create. */
  async dialIn(call: Call, uri: XconUri, { isDirected = false, ...arrival }: DialIn): Promise<DialledIn> {
    let comer: Comer | undefined;
    const work = (all: Work): void => {
      comer = letCome(all, isDirected, (object, standing) => checkPassword(object, call, standing, this.#attempts));
      takeIn(all, comer, saidBy(arrival), endpointAs(comer, arrival));
    };
    const object = await this.#objects.change(call, uri, CONFERENCES, undefined, work, mayKnow(call));
    return { ...came(comer), object };
  }

  /**
   * What the focus knows of an endpoint now, if its status is among these; undefined where there is no such endpoint any
   * more.
   */
  async report(
    uri: XconUri,
    user: XconUserId,
    entity: string,
    state: EndpointState,
    among?: ReadonlySet<string>,
  ): Promise<ConferenceObject | undefined> {
    const object = await this.#change(uri, ({ edit }) => {
      const record = edit.now.users.get(user);
      const endpoint = record && endpointOf(record, entity);
      if (record === undefined || endpoint === undefined || among?.has(statusOf(endpoint)) === false) return;
      const next = withState(endpoint, state);
      edit.setUser(
        user,
        withEndpoints(record, (one) => (one === endpoint ? [next] : [one])),
      );
    });
    const after = object?.users.get(user);
    return after !== undefined && endpointOf(after, entity) !== undefined ? object : undefined;
  }

  /** The others are not to know who somebody is (RFC 3323), unless they are to know even less. */
  async conceal(uri: XconUri, user: XconUserId): Promise<void> {
    await this.#change(uri, ({ edit, identities }) => {
      const record = edit.now.users.get(user);
      if (record === undefined || record.facts.anonymity !== 'none') return;
      const { origin, alias } = record.facts;
      const kept = record.part.element.elements.filter((child) => !child.is(XCON, 'provide-anonymity'));
      const element = record.part.element.withChildren([...kept, xcon('provide-anonymity', {}, ['private'])]);
      enrol(edit, user, element, { origin, ...(alias && { alias }) }, identities);
    });
  }

  /**
   * Endpoints, if their status is among these, are in the conference no more; nor is its user by the last of them, where she is
   * named in the occurrence only.
   */
  async remove(
    uri: XconUri,
    user: XconUserId,
    entities: readonly string[],
    among?: ReadonlySet<string>,
  ): Promise<void> {
    await this.#change(uri, ({ edit }) => {
      const record = edit.now.users.get(user);
      const there = entities.flatMap((entity) => (record && endpointOf(record, entity)) ?? []);
      const going = there.filter((endpoint) => among?.has(statusOf(endpoint)) !== false);
      if (record === undefined || going.length === 0) return;
      const { origin, endpoints } = record.facts;
      const isGone = origin === 'joined' && going.length === endpoints;
      edit.setUser(user, isGone ? undefined : withEndpoints(record, (one) => (going.includes(one) ? [] : [one])));
    });
  }

  /** Those whom the list of a conference names under these names, and who are to be called, are being called. */
  async callTargets(uri: XconUri, names: readonly string[]): Promise<void> {
    await this.#change(uri, (work) => callTargets(work, names));
  }

  /** Whether somebody may let the focus ask others to call. @throws {Refusal} */
  checkReferring(call: Call, uri: XconUri): Promise<ConferenceObject> {
    const work = ({ standing }: Work): void => checkReferring(standing);
    return this.#objects.tryChange(call, uri, CONFERENCES, work, mayKnow(call));
  }

  /**
   * Whether a participant may add media of these types to a call of hers: by the rules by which she would join with them.
   * @throws {Refusal}
   */
  async checkMedia(
    call: Call,
    uri: XconUri,
    user: XconUserId,
    entity: string,
    types: readonly string[],
  ): Promise<void> {
    const work = (all: Work): void => {
      const { edit, standing } = all;
      const record = edit.now.users.get(user);
      const endpoint = record && endpointOf(record, entity);
      if (record === undefined || endpoint === undefined)
        throw new Refusal('not-allowed', 'You are not in this conference any more.');
      const { addresses } = record.facts;
      const isPrivileged = standing.level === 'moderator' || standing.level === 'organizer';
      if (!isPrivileged && isBanned(edit.now, { userId: user, addresses })) throw banned();
      all.judge({ user, record, endpoints: [offering(endpoint, types)], joins: true });
    };
    await this.#objects.tryChange(call, uri, CONFERENCES, work, mayKnow(call));
  }

  /** The conference as it is stored; undefined where there is none. */
  object(uri: XconUri): Promise<ConferenceObject | undefined> {
    return this.#objects.access.durable(uri);
  }

  /** The sidebar of a conference in which a user is, by the last that says so. */
  async sidebarOf(
    { sidebars }: ConferenceObject,
    user: XconUserId,
    isIn: (record: UserRecord | undefined) => boolean,
  ): Promise<XconUri | undefined> {
    let found: XconUri | undefined;
    for (const uri of sidebars.keys())
      if (isIn((await this.#objects.access.durable(uri))?.users.get(user))) found = uri;
    return found;
  }

  /** Nothing where the conference is no more. */
  async #change(uri: XconUri, work: (work: Work) => void): Promise<ConferenceObject | undefined> {
    try {
      return await this.#objects.change(this.#focus, uri, CONFERENCES, undefined, work, () => undefined);
    } catch (error) {
      if (error instanceof Refusal && error.reason === 'no-such-conference') return undefined;
      throw error;
    }
  }
}

/** Who has come by a change that is done. */
function came(comer: Comer | undefined): Came {
  if (comer === undefined) throw new Error('a change has worked before it is done');
  return { key: comer.key, entry: comer.entry };
}

const saidBy = ({ displayText, anonymous }: Omit<DialIn, 'isDirected'>): XmlElement[] => [
  ...(displayText === undefined ? [] : [info('display-text', {}, [displayText])]),
  ...(anonymous === true ? [xcon('provide-anonymity', {}, ['private'])] : []),
];

const endpointAs = ({ entry }: Came, { entity, state }: Omit<DialIn, 'isDirected'>): XmlElement => {
  const entered: EndpointState = entry === 'in' ? { status: 'connected', ...state } : { ...state, status: 'pending' };
  return withState(info('endpoint', { entity }), entered);
};

/** An endpoint as one that offers media of these types. */
const offering = (endpoint: XmlElement, types: readonly string[]): XmlElement =>
  withState(endpoint, { media: types.map((type, at) => ({ id: String(at + 1), type, status: 'sendrecv' })) });

/** How the focus appears to the rules where nobody asked for what it does; no login holds the sign in its name. */
function callOfFocus(domain: string): Call {
  const userId = `xcon-userid:%focus@${domain}` as XconUserId;
  const principal = { userId, addresses: [], systemAdministrator: true };
  return { caller: { kind: 'user', principal }, source: 'focus', profile: 'standard' };
}

/** A stranger may come into a conference by himself; into a sidebar only those come who are asked. */
const mayKnow =
  (call: Call) =>
  ({ header }: ConferenceObject, { level }: Standing): void => {
    if (level === undefined && header.kind !== 'conference') throw unknownTo(call.caller);
  };

export const endpointOf = ({ part }: Pick<UserRecord, 'part'>, entity: string): XmlElement | undefined =>
  endpointsOf(part.element).find((one) => entityOf(one) === entity);

function withEndpoints(
  { part, facts }: UserRecord,
  change: (endpoint: XmlElement) => readonly XmlElement[],
): UserRecord {
  const children = part.element.children.flatMap((child): readonly XmlNode[] =>
    child instanceof XmlElement && child.is(CONFERENCE_INFO, 'endpoint') ? change(child) : [child],
  );
  const { origin, number, alias } = facts;
  const kept = { origin, ...(number !== undefined && { number }), ...(alias !== undefined && { alias }) };
  return userRecord(part.element.withChildren(children), kept);
}
