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
import { changedAnswer, versionOf, wholeAnswer } from './answers.ts';
import { BlueprintControl } from './blueprint-control.ts';
import type {
  Call,
  ChangesAnswer,
  ObjectAnswer,
  ObjectEntry,
  SidebarsAnswer,
  SummaryAnswer,
  UserAnswer,
} from './calls.ts';
import type { ArrivalGuard, ChangeListener, Guard } from './changes.ts';
import { changesSince } from './changes-since.ts';
import type { Source } from './creating.ts';
import { Endpoints } from './endpoints.ts';
import type { AskedFilter } from './filter.ts';
import { type AskedFreeBusy, type BusyTime, freeBusy } from './free-busy.ts';
import { identitiesOfUser } from './identities.ts';
import { ConferenceObjects } from './objects.ts';
import type { ControlParts } from './control-parts.ts';
import { plannedConferences, type PlannedConference } from './planning.ts';
import { Refusal } from './refusal.ts';
import { RosterControl } from './roster-control.ts';
import { seenChange, type SeenChange } from './seen-change.ts';
import { SidebarControl } from './sidebar-control.ts';
import type { ChangedSeries } from './series-changes.ts';
import type { Sight } from './sight.ts';
import { Slices } from './slices.ts';
import { childrenOf, OccurrenceControl } from './occurrence-control.ts';
import type { AskedOccurrences, OccurrencesAnswer, Steering } from './steering.ts';
import { summaryOf } from './summaries.ts';
import { timeDefaults } from './times.ts';
import type { SeriesChange } from './told-apart.ts';
import { readerOf } from './views.ts';

/**
 * The conference control: the only writer of conference objects (RFC 5239 §5). Elements given to it bear the names of
 * the data model (`conference-info`, `users`, `user`), with placeholders AUTO_GENERATE_n still in them. Every method
 * resolves when its change is durable and throws a `Refusal` when the rules refuse.
 */
export class ConferenceControl {
  readonly #parts: ControlParts;
  readonly #objects: ConferenceObjects;
  readonly #occurrences: OccurrenceControl;
  readonly #blueprints: BlueprintControl;
  readonly #sidebars: SidebarControl;
  readonly #roster: RosterControl;
  readonly #slices: Slices;
  /** The endpoints that the focus connects. */
  readonly endpoints: Endpoints;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    this.#slices = new Slices(parts.limits.filterSlice);
    this.#objects = new ConferenceObjects(parts);
    this.#occurrences = new OccurrenceControl(this.#objects, parts);
    this.#blueprints = new BlueprintControl(this.#objects, parts);
    this.#sidebars = new SidebarControl(this.#objects, parts);
    this.#roster = new RosterControl(this.#objects, parts);
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

  /** Objects, and users of them, that are kept in memory. */
  get remembered(): number {
    return this.#objects.remembered;
  }

  /** Resolves when every change that was accepted is durable or given up. */
  drain(): Promise<void> {
    return this.#objects.drain();
  }

  blueprints(call: Call, filter?: AskedFilter): Promise<ObjectEntry[]> {
    return this.#blueprints.list(call, filter);
  }

  retrieveBlueprint(call: Call, uri: XconUri): Promise<ObjectAnswer> {
    return this.#blueprints.retrieve(call, uri);
  }

  /** The entity of the document names the new blueprint, or it is generated. For system administrators. */
  createBlueprint(call: Call, document: XmlElement): Promise<ObjectAnswer> {
    return this.#blueprints.create(call, document);
  }

  updateBlueprint(call: Call, uri: XconUri, changes: XmlElement): Promise<ObjectAnswer> {
    return this.#blueprints.update(call, uri, changes);
  }

  deleteBlueprint(call: Call, uri: XconUri): Promise<void> {
    return this.#blueprints.delete(call, uri);
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
    return wholeAnswer(this.#objects.access, this.#parts, call, object, readerOf(call, standing));
  }

  /**
   * What somebody who watches a conference sees of it now (RFC 4575 §3.5).
   * @throws {Refusal} also where the conference allows no subscription
   */
  watch(call: Call, uri: XconUri): Promise<Sight> {
    return this.#objects.access.watch(call, uri);
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
  sight(call: Call, object: ConferenceObject): Sight | undefined | Promise<Sight | undefined> {
    return this.#objects.access.sight(object, call);
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

  /**
   * Clones `parent`, or builds from `document`, or clones the default blueprint (RFC 6503 §5.3.4).
   * @param apart what is told of some occurrences beside the document, in the same set of changes
   */
  async create(call: Call, source: Source, apart?: SeriesChange): Promise<ObjectAnswer> {
    return this.#changed(call, await this.#occurrences.create(call, source, apart));
  }

  /**
   * Changes a conference. Where the `base` of the changes tells of some occurrences alone, the answer is of what stands for
   * them; events in it that override others with other words or people are of children as well (RFC 5239 §7.4).
   * @param apart what is told of some occurrences beside the changes, in the same set of changes
   */
  async update(call: Call, uri: XconUri, changes: XmlElement, apart?: SeriesChange): Promise<ObjectAnswer> {
    return this.#changed(call, await this.#occurrences.update(call, uri, changes, apart));
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
    const object = await this.#occurrences.change(call, uri, range, changes);
    return this.#changed(call, { object, children: [] });
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
  sidebars(call: Call, uri: XconUri, kind: SidebarKind, filter?: AskedFilter): Promise<SidebarsAnswer> {
    return this.#sidebars.list(call, uri, kind, filter);
  }

  retrieveSidebar(call: Call, uri: XconUri, kind: SidebarKind): Promise<ObjectAnswer> {
    return this.#sidebars.retrieve(call, uri, kind);
  }

  /** Clones the main conference, or builds from it what a document describes (RFC 6503 §5.3.8, §5.3.10). */
  createSidebar(call: Call, uri: XconUri, kind: SidebarKind, document?: XmlElement): Promise<ObjectAnswer> {
    return this.#sidebars.create(call, uri, kind, document);
  }

  updateSidebar(call: Call, uri: XconUri, kind: SidebarKind, changes: XmlElement): Promise<ObjectAnswer> {
    return this.#sidebars.update(call, uri, kind, changes);
  }

  deleteSidebar(call: Call, uri: XconUri, kind: SidebarKind): Promise<void> {
    return this.#sidebars.delete(call, uri, kind);
  }

  retrieveUsers(call: Call, uri: XconUri): Promise<ObjectAnswer> {
    return this.#roster.retrieve(call, uri);
  }

  updateUsers(call: Call, uri: XconUri, changes: XmlElement): Promise<{ version: number }> {
    return this.#roster.update(call, uri, changes);
  }

  retrieveUser(call: Call, uri: XconUri, entity?: XconUserId): Promise<UserAnswer> {
    return this.#roster.retrieveUser(call, uri, entity);
  }

  /** Without an element: the caller himself. A guest or newcomer must give one (RFC 6503 §5.3.6). */
  createUser(call: Call, uri: XconUri, user?: XmlElement): Promise<UserAnswer> {
    return this.#roster.createUser(call, uri, user);
  }

  updateUser(call: Call, uri: XconUri, user: XmlElement): Promise<{ version: number }> {
    return this.#roster.updateUser(call, uri, user);
  }

  deleteUser(call: Call, uri: XconUri, entity?: XconUserId): Promise<{ version: number }> {
    return this.#roster.deleteUser(call, uri, entity);
  }

  /** Who is in the conference through another focus; without users only whether it may say so. */
  publish(call: Call, uri: XconUri, users?: readonly XmlElement[]): Promise<void> {
    return this.#roster.publish(call, uri, users);
  }

  /** What somebody who made or changed an object is shown of it. */
  async #changed(call: Call, { object, children }: ChangedSeries): Promise<ObjectAnswer> {
    const answer = await changedAnswer(this.#objects.access, this.#parts, call, object);
    return children.length === 0 ? answer : { ...answer, children: children.flatMap(childrenOf) };
  }
}
