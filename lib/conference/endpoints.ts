import { CONFERENCES, type ConferenceObject } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info, XCON, xcon } from '../model/names.ts';
import { endpointsOf, statusOf, type UserRecord, userRecord } from '../model/user.ts';
import { XmlElement, type XmlNode } from '../xml/element.ts';
import { banned, isBanned, unknownTo } from './admission.ts';
import { callTargets } from './asked-targets.ts';
import type { Call } from './calls.ts';
import { type EndpointState, withState } from './endpoint-state.ts';
import { enrol } from './enrolment.ts';
import { checkReferring, comesByItself, type Came } from './joining.ts';
import type { ConferenceObjects } from './objects.ts';
import type { ControlParts, Work } from './control-parts.ts';
import { checkPassword, needsPassword } from './passwords.ts';
import { Refusal } from './refusal.ts';
import type { Standing } from './standing.ts';

/** Somebody who calls a conference. */
export interface DialIn {
  /** The endpoint's: where it is, unique in its user. One of the same that is there already is replaced. */
  readonly entity: string;
  readonly state: EndpointState;
  /** What a guest calls herself. */
  readonly displayText?: string;
  /** The others are not to know who it is. */
  readonly anonymous?: boolean;
  /** The operator is called for her where the conference directs her to him. */
  readonly isDirected?: boolean;
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
   * still to be asked for
   */
  async check(call: Call, uri: XconUri, arrival: DialIn): Promise<Welcome> {
    let asks = false;
    const came = await this.#come({ ...arrival, ask: () => (asks = true) }, (work) =>
      this.#objects.tryChange(call, uri, CONFERENCES, work, mayKnow(call)),
    );
    return { ...came, asks };
  }

  /** Somebody comes in by a call: by the same rules as userRequest/create. */
  async dialIn(call: Call, uri: XconUri, arrival: DialIn): Promise<DialledIn> {
    return this.#come(arrival, (work) => this.#objects.change(call, uri, CONFERENCES, undefined, work, mayKnow(call)));
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
      const next = withEndpoints(record, (one) => (going.includes(one) ? [] : [one]));
      edit.setUser(user, next.facts.origin === 'joined' && next.facts.endpoints === 0 ? undefined : next);
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
      const media = types.map((type, at) => ({ id: String(at + 1), type, status: 'sendrecv' as const }));
      all.judge({ user, record, endpoints: [withState(endpoint, { media })], joins: true });
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

  async #come(arrival: Asked, change: (work: (work: Work) => void) => Promise<ConferenceObject>): Promise<DialledIn> {
    let came: Came | undefined;
    const object = await change((work) => void (came = this.#bring(work, arrival)));
    if (came === undefined) throw new Error('a change has worked before it is done');
    return { ...came, object };
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

  #bring(work: Work, { entity, state, displayText, anonymous, isDirected = false, ask }: Asked): Came {
    const endpoint = withState(info('endpoint', { entity }), { status: 'connected', ...state });
    const user = info('user', {}, [
      ...(displayText === undefined ? [] : [info('display-text', {}, [displayText])]),
      endpoint,
      ...(anonymous === true ? [xcon('provide-anonymity', {}, ['private'])] : []),
    ]);
    const { call, edit } = work;
    const came = comesByItself(work, user, isDirected, (object, standing) => {
      if (ask !== undefined && call.password === undefined && needsPassword(object, standing)) ask();
      else checkPassword(object, call, standing, this.#attempts);
    });
    const record = edit.now.users.get(came.key);
    if (record === undefined) return came;
    // Whatever stood there of an earlier call is over.
    const next = came.entry === 'in' ? endpoint : withState(endpoint, { status: 'pending' });
    edit.setUser(
      came.key,
      withEndpoints(record, (one) => [entityOf(one) === entity ? next : one]),
    );
    return came;
  }
}

interface Asked extends DialIn {
  /** The password is missing, and may come later. */
  readonly ask?: () => void;
}

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

const entityOf = (endpoint: XmlElement): string | undefined => endpoint.attribute('entity')?.trim();

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
