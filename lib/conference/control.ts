import type { Attempts } from '../directory/attempts.ts';
import { type ConferenceObject, ObjectEdit, type ObjectKind } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { ShapeError } from '../model/shape.ts';
import type { XmlElement } from '../xml/element.ts';
import { noSuchConference } from './admission.ts';
import type { Call, ObjectAnswer, ObjectEntry, UserAnswer } from './calls.ts';
import type { ChangeListener, Guard } from './changes.ts';
import { type CommitLimits, Commits, type Edited } from './commits.ts';
import { bringIn } from './joining.ts';
import { leave } from './leaving.ts';
import { blueprintFrom, conferenceFrom } from './making.ts';
import { settleOccurrence } from './occurrence.ts';
import { checkPassword } from './passwords.ts';
import { findUser, Identities, type People } from './people.ts';
import { Refusal } from './refusal.ts';
import type { ConferenceRepository } from './repository.ts';
import { checkEdit, completeSections } from './sections.ts';
import { type Standing, standingOf } from './standing.ts';
import { displayTextOf, purposeOf } from './summaries.ts';
import { updateConference, updateRoster } from './updating.ts';
import { updateOwnOrOther } from './user-update.ts';
import { type Reader, userElement, usersView, viewOf } from './views.ts';

export interface ControlLimits extends CommitLimits {
  /** Users in one conference at a time. */
  readonly users: number;
  /** Entries of one list of conferences. */
  readonly listed: number;
  /** Digits of the conference passwords that the server makes. */
  readonly passwordDigits: number;
}

export interface ControlParts {
  readonly repository: ConferenceRepository;
  readonly people: People;
  /** Counts wrong conference passwords. */
  readonly attempts: Attempts;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  readonly limits: ControlLimits;
  /** The blueprint that a conference is made from when its creator names none. */
  readonly defaultBlueprint: XconUri;
}

export const controlDefaults: Omit<ControlLimits, keyof CommitLimits> = {
  users: 20_000,
  listed: 10_000,
  passwordDigits: 10,
};

/** What a piece of work may use of the call that asked for it. */
export interface Work {
  readonly call: Call;
  readonly edit: ObjectEdit;
  readonly standing: Standing;
  readonly identities: Identities;
  readonly people: People;
  readonly limits: ControlLimits;
}

/** Changes that guards delayed are built anew so often when the object moves on meanwhile. */
const TRIES = 10;

/**
 * The conference control: the only writer of conference objects (RFC 5239 §5). Elements given to it bear the names of
 * the data model (`conference-info`, `users`, `user`), with placeholders AUTO_GENERATE_n still in them. Every method
 * resolves when its change is durable and throws a `Refusal` when the rules refuse.
 */
export class ConferenceControl {
  readonly #parts: ControlParts;
  readonly #commits: Commits;
  readonly #guards: Guard[] = [];

  constructor(parts: ControlParts) {
    this.#parts = parts;
    this.#commits = new Commits(parts.repository, parts.clock, parts.limits);
  }

  /** Asks the guard before each commit. */
  addGuard(guard: Guard): void {
    this.#guards.push(guard);
  }

  /** Calls the listener after each durable change, in order for each object. */
  onChange(listener: ChangeListener): void {
    this.#commits.onChange(listener);
  }

  /** Resolves when every change that was accepted is durable or given up. */
  drain(): Promise<void> {
    return this.#commits.drain();
  }

  async blueprints(call: Call): Promise<ObjectEntry[]> {
    if (call.caller.kind !== 'user') throw new Refusal('authentication-required', 'Authenticate to list blueprints.');
    return this.#list('blueprint', undefined);
  }

  async retrieveBlueprint(call: Call, uri: XconUri): Promise<ObjectAnswer> {
    const object = await this.#object(uri, 'blueprint', call);
    return answer(object, { level: 'organizer', self: undefined, profile: call.profile });
  }

  /** The entity of the document names the new blueprint, or it is generated. For system administrators. */
  async createBlueprint(call: Call, document: XmlElement): Promise<ObjectAnswer> {
    requireSystemAdministrator(call);
    return this.#create(call, document, (identities) => blueprintFrom(document, identities, this.#parts.people));
  }

  async updateBlueprint(call: Call, uri: XconUri, changes: XmlElement): Promise<ObjectAnswer> {
    requireSystemAdministrator(call);
    const after = await this.#change(call, uri, 'blueprint', changes, (work) => updateConference(work, changes));
    return answer(after, { level: 'organizer', self: undefined, profile: call.profile });
  }

  async deleteBlueprint(call: Call, uri: XconUri): Promise<void> {
    requireSystemAdministrator(call);
    const before = await this.#object(uri, 'blueprint', call);
    if (uri === this.#parts.defaultBlueprint) {
      throw new Refusal('not-for-this-object', 'The default blueprint stays: new conferences are made from it.');
    }
    await this.#commit({ before, touched: [] }, call);
  }

  /** The conferences that the caller organises, takes part in or is invited to; all for a system administrator. */
  async conferences(call: Call): Promise<ObjectEntry[]> {
    if (call.caller.kind !== 'user') throw new Refusal('authentication-required', 'Authenticate to list conferences.');
    const { userId, addresses, systemAdministrator } = call.caller.principal;
    const names = [userId, ...addresses];
    const domains = names.flatMap((name) => (name.includes('@') ? [`*${name.slice(name.lastIndexOf('@'))}`] : []));
    return this.#list('conference', systemAdministrator ? undefined : [...new Set([...names, ...domains])]);
  }

  async retrieve(call: Call, uri: XconUri): Promise<ObjectAnswer> {
    const { object, standing } = await this.#enter(call, uri, 'conference');
    return answer(object, readerOf(call, standing));
  }

  /** Clones `parent`, or builds from `document`, or clones the default blueprint (RFC 6503 §5.3.4). */
  async create(call: Call, source: { parent?: XconUri; document?: XmlElement }): Promise<ObjectAnswer> {
    if (call.caller.kind !== 'user')
      throw new Refusal('authentication-required', 'Authenticate to create a conference.');
    if (source.parent !== undefined && source.document !== undefined) {
      throw new Refusal(
        'malformed',
        'Send the confObjID of a parent to clone, or a confInfo, not both (RFC 6503 §5.3.4).',
      );
    }
    const parent = await this.#parent(call, source.parent ?? this.#parts.defaultBlueprint);
    const { people, limits } = this.#parts;
    return this.#create(call, source.document, (identities) =>
      conferenceFrom({ call, parent, document: source.document, identities, people, limits }),
    );
  }

  async update(call: Call, uri: XconUri, changes: XmlElement): Promise<ObjectAnswer> {
    const after = await this.#change(call, uri, 'conference', changes, (work) => updateConference(work, changes)).catch(
      refusedAs('conflict'),
    );
    return answer(after, { ...readerOf(call, standingOf(after, call.caller)), firstUriOnly: true });
  }

  async delete(call: Call, uri: XconUri): Promise<void> {
    for (;;) {
      const { standing } = await this.#enter(call, uri, 'conference');
      if (standing.level !== 'organizer')
        throw new Refusal('not-allowed', 'Only an organizer may delete a conference.');
      const clones = this.#clones;
      if ((await this.#parts.repository.dependants(uri, 1)).length > 0) {
        throw new Refusal('others-depend-on-it', 'Other conferences depend on this one: delete them first.');
      }
      const before = await this.#object(uri, 'conference', call);
      if (clones !== this.#clones) continue;
      return this.#commit({ before, touched: [] }, call);
    }
  }

  async retrieveUsers(call: Call, uri: XconUri): Promise<ObjectAnswer> {
    const { object, standing } = await this.#enter(call, uri, 'conference');
    return { uri, version: object.version, view: await usersView(object, readerOf(call, standing)) };
  }

  async updateUsers(call: Call, uri: XconUri, changes: XmlElement): Promise<{ version: number }> {
    const work = (all: Work): void => updateRoster(all, changes);
    return versionOf(await this.#change(call, uri, 'conference', changes, work).catch(refusedAs('protected')));
  }

  async retrieveUser(call: Call, uri: XconUri, entity?: XconUserId): Promise<UserAnswer> {
    const { object, standing } = await this.#enter(call, uri, 'conference');
    const key = entity === undefined || entity === standing.self ? standing.self : findUser(object, entity);
    return userAnswer(object, call, standing, key);
  }

  /** Without an element: the caller himself. A guest or newcomer must give one (RFC 6503 §5.3.6). */
  async createUser(call: Call, uri: XconUri, user?: XmlElement): Promise<UserAnswer> {
    let key: XconUserId | undefined;
    const enter = (object: ConferenceObject): Standing => standingOf(object, call.caller);
    const after = await this.#change(
      call,
      uri,
      'conference',
      user,
      (work) => {
        key = bringIn(work, user, (object, standing) => checkPassword(object, call, standing, this.#parts.attempts));
      },
      enter,
    );
    const standing = standingOf(
      after,
      call.caller.kind === 'newcomer' && key ? { kind: 'guest', userId: key } : call.caller,
    );
    return userAnswer(after, call, standing, key);
  }

  async updateUser(call: Call, uri: XconUri, user: XmlElement): Promise<{ version: number }> {
    const work = (all: Work): void => updateOwnOrOther(all, user);
    return versionOf(await this.#change(call, uri, 'conference', user, work).catch(refusedAs('protected')));
  }

  async deleteUser(call: Call, uri: XconUri, entity?: XconUserId): Promise<{ version: number }> {
    return versionOf(await this.#change(call, uri, 'conference', undefined, (work) => leave(work, entity)));
  }

  /** Counts clones of conferences, so that a deletion notices one that was made meanwhile. */
  #clones = 0;

  async #object(uri: XconUri, kind: ObjectKind, call: Call): Promise<ConferenceObject> {
    const object = await this.#commits.newest(uri);
    if (object?.header.kind === kind) return object;
    throw unknownTo(call);
  }

  /** The object and what the caller is to it: to a stranger it is not there; a protected one wants its password. */
  async #enter(call: Call, uri: XconUri, kind: ObjectKind): Promise<{ object: ConferenceObject; standing: Standing }> {
    const object = await this.#object(uri, kind, call);
    return { object, standing: this.#standing(object, call) };
  }

  #standing(object: ConferenceObject, call: Call): Standing {
    const standing = standingOf(object, call.caller);
    if (standing.level === undefined) throw unknownTo(call);
    checkPassword(object, call, standing, this.#parts.attempts);
    return standing;
  }

  async #parent(call: Call, uri: XconUri): Promise<{ object: ConferenceObject; reader: Reader }> {
    const object = await this.#commits.newest(uri);
    if (object === undefined) throw unknownTo(call);
    if (object.header.kind === 'blueprint') {
      return { object, reader: { level: 'organizer', self: undefined, profile: 'standard' } };
    }
    return { object, reader: readerOf({ ...call, profile: 'standard' }, this.#standing(object, call)) };
  }

  async #create(
    call: Call,
    document: XmlElement | undefined,
    make: (identities: Identities) => ObjectEdit,
  ): Promise<ObjectAnswer> {
    const identities = await Identities.in(document, this.#parts.people, principalOf(call));
    const edit = shaped(() => {
      const made = make(identities);
      completeSections(made, this.#parts.people.domain);
      settleOccurrence(made);
      checkEdit(made);
      return made;
    });
    const { uri } = edit.now;
    if ((await this.#commits.newest(uri)) !== undefined)
      throw new Refusal('conflict', 'The entity is taken: choose another.');
    const after = { ...edit.now, version: 1 };
    if (after.header.parent?.independent === false) this.#clones++;
    await this.#commit({ after, touched: edit.touched }, call);
    const reader = after.header.kind === 'blueprint' ? undefined : readerOf(call, standingOf(after, call.caller));
    return answer(after, {
      ...(reader ?? { level: 'organizer', self: undefined, profile: call.profile }),
      firstUriOnly: true,
    });
  }

  /** One change of one object: load, authorise, apply, complete, check, guards, commit. */
  async #change(
    call: Call,
    uri: XconUri,
    kind: ObjectKind,
    element: XmlElement | undefined,
    work: (work: Work) => void,
    enter = (object: ConferenceObject): Standing => this.#standing(object, call),
  ): Promise<ConferenceObject> {
    const { people, limits } = this.#parts;
    const identities = await Identities.in(element, people, principalOf(call));
    for (let tries = 0; tries < TRIES; tries++) {
      const before = await this.#object(uri, kind, call);
      const standing = enter(before);
      const edit = new ObjectEdit(before);
      withVersion(before.version, () =>
        shaped(() => {
          work({ call, edit, standing, identities, people, limits });
          completeSections(edit, people.domain);
          settleOccurrence(edit);
          checkEdit(edit);
        }),
      );
      if (edit.touched.length === 0 && edit.now.header === before.header) return before;
      const after = { ...edit.now, version: before.version + 1 };
      const edited = { before, after, touched: edit.touched };
      await this.#guard(edited, call);
      if (!this.#commits.isNewest(before)) continue;
      await this.#commits.commit([edited], byOf(call));
      return after;
    }
    throw new Refusal('took-too-long', 'The conference changes too fast: try again.');
  }

  async #commit(edited: Edited, call: Call): Promise<void> {
    await this.#guard(edited, call);
    if (edited.before !== undefined && !this.#commits.isNewest(edited.before)) {
      throw new Refusal('took-too-long', 'The conference changed meanwhile: try again.');
    }
    await this.#commits.commit([edited], byOf(call));
  }

  async #guard(edited: Edited, call: Call): Promise<void> {
    const uri = (edited.after ?? edited.before)?.uri;
    if (uri === undefined || this.#guards.length === 0) return;
    for (const guard of this.#guards) await guard({ uri, ...edited, by: byOf(call) });
  }

  async #list(kind: ObjectKind, identities: readonly string[] | undefined): Promise<ObjectEntry[]> {
    const { listed } = this.#parts.limits;
    const found = await this.#parts.repository.list({ kind, limit: listed + 1, ...(identities && { identities }) });
    if (found.length > listed)
      throw new Refusal('resources-exhausted', `More than ${listed} conferences: narrow the list.`);
    return found.map(({ uri, description }) => ({ uri, ...displayTextOf(description), ...purposeOf(description) }));
  }
}

const principalOf = (call: Call) => (call.caller.kind === 'user' ? call.caller.principal : undefined);

const versionOf = ({ version }: ConferenceObject): { version: number } => ({ version });

const byOf = ({ caller }: Call): string =>
  caller.kind === 'user' ? caller.principal.userId : caller.kind === 'guest' ? 'guest' : 'newcomer';

const readerOf = (call: Call, standing: Standing): Reader => ({
  level: standing.level ?? 'invited',
  self: standing.self,
  profile: call.profile,
});

/** To those who are nobody here yet, what is closed and what is not there ask for the same: authentication. */
const unknownTo = ({ caller }: Call): Refusal =>
  caller.kind === 'user'
    ? noSuchConference()
    : new Refusal('authentication-required', 'Authenticate to use a conference.');

function requireSystemAdministrator(call: Call): void {
  if (principalOf(call)?.systemAdministrator === true) return;
  throw new Refusal('not-for-this-object', 'Only a system administrator changes blueprints.');
}

async function answer(object: ConferenceObject, reader: Reader): Promise<ObjectAnswer> {
  return { uri: object.uri, version: object.version, view: await viewOf(object, reader) };
}

function userAnswer(object: ConferenceObject, call: Call, standing: Standing, key: XconUserId | undefined): UserAnswer {
  const record = key === undefined ? undefined : object.users.get(key);
  const user = key && record && userElement(object, key, record, readerOf(call, standing));
  if (user === undefined) throw new Refusal('no-such-user', 'There is no such user in this conference.');
  const caller = call.caller.kind === 'user' ? call.caller.principal.userId : standing.self;
  if (caller === undefined) throw unknownTo(call);
  return { version: object.version, caller, user };
}

/** A request that does not have the shape of the data model is malformed. */
function shaped<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof ShapeError) throw new Refusal('malformed', `${error.message}.`);
    throw error;
  }
}

/** A refused change tells the version that it met. */
function withVersion<T>(version: number, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal(error.reason, error.message, version);
    throw error;
  }
}

/** What is not allowed is called differently in each kind of update (RFC 6503 §5.3.4–§5.3.6). */
const refusedAs =
  (reason: 'conflict' | 'protected') =>
  (error: unknown): never => {
    if (error instanceof Refusal && error.reason === 'not-allowed')
      throw new Refusal(reason, error.message, error.version);
    throw error;
  };
