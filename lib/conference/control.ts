import type { Principal } from '../directory/principal.ts';
import {
  CONFERENCES,
  type ConferenceObject,
  type OccurrenceRange,
  type SeriesChild,
  type SidebarKind,
} from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';
import { unknownTo } from './admission.ts';
import { answer, callerId, userAnswer, versionOf } from './answers.ts';
import type {
  Call,
  ChangesAnswer,
  ObjectAnswer,
  ObjectEntry,
  SidebarsAnswer,
  SummaryAnswer,
  UserAnswer,
} from './calls.ts';
import { roomNote } from './booking.ts';
import { checkFocus, publishUsers } from './cascading.ts';
import type { ArrivalGuard, ChangeListener, Guard } from './changes.ts';
import { changesSince } from './changes-since.ts';
import { Endpoints } from './endpoints.ts';
import type { AskedFilter } from './filter.ts';
import { type AskedFreeBusy, type BusyTime, freeBusy } from './free-busy.ts';
import { identitiesOfUser } from './identities.ts';
import { bringIn, type BroughtIn } from './joining.ts';
import { leave } from './leaving.ts';
import { blueprintFrom, conferenceFrom } from './making.ts';
import { ConferenceObjects } from './objects.ts';
import type { ControlParts, Work } from './control-parts.ts';
import { principalOf } from './callers.ts';
import { checkPassword } from './passwords.ts';
import { plannedConferences, type PlannedConference } from './planning.ts';
import { Refusal, refusedAs } from './refusal.ts';
import { seenChange, type SeenChange } from './seen-change.ts';
import { allowsSubscription, type Sight } from './sight.ts';
import { Slices } from './slices.ts';
import type { Standing } from './standing.ts';
import { OccurrenceControl } from './occurrence-control.ts';
import type { AskedOccurrences, OccurrencesAnswer, Steering } from './steering.ts';
import { summaryOf } from './summaries.ts';
import { targetUser } from './target-user.ts';
import { timeDefaults } from './times.ts';
import { updateConference, updateRoster } from './updating.ts';
import { updateOwnOrOther } from './user-update.ts';
import { type Reader, readerOf, usersView } from './views.ts';

/**
 * The conference control: the only writer of conference objects (RFC 5239 §5). Elements given to it bear the names of
 * the data model (`conference-info`, `users`, `user`), with placeholders AUTO_GENERATE_n still in them. Every method
 * resolves when its change is durable and throws a `Refusal` when the rules refuse.
 */
export class ConferenceControl {
  readonly #parts: ControlParts;
  readonly #objects: ConferenceObjects;
  readonly #occurrences: OccurrenceControl;
  readonly #slices: Slices;
  /** The endpoints that the focus connects. */
  readonly endpoints: Endpoints;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    this.#slices = new Slices(parts.limits.filterSlice);
    this.#objects = new ConferenceObjects(parts);
    this.#occurrences = new OccurrenceControl(this.#objects, parts);
    this.endpoints = new Endpoints(this.#objects, parts);
  }

  /** Asks the guard before each commit. */
  addGuard(guard: Guard): void {
    this.#objects.addGuard(guard);
  }

  /** Asks the guard of everybody who comes in or is added. */
  addArrivalGuard(guard: ArrivalGuard): void {
    this.#objects.addArrivalGuard(guard);
  }

  /** Calls the listener after each durable change, in order for each object. */
  onChange(listener: ChangeListener): void {
    this.#objects.onChange(listener);
  }

  /** Resolves when every change that was accepted is durable or given up. */
  drain(): Promise<void> {
    return this.#objects.drain();
  }

  async blueprints(call: Call, filter?: AskedFilter): Promise<ObjectEntry[]> {
    if (call.caller.kind !== 'user') throw new Refusal('authentication-required', 'Authenticate to list blueprints.');
    return this.#objects.access.list(call, { kind: 'blueprint' }, filter);
  }

  async retrieveBlueprint(call: Call, uri: XconUri): Promise<ObjectAnswer> {
    const object = await this.#objects.access.object(uri, 'blueprint', call);
    return answer(object, blueprintReader(call));
  }

  /** The entity of the document names the new blueprint, or it is generated. For system administrators. */
  async createBlueprint(call: Call, document: XmlElement): Promise<ObjectAnswer> {
    requireSystemAdministrator(call);
    const { people } = this.#parts;
    const made = await this.#objects.create(call, document, (identities) =>
      blueprintFrom(document, identities, people),
    );
    return answer(made, blueprintReader(call));
  }

  async updateBlueprint(call: Call, uri: XconUri, changes: XmlElement): Promise<ObjectAnswer> {
    requireSystemAdministrator(call);
    const after = await this.#objects
      .change(call, uri, 'blueprint', changes, (work) => updateConference(work, changes))
      .catch(refusedAs('conflict'));
    return answer(after, blueprintReader(call));
  }

  async deleteBlueprint(call: Call, uri: XconUri): Promise<void> {
    requireSystemAdministrator(call);
    if (uri === this.#parts.defaultBlueprint) {
      throw new Refusal('not-for-this-object', 'The default blueprint stays: new conferences are made from it.');
    }
    await this.#objects.remove(call, uri, 'blueprint');
  }

  /** The conferences that the caller organises, takes part in or is invited to; all for a system administrator. */
  async conferences(call: Call, filter?: AskedFilter): Promise<ObjectEntry[]> {
    if (call.caller.kind !== 'user') throw new Refusal('authentication-required', 'Authenticate to list conferences.');
    const { principal } = call.caller;
    const all = principal.systemAdministrator ? {} : { identities: identitiesOfUser(principal) };
    return this.#objects.access.list(call, { kind: 'conference', ...all }, filter);
  }

  /** A page of what stands in a user's calendar, also a system administrator's; children of series stand beside these. */
  planned(principal: Principal, page: { after: string; limit: number }): Promise<PlannedConference[]> {
    return plannedConferences(this.#parts.repository, principal, page);
  }

  async retrieve(call: Call, uri: XconUri): Promise<ObjectAnswer> {
    const { object, standing } = await this.#objects.access.enter(call, uri, 'conference');
    return this.#answer(call, object, readerOf(call, standing));
  }

  /**
   * What somebody who watches a conference sees of it now (RFC 4575 §3.5).
   * @throws {Refusal} also where the conference allows no subscription
   */
  async watch(call: Call, uri: XconUri): Promise<Sight> {
    const { object } = await this.#objects.access.enter(call, uri, CONFERENCES);
    if (!allowsSubscription(object)) throw new Refusal('not-allowed', 'This conference allows no subscription.');
    const sight = await this.sight(call, object);
    if (sight === undefined) throw unknownTo(call.caller);
    return sight;
  }

  /** The change that made a version, as somebody may see it who watches now; undefined when he may not. */
  seenChange(call: Call, uri: XconUri, version: number): Promise<SeenChange | undefined> {
    return seenChange(this.#objects.access, this.#parts, call, uri, version);
  }

  /** The object as it is in the store, for what follows the change log. */
  durable(uri: XconUri): Promise<ConferenceObject | undefined> {
    return this.#objects.access.durable(uri);
  }

  /** Whether somebody may watch the conference as it is now. */
  async mayWatch(call: Call, uri: XconUri): Promise<boolean> {
    const object = await this.#objects.access.durable(uri);
    return object !== undefined && (await this.#objects.access.watching(object, call)) !== undefined;
  }

  /** What is left to see for somebody who watches already; undefined when he may not any more. */
  async sight(call: Call, object: ConferenceObject): Promise<Sight | undefined> {
    const { access } = this.#objects;
    const standing = await access.watching(object, call);
    if (standing === undefined) return undefined;
    const sidebars = await access.sidebarSections(object, call);
    return { object, reader: readerOf(call, standing), sidebars };
  }

  /** The conference in brief (RFC 6503 §6.9). */
  async summary(call: Call, uri: XconUri): Promise<SummaryAnswer> {
    const { object, standing } = await this.#objects.access.enter(call, uri, CONFERENCES);
    return { version: object.version, summary: summaryOf(object, readerOf(call, standing)) };
  }

  /** What changed for the caller after a version, from the change log. */
  changesSince(call: Call, uri: XconUri, since: number): Promise<ChangesAnswer> {
    return changesSince(this.#objects, this.#parts, call, uri, since);
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
    const made = await this.#objects.create(call, source.document, (identities) =>
      conferenceFrom({ call, kind: 'conference', parent, document: source.document, identities, people, limits }),
    );
    return this.#changed(call, made);
  }

  /**
   * Changes a conference. Where the `base` of the changes tells of some occurrences alone, the answer is of what stands for
   * them (RFC 5239 §7.4).
   */
  async update(call: Call, uri: XconUri, changes: XmlElement): Promise<ObjectAnswer> {
    return this.#changed(call, await this.#occurrences.update(call, uri, changes));
  }

  /**
   * Changes some occurrences of a series. The answer is of what stands for them: a child, made where there is none for
   * just these, or the conference itself when nothing changes.
   * @param range ids, as the list of occurrences has them
   * @param changes `conference-info`; DTSTART and DTEND or DURATION of `base` are those of the first of these occurrences
   * @throws {Refusal} conflict where there are no such occurrences, or overlapping ones
   */
  async changeOccurrences(
    call: Call,
    uri: XconUri,
    range: OccurrenceRange,
    changes: XmlElement,
  ): Promise<ObjectAnswer> {
    return this.#changed(call, await this.#occurrences.change(call, uri, range, changes));
  }

  /** What stands for occurrences of a series, as far as the caller may know of it. */
  children(call: Call, uri: XconUri): Promise<readonly SeriesChild[]> {
    return this.#occurrences.children(call, uri);
  }

  /** The object to which the SIP URI of a conference leads now: of a series what stands for the occurrence that goes on. */
  reached(uri: XconUri): Promise<XconUri> {
    return this.#occurrences.reached(uri);
  }

  /** Starts, ends, extends or cancels an occurrence by hand. */
  async steer(call: Call, uri: XconUri, asked: Steering): Promise<{ version: number }> {
    return versionOf(await this.#occurrences.steer(call, uri, asked));
  }

  /** When the conference takes place, with what stands for its occurrences. */
  occurrences(call: Call, uri: XconUri, between: AskedOccurrences): Promise<OccurrencesAnswer> {
    return this.#occurrences.list(call, uri, between);
  }

  /** When a user is in her conferences, in order and merged; without `of`, the caller. */
  freeBusy(call: Call, asked: AskedFreeBusy): Promise<readonly BusyTime[]> {
    const { repository, people, limits, times = timeDefaults } = this.#parts;
    const object = (uri: XconUri): Promise<ConferenceObject | undefined> => this.#objects.access.durable(uri);
    const parts = { repository, people, object, slices: this.#slices, times, most: limits.listed };
    return freeBusy(parts, call, asked);
  }

  /** Brings a conference to where it stands by its times now. For the clock. */
  tick(uri: XconUri): Promise<void> {
    return this.#objects.tick(uri);
  }

  /** Books all conferences up to today's horizon. For the clock. */
  bookAhead(signal: AbortSignal): Promise<void> {
    return this.#objects.horizon.bookAhead(signal);
  }

  async delete(call: Call, uri: XconUri): Promise<void> {
    const { standing } = await this.#objects.access.enter(call, uri, 'conference');
    if (standing.level !== 'organizer') throw new Refusal('not-allowed', 'Only an organizer may delete a conference.');
    await this.#objects.remove(call, uri, 'conference');
  }

  /** The sidebars of a conference that the caller may know of (RFC 6503 §5.3.7, §5.3.9). */
  async sidebars(call: Call, uri: XconUri, kind: SidebarKind, filter?: AskedFilter): Promise<SidebarsAnswer> {
    const { object } = await this.#objects.access.enter(call, uri, 'conference');
    return { version: object.version, entries: await this.#objects.access.sidebars(object, kind, call, filter) };
  }

  async retrieveSidebar(call: Call, uri: XconUri, kind: SidebarKind): Promise<ObjectAnswer> {
    const { object, standing } = await this.#objects.access.enter(call, uri, kind);
    return answer(object, readerOf(call, standing));
  }

  /** Clones the main conference, or builds from it what a document describes (RFC 6503 §5.3.8, §5.3.10). */
  async createSidebar(call: Call, uri: XconUri, kind: SidebarKind, document?: XmlElement): Promise<ObjectAnswer> {
    const { people, limits } = this.#parts;
    const made = await this.#objects.createSidebar(call, uri, document, (object, standing, identities) => {
      const parent = { object, reader: readerOf({ ...call, profile: 'standard' }, standing) };
      return conferenceFrom({ call, kind, parent, document, identities, people, limits });
    });
    return this.#changed(call, made);
  }

  async updateSidebar(call: Call, uri: XconUri, kind: SidebarKind, changes: XmlElement): Promise<ObjectAnswer> {
    const work = (all: Work): void => updateConference(all, changes);
    return this.#changed(call, await this.#objects.change(call, uri, kind, changes, work).catch(refusedAs('conflict')));
  }

  async deleteSidebar(call: Call, uri: XconUri, kind: SidebarKind): Promise<void> {
    const { standing } = await this.#objects.access.enter(call, uri, kind);
    if (standing.level !== 'organizer') throw new Refusal('not-allowed', 'Only an organizer may delete a sidebar.');
    await this.#objects.remove(call, uri, kind);
  }

  async retrieveUsers(call: Call, uri: XconUri): Promise<ObjectAnswer> {
    const { object, standing } = await this.#objects.access.enter(call, uri, CONFERENCES);
    return { uri, version: object.version, view: await usersView(object, readerOf(call, standing)) };
  }

  async updateUsers(call: Call, uri: XconUri, changes: XmlElement): Promise<{ version: number }> {
    const work = (all: Work): void => updateRoster(all, changes);
    return versionOf(await this.#objects.change(call, uri, CONFERENCES, changes, work).catch(refusedAs('protected')));
  }

  async retrieveUser(call: Call, uri: XconUri, entity?: XconUserId): Promise<UserAnswer> {
    const { object, standing } = await this.#objects.access.enter(call, uri, CONFERENCES);
    return userAnswer(object, call, standing, targetUser(object, standing, entity));
  }

  /** Without an element: the caller himself. A guest or newcomer must give one (RFC 6503 §5.3.6). */
  async createUser(call: Call, uri: XconUri, user?: XmlElement): Promise<UserAnswer> {
    let brought: BroughtIn | undefined;
    // A stranger may come into a conference by himself; into a sidebar only those come who are asked.
    const enter = (object: ConferenceObject, { level }: Standing): void => {
      if (level === undefined && object.header.kind !== 'conference') throw unknownTo(call.caller);
    };
    const after = await this.#objects.change(
      call,
      uri,
      CONFERENCES,
      user,
      (work) => {
        brought = bringIn(work, user, (object, standing) =>
          checkPassword(object, call, standing, this.#parts.attempts),
        );
      },
      enter,
    );
    const key = brought?.key;
    const isNew = call.caller.kind === 'newcomer' && key !== undefined;
    const asked: Call = isNew ? { ...call, caller: { kind: 'guest', userId: key } } : call;
    const standing = await this.#objects.access.standing(after, asked);
    if (brought?.shown === undefined) return userAnswer(after, call, standing, key);
    return { version: after.version, caller: callerId(call, standing), user: brought.shown };
  }

  async updateUser(call: Call, uri: XconUri, user: XmlElement): Promise<{ version: number }> {
    const work = (all: Work): void => updateOwnOrOther(all, user);
    return versionOf(await this.#objects.change(call, uri, CONFERENCES, user, work).catch(refusedAs('protected')));
  }

  async deleteUser(call: Call, uri: XconUri, entity?: XconUserId): Promise<{ version: number }> {
    return versionOf(await this.#objects.change(call, uri, CONFERENCES, undefined, (work) => leave(work, entity)));
  }

  /** Who is in the conference through another focus; without users only whether it may say so. */
  async publish(call: Call, uri: XconUri, users?: readonly XmlElement[]): Promise<void> {
    const enter = (object: ConferenceObject, own: Standing): void => checkFocus(object, own, call, users);
    await this.#objects.change(call, uri, 'conference', undefined, (work) => publishUsers(work, users), enter);
  }

  /** What a conference is made from, as its creator sees it. */
  async #parent(call: Call, uri: XconUri): Promise<{ object: ConferenceObject; reader: Reader }> {
    const standard: Call = { ...call, profile: 'standard' };
    const object = await this.#objects.access.object(uri, ['blueprint', 'conference'], call);
    if (object.header.kind === 'blueprint') return { object, reader: blueprintReader(standard) };
    return { object, reader: readerOf(standard, await this.#objects.access.letIn(object, call)) };
  }

  async #answer(call: Call, object: ConferenceObject, reader: Reader): Promise<ObjectAnswer> {
    const sidebars = await this.#objects.access.sidebarSections(object, call);
    return answer(object, { ...reader, rules: this.#parts.times }, sidebars);
  }

  /** What somebody who made or changed an object is shown of it. */
  async #changed(call: Call, after: ConferenceObject): Promise<ObjectAnswer> {
    const standing = await this.#objects.access.standing(after, call);
    const shown = await this.#answer(call, after, { ...readerOf(call, standing), firstUriOnly: true });
    const note = roomNote(after);
    return note === undefined ? shown : { ...shown, note };
  }
}

/** A blueprint holds nothing that a user may not see (RFC 6503 §5.3.1). */
const blueprintReader = ({ profile }: Call): Reader => ({ level: 'organizer', self: undefined, profile });

function requireSystemAdministrator(call: Call): void {
  if (principalOf(call)?.systemAdministrator === true) return;
  throw new Refusal('not-for-this-object', 'Only a system administrator changes blueprints.');
}
