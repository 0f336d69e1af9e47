import type { ConferenceObject, ObjectEdit, ObjectKind, OccurrenceRange } from '../model/conference-object.ts';
import { generateXconUri, type XconUri } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';
import { ObjectAccess } from './access.ts';
import { unknownTo } from './admission.ts';
import { callOfClock } from './callers.ts';
import type { Call } from './calls.ts';
import { Capacity, capacityDefaults } from './capacity.ts';
import { ChangeRules, type Enter } from './change-rules.ts';
import { ChangeSets, nameTaken } from './change-sets.ts';
import type { ArrivalGuard, ChangeListener, Guard } from './changes.ts';
import { changesNothing, changesReservation } from './child.ts';
import { CloneHolds } from './clone-holds.ts';
import { Commits } from './commits.ts';
import type { ControlParts, Work } from './control-parts.ts';
import { Horizon } from './horizon.ts';
import type { Identities } from './people.ts';
import { Refusal } from './refusal.ts';
import { shaped, withVersion } from './refusing.ts';
import { isOfSeries, Series, standsFor } from './series.ts';
import { checkMayMake, followMain, isSidebar, withEntry, withoutEntry } from './sidebars.ts';
import { type Standing, standingOf } from './standing.ts';
import { timeDefaults } from './times.ts';

/** Changes that guards delayed are built anew so often when the object moves on meanwhile. */
const TRIES = 10;

/** Conference objects as callers change them: what is changed passes the rules, the guards and the store in this order. */
export class ConferenceObjects {
  readonly #parts: ControlParts;
  readonly #commits: Commits;
  /** How they are reached without being changed. */
  readonly access: ObjectAccess;
  /** Up to where they are booked. */
  readonly horizon: Horizon;
  readonly #capacity: Capacity;
  readonly #rules: ChangeRules;
  readonly #sets: ChangeSets;
  readonly #clones = new CloneHolds();
  readonly #clockCall: Call;

  constructor(parts: ControlParts) {
    const { repository, clock, people, capacity: limits = capacityDefaults, times: rules = timeDefaults } = parts;
    this.#parts = parts;
    this.#clockCall = callOfClock(people.domain);
    this.#commits = new Commits(repository, clock, parts.limits);
    this.#capacity = new Capacity({ repository, clock, limits, rules });
    this.#rules = new ChangeRules(parts, this.#capacity);
    this.#sets = new ChangeSets(this.#commits, this.#capacity, this.#clockCall);
    this.access = new ObjectAccess(parts, this.#commits);
    this.horizon = new Horizon({
      objects: this,
      commits: this.#commits,
      capacity: this.#capacity,
      repository,
      pace: limits,
    });
  }

  addGuard(guard: Guard): void {
    this.#sets.addGuard(guard);
  }

  addArrivalGuard(guard: ArrivalGuard): void {
    this.#rules.addArrivalGuard(guard);
  }

  onChange(listener: ChangeListener): void {
    this.#commits.onChange(listener);
  }

  drain(): Promise<void> {
    return this.#commits.drain();
  }

  /** Makes a new object and commits it as version 1. */
  async create(
    call: Call,
    document: XmlElement | undefined,
    make: (identities: Identities) => ObjectEdit,
  ): Promise<ConferenceObject> {
    const identities = await this.#rules.identitiesIn(document, call);
    if (this.#capacity.era === undefined) await this.#capacity.open();
    const edited = this.#rules.made(call, () => {
      const edit = make(identities);
      return { edit, call, standing: standingOf(edit.now, call.caller), element: document };
    });
    const { after } = edited;
    for (const waits of this.#sets.asked(call, [edited])) await waits;
    const { parent } = after.header;
    if (parent?.independent !== false) await this.#sets.commitNew(call, edited);
    else {
      await this.#clones.hold(parent.uri, async () => {
        if ((await this.#commits.newest(parent.uri)) === undefined) throw unknownTo(call.caller);
        await this.#sets.commitNew(call, edited);
      });
    }
    return after;
  }

  /** Makes a sidebar of a conference and commits both (RFC 6503 §5.3.8, §5.3.10). */
  async createSidebar(
    call: Call,
    uri: XconUri,
    document: XmlElement | undefined,
    make: (main: ConferenceObject, standing: Standing, identities: Identities) => ObjectEdit,
  ): Promise<ConferenceObject> {
    const identities = await this.#rules.identitiesIn(document, call);
    for (let tries = 0; tries < TRIES; tries++) {
      const main = await this.access.object(uri, 'conference', call);
      const standing = await this.access.letIn(main, call);
      checkMayMake(main, standing, this.#parts.limits.sidebars);
      const edited = this.#rules.made(call, () => {
        const edit = make(main, standing, identities);
        return { edit, call, standing, main, element: document };
      });
      if ((await this.#commits.newest(edited.after.uri)) !== undefined) throw nameTaken();
      if (await this.#sets.commit(call, [edited, withEntry(main, edited.after)])) return edited.after;
    }
    throw tooFast();
  }

  /** Deletes an object that no other depends on. @throws {Refusal} others-depend-on-it */
  async remove(call: Call, uri: XconUri, kind: ObjectKind): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      const clones = this.#clones.begun;
      const before = await this.access.object(uri, kind, call);
      const main = await this.access.mainConference(before);
      const series = isOfSeries(before) ? await this.seriesOf(before) : undefined;
      await this.#refuseParents(before, series);
      withVersion(before.version, () => series?.remove(before));
      const edits = series?.edits() ?? [{ before, touched: [] }];
      const all = [...edits, ...(main === undefined ? [] : [withoutEntry(main, uri)])];
      if (await this.#sets.commit(call, all, () => clones === this.#clones.begun && this.#isCurrent(series))) return;
    }
    throw tooFast();
  }

  /** What stands for occurrences of a series goes with it; other clones, and sidebars, hold what they depend on. */
  async #refuseParents(object: ConferenceObject, series: Series | undefined): Promise<void> {
    const family = series?.objects ?? [object];
    const known = new Set(family.map(({ uri }) => uri));
    for (const one of object.header.stands === undefined ? family : [object]) {
      const dependants = await this.#parts.repository.dependants(one.uri, family.length);
      if (one.sidebars.size > 0 || this.#clones.isHeld(one.uri) || dependants.some((uri) => !known.has(uri)))
        throw new Refusal('others-depend-on-it', 'Other conferences depend on this one: delete them first.');
    }
  }

  /** One change of one object: load, authorise, apply, complete, check, guards, commit. */
  async change(
    call: Call,
    uri: XconUri,
    kinds: ObjectKind | readonly ObjectKind[],
    element: XmlElement | undefined,
    work: (work: Work) => void,
    enter: Enter = (object, standing) => this.access.check(object, call, standing),
  ): Promise<ConferenceObject> {
    const identities = await this.#rules.identitiesIn(element, call);
    if (this.#capacity.era === undefined) await this.#capacity.open();
    for (let tries = 0; tries < TRIES; tries++) {
      // While nothing has to be waited for, nobody else changes the object between here and the commit.
      const before = this.access.atHand(uri, kinds) ?? (await this.access.object(uri, kinds, call));
      if (call !== this.#clockCall && (before.header.due ?? Infinity) <= this.#parts.clock()) {
        await this.tick(uri);
        continue;
      }
      const main = isSidebar(before.header.kind) ? await this.access.mainConference(before) : undefined;
      const edit = this.#rules.edited({ call, before, main, element, identities, work, enter });
      if (edit.touched.length === 0 && edit.now.header === before.header) {
        if (await this.#commits.becomesDurable(before)) return before;
        continue;
      }
      const followers = before.sidebars.size === 0 ? [] : await followMain(edit, (one) => this.#commits.newest(one));
      const series = isOfSeries(before) && changesReservation(edit) ? await this.seriesOf(before) : undefined;
      withVersion(before.version, () => series?.change(edit));
      const after = { ...edit.now, version: before.version + 1 };
      const entry = main !== undefined && after.header.kind === 'sidebar-by-val' ? [withEntry(main, after)] : [];
      const others = [...followers, ...entry, ...(series?.edits(uri) ?? [])];
      const own = { before, after, touched: edit.touched };
      if (await this.#sets.commit(call, [own, ...others], () => this.#isCurrent(series))) return after;
    }
    throw tooFast();
  }

  /**
   * Changes some occurrences of a series: what stands for just these, or a child that is made to (RFC 5239 §7.4). A change
   * that changes nothing makes none.
   */
  async changeOccurrences(
    call: Call,
    uri: XconUri,
    range: OccurrenceRange,
    element: XmlElement | undefined,
    work: (work: Work) => void,
  ): Promise<ConferenceObject> {
    const identities = await this.#rules.identitiesIn(element, call);
    if (this.#capacity.era === undefined) await this.#capacity.open();
    for (let tries = 0; tries < TRIES; tries++) {
      const asked = await this.access.object(uri, 'conference', call);
      const series = await this.seriesOf(asked);
      const holder = series.holderOf(range, uri) ?? asked;
      if (standsFor(holder, range)) return this.change(call, holder.uri, 'conference', element, work);
      if ((holder.header.due ?? Infinity) <= this.#parts.clock()) {
        await this.tick(holder.uri);
        continue;
      }
      const enter: Enter = (object, standing) => this.access.check(object, call, standing);
      const edit = withVersion(holder.version, () => {
        enter(holder, standingOf(holder, call.caller));
        const before = series.begin(holder, generateXconUri(this.#parts.people.domain), range);
        return this.#rules.edited({ call, before, main: undefined, element, identities, work, enter });
      });
      if (changesNothing(edit)) return holder;
      withVersion(holder.version, () => series.add(edit, holder));
      const edits = series.edits();
      const made = edits.find(({ after }) => after?.uri === edit.now.uri)?.after;
      if (made !== undefined && (await this.#sets.commit(call, edits, () => this.#isCurrent(series)))) return made;
    }
    throw tooFast();
  }

  /** The series to which an object belongs. */
  seriesOf(object: ConferenceObject): Promise<Series> {
    const { times: rules = timeDefaults, limits, clock } = this.#parts;
    const complete = (edit: ObjectEdit): void => shaped(() => this.#rules.complete(edit));
    const context = { rules, now: clock(), most: limits.children, complete };
    return Series.of(object, (uri) => this.#commits.newest(uri), context);
  }

  /** Nobody has changed any of the objects of a series meanwhile. */
  #isCurrent(series: Series | undefined): boolean {
    return series === undefined || series.objects.every((object) => this.#commits.isNewest(object));
  }

  /** Whether the rules would allow a change as the object stands now. @throws {Refusal} */
  async tryChange(
    call: Call,
    uri: XconUri,
    kinds: ObjectKind | readonly ObjectKind[],
    work: (work: Work) => void,
    enter: Enter,
  ): Promise<ConferenceObject> {
    const identities = await this.#rules.identitiesIn(undefined, call);
    if (this.#capacity.era === undefined) await this.#capacity.open();
    const known = await this.access.object(uri, kinds, call);
    const isDue = (known.header.due ?? Infinity) <= this.#parts.clock();
    if (isDue) await this.tick(uri);
    const before = isDue ? await this.access.object(uri, kinds, call) : known;
    const main = isSidebar(before.header.kind) ? await this.access.mainConference(before) : undefined;
    this.#rules.edited({ call, before, main, element: undefined, identities, work, enter });
    return before;
  }

  /** Brings an object to where it stands by its times now. */
  async tick(uri: XconUri): Promise<void> {
    await this.changeByClock(uri, nothing);
  }

  /** What time does to an object; the clock is let in everywhere. */
  async changeByClock(uri: XconUri, work: (work: Work) => void): Promise<void> {
    await this.change(this.#clockCall, uri, 'conference', undefined, work, nothing);
  }
}

const nothing = (): void => undefined;

const tooFast = (): Refusal => new Refusal('took-too-long', 'The conference changes too fast: try again.');
