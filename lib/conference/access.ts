import { CONFERENCES, type ConferenceObject, type ObjectKind, type SidebarKind } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { unknownTo } from './admission.ts';
import type { Call, ObjectEntry } from './calls.ts';
import type { Commits } from './commits.ts';
import type { AskedFilter } from './filter.ts';
import { type ListQuery, ObjectLists } from './object-lists.ts';
import type { ControlParts } from './control-parts.ts';
import { checkPassword } from './passwords.ts';
import { Refusal } from './refusal.ts';
import { allowsSubscription, type Sight } from './sight.ts';
import { seenSidebars, sidebarSections } from './sidebar-views.ts';
import { mainConferenceOf, standingIn } from './sidebars.ts';
import type { Standing } from './standing.ts';
import { NO_SIDEBARS, readerOf, type SidebarSections } from './views.ts';

/** Conference objects as callers reach them: what one may not know of is not there. */
export class ObjectAccess {
  readonly #parts: Pick<ControlParts, 'attempts' | 'limits'>;
  readonly #commits: Commits;
  readonly #lists: ObjectLists;

  constructor(parts: ControlParts, commits: Commits) {
    this.#parts = parts;
    this.#commits = commits;
    this.#lists = new ObjectLists(parts.repository, (uri) => commits.durable(uri), parts.limits);
  }

  /** @throws {Refusal} when there is no such object of the kind */
  async object(uri: XconUri, kinds: ObjectKind | readonly ObjectKind[], call: Call): Promise<ConferenceObject> {
    const object = await this.#commits.newest(uri);
    if (object !== undefined && isOf(kinds, object)) return object;
    throw unknownTo(call.caller);
  }

  /** The same without waiting; undefined where it has to be asked for, or is not there. */
  atHand(uri: XconUri, kinds: ObjectKind | readonly ObjectKind[]): ConferenceObject | undefined {
    const object = this.#commits.atHand(uri);
    return object !== undefined && isOf(kinds, object) ? object : undefined;
  }

  /**
   * The durable object and what the caller is to it: to a stranger it is not there; a protected one wants its password.
   */
  async enter(
    call: Call,
    uri: XconUri,
    kinds: ObjectKind | readonly ObjectKind[],
  ): Promise<{ object: ConferenceObject; standing: Standing }> {
    for (;;) {
      const object = await this.object(uri, kinds, call);
      const standing = await this.letIn(object, call);
      if (await this.#commits.becomesDurable(object)) return { object, standing };
    }
  }

  /** What the caller is to an object. */
  standing(object: ConferenceObject, { caller }: Call): Standing | Promise<Standing> {
    const main = mainConferenceOf(object);
    if (main === undefined) return standingIn(object, undefined, caller);
    return this.#commits.newest(main).then((conference) => standingIn(object, conference, caller));
  }

  /** The same, of somebody who watches; undefined when he may not. */
  async watching(object: ConferenceObject, call: Call): Promise<Standing | undefined> {
    const standing = await this.standing(object, call);
    return mayWatch(object, standing) ? standing : undefined;
  }

  /** Lets somebody watch a conference. @throws {Refusal} also where it allows no subscription */
  async watch(call: Call, uri: XconUri): Promise<Sight> {
    const { object } = await this.enter(call, uri, CONFERENCES);
    if (!allowsSubscription(object)) throw new Refusal('not-allowed', 'This conference allows no subscription.');
    const sight = await this.sight(object, call);
    if (sight === undefined) throw unknownTo(call.caller);
    return sight;
  }

  /** What there is to see for somebody who watches, at once where no other object has a say; undefined when he may not. */
  sight(object: ConferenceObject, call: Call): Sight | undefined | Promise<Sight | undefined> {
    if (mainConferenceOf(object) !== undefined || object.sidebars.size > 0) return this.#sightBeside(object, call);
    const standing = standingIn(object, undefined, call.caller);
    return mayWatch(object, standing) ? { object, reader: readerOf(call, standing), sidebars: NO_SIDEBARS } : undefined;
  }

  /** What the caller is to an object, checked. */
  async letIn(object: ConferenceObject, call: Call): Promise<Standing> {
    const standing = await this.standing(object, call);
    this.check(object, call, standing);
    return standing;
  }

  /** @throws {Refusal} to a stranger, and without the password */
  check(object: ConferenceObject, call: Call, standing: Standing): void {
    if (standing.level === undefined) throw unknownTo(call.caller);
    checkPassword(object, call, standing, this.#parts.attempts);
  }

  /** The newest value, once it is durable. */
  durable(uri: XconUri): Promise<ConferenceObject | undefined> {
    return this.#commits.durable(uri);
  }

  /** The main conference of a sidebar. */
  async mainConference(object: ConferenceObject): Promise<ConferenceObject | undefined> {
    const uri = mainConferenceOf(object);
    return uri === undefined ? undefined : this.#commits.newest(uri);
  }

  /** What the document of a conference shows the caller of its sidebars. */
  sidebarSections(object: ConferenceObject, call: Call): SidebarSections | Promise<SidebarSections> {
    if (object.sidebars.size === 0) return NO_SIDEBARS;
    return sidebarSections(object, call, (uri) => this.#commits.durable(uri));
  }

  /** The entries of one kind that a list of sidebars shows the caller. */
  sidebars(object: ConferenceObject, kind: SidebarKind, call: Call, filter?: AskedFilter): Promise<readonly Buffer[]> {
    const chosen = filter && { filter, limits: this.#parts.limits };
    return seenSidebars(object, kind, call, (uri) => this.#commits.durable(uri), chosen);
  }

  list(call: Call, query: ListQuery, filter: AskedFilter | undefined): Promise<ObjectEntry[]> {
    return this.#lists.list(call, query, filter);
  }

  async #sightBeside(object: ConferenceObject, call: Call): Promise<Sight | undefined> {
    const standing = await this.watching(object, call);
    if (standing === undefined) return undefined;
    const sidebars = await this.sidebarSections(object, call);
    return { object, reader: readerOf(call, standing), sidebars };
  }
}

const mayWatch = (object: ConferenceObject, { level }: Standing): boolean =>
  level !== undefined && allowsSubscription(object);

const isOf = (kinds: ObjectKind | readonly ObjectKind[], { header }: ConferenceObject): boolean =>
  typeof kinds === 'string' ? header.kind === kinds : kinds.includes(header.kind);
