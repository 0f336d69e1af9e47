import {
  type ConferenceObject,
  type ObjectEdit,
  type ObjectKind,
  objectWith,
  type SeriesChild,
} from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';
import { ObjectAccess } from './access.ts';
import { unknownTo } from './admission.ts';
import { callOfClock } from './callers.ts';
import type { Call } from './calls.ts';
import { Capacity, capacityDefaults } from './capacity.ts';
import { ChangeRules, type Enter } from './change-rules.ts';
import { ChangeSets, nameTaken } from './change-sets.ts';
import type { ArrivalGuard, ChangeListener, Guard } from './changes.ts';
import { changesReservation } from './child.ts';
import { CloneHolds } from './clone-holds.ts';
import { Commits } from './commits.ts';
import type { ControlParts, Work } from './control-parts.ts';
import { Dependants } from './dependants.ts';
import { Horizon } from './horizon.ts';
import type { Identities } from './people.ts';
import { Refusal } from './refusal.ts';
import { withVersion } from './refusing.ts';
import { isOfSeries, type Series } from './series.ts';
import { type AskedSeries, type ChangedSeries, SeriesChanges } from './series-changes.ts';
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
  readonly #dependants: Dependants;
  readonly #series: SeriesChanges;
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
    this.#dependants = new Dependants(repository, this.#clones);
    this.#series = new SeriesChanges({
      ...{ control: parts, access: this.access, commits: this.#commits, rules: this.#rules, sets: this.#sets },
      ...{ dependants: this.#dependants, tick: (uri) => this.tick(uri) },
    });
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

  /** Objects, and users of them, that are kept in memory. */
  get remembered(): number {
    return this.#commits.remembered;
  }

  drain(): Promise<void> {
    return this.#commits.drain();
  }

  /** Makes a new object, and what stands for some of its occurrences, and commits all as version 1. */
  async create(
    call: Call,
    document: XmlElement | undefined,
    make: (identities: Identities) => ObjectEdit,
    occurrences: AskedSeries['occurrences'] = [],
  ): Promise<ChangedSeries> {
    const identities = await this.#rules.identitiesIn(document, call);
    if (this.#capacity.era === undefined) await this.#capacity.open();
    let coming: readonly SeriesChild[] = [];
    const edit = this.#rules.made(call, () => {
      const made = make(identities);
      if (occurrences.length > 0) coming = this.#series.reserved(made, { occurrences });
      return { edit: made, call, standing: standingOf(made.now, call.caller), element: document };
    });
    if (occurrences.length > 0) {
      const edits = await this.#series.made(call, edit, { occurrences }, coming);
      if ((await this.#commits.newest(edit.now.uri)) !== undefined || !(await this.#sets.commit(call, edits)))
        throw nameTaken();
      const [object, ...children] = edits.flatMap(({ after }) => after ?? []);
      return { object: object ?? edit.now, children };
    }
    const after = objectWith(edit.now, { version: 1 });
    const edited = { after, touched: edit.touched };
    for (const waits of this.#sets.asked(call, [edited])) await waits;
    const { parent } = after.header;
    if (parent?.independent !== false) await this.#sets.commitNew(call, edited);
    else {
      await this.#clones.hold(parent.uri, async () => {
        if ((await this.#commits.newest(parent.uri)) === undefined) throw unknownTo(call.caller);
        await this.#sets.commitNew(call, edited);
      });
    }
    return { object: after, children: [] };
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
      const edit = this.#rules.made(call, () => ({
        ...{ edit: make(main, standing, identities), call, standing, main, element: document },
      }));
      const after = objectWith(edit.now, { version: 1 });
      if ((await this.#commits.newest(after.uri)) !== undefined) throw nameTaken();
      if (await this.#sets.commit(call, [{ after, touched: edit.touched }, withEntry(main, after)])) return after;
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
      await this.#dependants.refuse(before, series);
      withVersion(before.version, () => {
        series?.remove(before);
        series?.settle();
      });
      const edits = series?.edits() ?? [{ before, touched: [] }];
      const all = [...edits, ...(main === undefined ? [] : [withoutEntry(main, uri)])];
      if (await this.#sets.commit(call, all, () => clones === this.#clones.begun && this.#series.isCurrent(series)))
        return;
    }
    throw tooFast();
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
      withVersion(before.version, () => {
        series?.change(edit);
        series?.settle();
      });
      const after = objectWith(edit.now, { version: before.version + 1 });
      const entry = main !== undefined && after.header.kind === 'sidebar-by-val' ? [withEntry(main, after)] : [];
      const others = [...followers, ...entry, ...(series?.edits(uri) ?? [])];
      const own = { before, after, touched: edit.touched };
      if (await this.#sets.commit(call, [own, ...others], () => this.#series.isCurrent(series))) return after;
    }
    throw tooFast();
  }

  /** Changes a series and some of its occurrences as one (RFC 5239 §7.4). */
  async changeSeries(call: Call, uri: XconUri, asked: AskedSeries): Promise<ChangedSeries> {
    if (this.#capacity.era === undefined) await this.#capacity.open();
    for (let tries = 0; tries < TRIES; tries++) {
      // Where others change it all the time, nobody has a turn between.
      const changed = await this.#series.change(call, uri, asked, tries < TRIES / 2);
      if (changed !== undefined) return changed;
    }
    throw tooFast();
  }

  /** The series to which an object belongs. */
  seriesOf(object: ConferenceObject): Promise<Series> {
    return this.#series.of(object);
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
