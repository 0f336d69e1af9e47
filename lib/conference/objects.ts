import {
  type ConferenceObject,
  ObjectEdit,
  type ObjectKind,
  type OccurrenceRange,
} from '../model/conference-object.ts';
import { generateXconUri, type XconUri, type XconUserId } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';
import { ObjectAccess } from './access.ts';
import { checkRoom, unknownTo } from './admission.ts';
import { type Bringing, judgeArrival, judgeArrivals } from './arrivals.ts';
import type { Call } from './calls.ts';
import { changesNothing, changesReservation } from './child.ts';
import { carryChildren } from './child-times.ts';
import type { ArrivalGuard, ChangeListener, Guard } from './changes.ts';
import { callArrivals } from './calling.ts';
import { BUCKET, DAY_PLACES, extendPlan, horizonOf, type Planning, planRoom } from './booking.ts';
import { Capacity, capacityDefaults } from './capacity.ts';
import { Commits, type Edited } from './commits.ts';
import { checkWindow, followClock } from './life.ts';
import { Identities } from './people.ts';
import { notePlanned } from './planning.ts';
import { Refusal } from './refusal.ts';
import { checkEdit, completeSections } from './sections.ts';
import { isOfSeries, Series, standsFor } from './series.ts';
import { checkMayMake, checkMembers, followMain, isSidebar, standingIn, withEntry, withoutEntry } from './sidebars.ts';
import { type Standing, standingOf } from './standing.ts';
import { checkTimes, timeDefaults, timesOf } from './times.ts';
import { byOf, callOfClock, principalOf } from './callers.ts';
import type { ControlParts, Work } from './control-parts.ts';
import { shaped, withVersion } from './refusing.ts';

/** A change before the rules have spoken. */
interface Proposed {
  readonly call: Call;
  readonly before: ConferenceObject;
  /** The main conference of a sidebar. */
  readonly main: ConferenceObject | undefined;
  readonly element: XmlElement | undefined;
  readonly identities: Identities;
  readonly work: (work: Work) => void;
  readonly enter: (object: ConferenceObject, standing: Standing) => void;
}

/** Changes that guards delayed are built anew so often when the object moves on meanwhile. */
const TRIES = 10;

/** Conferences that are booked ahead at once. */
const PAGE = 100;
const DAY = 86_400_000;

/** Conference objects as callers change them: what is changed passes the rules, the guards and the store in this order. */
export class ConferenceObjects {
  readonly #parts: ControlParts;
  readonly #commits: Commits;
  /** How they are reached without being changed. */
  readonly access: ObjectAccess;
  readonly #guards: Guard[] = [];
  readonly #arrivalGuards: ArrivalGuard[] = [];
  /** How many dependent clones were ever begun, and how many of each object are not durable yet. */
  #clones = 0;
  readonly #beingCloned = new Map<XconUri, number>();

  readonly #clockCall: Call;
  readonly #capacity: Capacity;

  constructor(parts: ControlParts) {
    this.#parts = parts;
    this.#clockCall = callOfClock(parts.people.domain);
    this.#commits = new Commits(parts.repository, parts.clock, parts.limits);
    this.access = new ObjectAccess(parts, this.#commits);
    const { repository, clock, capacity: limits = capacityDefaults, times: rules = timeDefaults } = parts;
    this.#capacity = new Capacity({ repository, clock, limits, rules });
  }

  addGuard(guard: Guard): void {
    this.#guards.push(guard);
  }

  addArrivalGuard(guard: ArrivalGuard): void {
    this.#arrivalGuards.push(guard);
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
    const { people, limits } = this.#parts;
    const identities = await Identities.in(document, people, principalOf(call), limits.named);
    if (this.#capacity.era === undefined) await this.#capacity.open();
    const edited = this.#made(call, () => {
      const edit = make(identities);
      this.#arrive({ edit, call, standing: standingOf(edit.now, call.caller), element: document });
      return edit;
    });
    const { after } = edited;
    for (const waits of this.#asked([edited], call)) await waits;
    const { parent } = after.header;
    if (parent?.independent !== false) await this.#commitNew(edited, call);
    else await this.#asClone(parent.uri, call, () => this.#commitNew(edited, call));
    return after;
  }

  #made(call: Call, make: () => ObjectEdit): Edited & { after: ConferenceObject } {
    const edit = shaped(() => {
      const made = make();
      this.#complete(made, principalOf(call)?.userId);
      return made;
    });
    return { after: { ...edit.now, version: 1 }, touched: edit.touched };
  }

  /** Makes a sidebar of a conference and commits both (RFC 6503 §5.3.8, §5.3.10). */
  async createSidebar(
    call: Call,
    uri: XconUri,
    document: XmlElement | undefined,
    make: (main: ConferenceObject, standing: Standing, identities: Identities) => ObjectEdit,
  ): Promise<ConferenceObject> {
    const { people, limits } = this.#parts;
    const identities = await Identities.in(document, people, principalOf(call), limits.named);
    for (let tries = 0; tries < TRIES; tries++) {
      const main = await this.access.object(uri, 'conference', call);
      const standing = await this.access.letIn(main, call);
      checkMayMake(main, standing, limits.sidebars);
      const edited = this.#made(call, () => {
        const edit = make(main, standing, identities);
        this.#arrive({ edit, call, standing, main, element: document });
        checkMembers(edit, main, call.caller);
        return edit;
      });
      if ((await this.#commits.newest(edited.after.uri)) !== undefined) throw nameTaken();
      if (await this.#commit(call, [edited, withEntry(main, edited.after)])) return edited.after;
    }
    throw tooFast();
  }

  /** Asks the guards, books and commits; false when an object has moved on meanwhile. */
  async #commit(call: Call, edits: readonly Edited[], stillHolds = (): boolean => true): Promise<boolean> {
    for (const waits of this.#asked(edits, call)) await waits;
    return this.#book(call, edits, () => {
      const current = edits.every(({ before, after }) =>
        before === undefined
          ? after !== undefined && !this.#commits.isKnown(after.uri)
          : this.#commits.isNewest(before),
      );
      return current && stillHolds();
    });
  }

  /** @throws {Refusal} when there is no room; the clock is never refused */
  async #book(call: Call, edits: readonly Edited[], mayCommit: () => boolean): Promise<boolean> {
    const proposal = this.#capacity.propose(edits);
    try {
      if (proposal.reading !== undefined) await proposal.reading;
      if (!mayCommit()) return false;
      proposal.take(call === this.#clockCall);
      await this.#commits.commit(edits, byOf(call), proposal.bookings).catch((error: unknown) => {
        proposal.giveBack();
        throw error;
      });
      return true;
    } finally {
      proposal.release();
    }
  }

  async #commitNew(edited: Edited & { after: ConferenceObject }, call: Call): Promise<void> {
    const { uri } = edited.after;
    const isTaken = (await this.#commits.newest(uri)) !== undefined;
    if (isTaken || !(await this.#book(call, [edited], () => !this.#commits.isKnown(uri)))) throw nameTaken();
  }

  /** While it is being made, and for a deletion that looked for clones before, a clone holds its parent. */
  async #asClone(parent: XconUri, call: Call, commit: () => Promise<void>): Promise<void> {
    this.#clones++;
    this.#beingCloned.set(parent, (this.#beingCloned.get(parent) ?? 0) + 1);
    try {
      if ((await this.#commits.newest(parent)) === undefined) throw unknownTo(call.caller);
      await commit();
    } finally {
      const others = (this.#beingCloned.get(parent) ?? 1) - 1;
      if (others === 0) this.#beingCloned.delete(parent);
      else this.#beingCloned.set(parent, others);
    }
  }

  /** Deletes an object that no other depends on. @throws {Refusal} others-depend-on-it */
  async remove(call: Call, uri: XconUri, kind: ObjectKind): Promise<void> {
    for (let tries = 0; tries < TRIES; tries++) {
      const clones = this.#clones;
      const before = await this.access.object(uri, kind, call);
      const main = await this.access.mainConference(before);
      const series = isOfSeries(before) ? await this.seriesOf(before) : undefined;
      await this.#refuseParents(before, series);
      withVersion(before.version, () => series?.remove(before));
      const edits = series?.edits() ?? [{ before, touched: [] }];
      const all = [...edits, ...(main === undefined ? [] : [withoutEntry(main, uri)])];
      if (await this.#commit(call, all, () => clones === this.#clones && this.#isCurrent(series))) return;
    }
    throw tooFast();
  }

  /** What stands for occurrences of a series goes with it; other clones, and sidebars, hold what they depend on. */
  async #refuseParents(object: ConferenceObject, series: Series | undefined): Promise<void> {
    const family = series?.objects ?? [object];
    const known = new Set(family.map(({ uri }) => uri));
    for (const one of object.header.stands === undefined ? family : [object]) {
      const dependants = await this.#parts.repository.dependants(one.uri, family.length);
      if (one.sidebars.size > 0 || this.#beingCloned.has(one.uri) || dependants.some((uri) => !known.has(uri)))
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
    enter = (object: ConferenceObject, standing: Standing): void => this.access.check(object, call, standing),
  ): Promise<ConferenceObject> {
    const identities = await this.#identitiesIn(element, call);
    if (this.#capacity.era === undefined) await this.#capacity.open();
    for (let tries = 0; tries < TRIES; tries++) {
      // While nothing has to be waited for, nobody else changes the object between here and the commit.
      const before = this.access.atHand(uri, kinds) ?? (await this.access.object(uri, kinds, call));
      if (call !== this.#clockCall && (before.header.due ?? Infinity) <= this.#parts.clock()) {
        await this.tick(uri);
        continue;
      }
      const main = isSidebar(before.header.kind) ? await this.access.mainConference(before) : undefined;
      const edit = this.#edited({ call, before, main, element, identities, work, enter });
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
      if (await this.#commit(call, [own, ...others], () => this.#isCurrent(series))) return after;
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
    const identities = await this.#identitiesIn(element, call);
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
      const enter = (object: ConferenceObject, standing: Standing): void => this.access.check(object, call, standing);
      const edit = withVersion(holder.version, () => {
        enter(holder, standingOf(holder, call.caller));
        const before = series.begin(holder, generateXconUri(this.#parts.people.domain), range);
        return this.#edited({ call, before, main: undefined, element, identities, work, enter });
      });
      if (changesNothing(edit)) return holder;
      withVersion(holder.version, () => series.add(edit, holder));
      const edits = series.edits();
      const made = edits.find(({ after }) => after?.uri === edit.now.uri)?.after;
      if (made !== undefined && (await this.#commit(call, edits, () => this.#isCurrent(series)))) return made;
    }
    throw tooFast();
  }

  /** The series to which an object belongs. */
  seriesOf(object: ConferenceObject): Promise<Series> {
    const { times: rules = timeDefaults, limits, clock } = this.#parts;
    const complete = (edit: ObjectEdit): void => shaped(() => this.#complete(edit));
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
    enter: Proposed['enter'],
  ): Promise<ConferenceObject> {
    const identities = await this.#identitiesIn(undefined, call);
    if (this.#capacity.era === undefined) await this.#capacity.open();
    const known = await this.access.object(uri, kinds, call);
    const isDue = (known.header.due ?? Infinity) <= this.#parts.clock();
    if (isDue) await this.tick(uri);
    const before = isDue ? await this.access.object(uri, kinds, call) : known;
    const main = isSidebar(before.header.kind) ? await this.access.mainConference(before) : undefined;
    this.#edited({ call, before, main, element: undefined, identities, work, enter });
    return before;
  }

  #identitiesIn(element: XmlElement | undefined, call: Call): Promise<Identities> {
    const { people, limits } = this.#parts;
    return Identities.in(element, people, principalOf(call), limits.named);
  }

  /** What a change makes of an object by the rules. */
  #edited({ call, before, main, element, identities, work, enter }: Proposed): ObjectEdit {
    const { people, limits, times: rules = timeDefaults } = this.#parts;
    const standing = standingIn(before, main, call.caller);
    enter(before, standing);
    const edit = new ObjectEdit(before);
    withVersion(before.version, () =>
      shaped(() => {
        const bringing = { edit, call, standing, main, element };
        const judge: Work['judge'] = (arrival) => judgeArrival(this.#arrivalGuards, bringing, arrival);
        work({ call, edit, standing, identities, people, limits, rules, judge });
        this.#arrive(bringing);
        if (main !== undefined) checkMembers(edit, main, call.caller);
        this.#complete(edit);
      }),
    );
    return edit;
  }

  /** Brings an object to where it stands by its times now. */
  async tick(uri: XconUri): Promise<void> {
    await this.change(this.#clockCall, uri, 'conference', undefined, nothing, nothing);
  }

  /** Books all conferences anew where that has to be, and those that go on for long up to today's horizon. */
  async bookAhead(signal: AbortSignal): Promise<void> {
    const { repository } = this.#parts;
    await this.#capacity.open();
    if (!this.#capacity.isCounted) {
      const list = async (after: string): Promise<XconUri[]> =>
        (await repository.list({ kind: 'conference', after, limit: PAGE })).map(({ uri }) => uri);
      await this.#inPages(signal, list, (uri) => this.tick(uri));
      if (!signal.aborted) await this.#capacity.counted();
    }
    const { now, rules } = this.#planning;
    const before = horizonOf(now, rules) * BUCKET;
    await this.#inPages(
      signal,
      (after) => repository.bookable({ before, after, limit: PAGE }),
      (uri) => this.#extend(uri),
    );
    await repository.trimBookings(Math.floor(now / DAY) * DAY_PLACES);
  }

  async #inPages(
    signal: AbortSignal,
    list: (after: string) => Promise<XconUri[]>,
    work: (uri: XconUri) => Promise<void>,
  ): Promise<void> {
    let page: XconUri[] = [];
    do {
      page = await list(page.at(-1) ?? '');
      await Promise.all(page.map(work));
    } while (page.length === PAGE && !signal.aborted);
  }

  /** Books a conference up to today's horizon. */
  async #extend(uri: XconUri): Promise<void> {
    const object = await this.#commits.newest(uri);
    const { owner = '', plan } = object?.header.booked ?? {};
    if (plan === undefined) return;
    const work = ({ edit }: Work): void =>
      extendPlan(edit, this.#planning, (steps) => this.#capacity.fits(owner, steps));
    const { now, rules } = this.#planning;
    await this.#capacity.withDays(owner, plan.until, horizonOf(now, rules), () =>
      this.change(this.#clockCall, uri, 'conference', undefined, work, nothing),
    );
  }

  get #planning(): Planning {
    const { occurrences } = this.#parts.capacity ?? capacityDefaults;
    return { ...this.#capacity.context, most: occurrences, owner: undefined };
  }

  /** Who is brought in is called, and may be refused. */
  #arrive(bringing: Bringing): void {
    if (this.#parts.dialsOut === true) callArrivals(bringing);
    judgeArrivals(this.#arrivalGuards, bringing);
  }

  #complete(edit: ObjectEdit, maker?: XconUserId): void {
    completeSections(edit, this.#parts.people.domain);
    const now = this.#parts.clock();
    const rules = this.#parts.times ?? timeDefaults;
    carryChildren(edit, rules);
    checkTimes(edit, rules, now);
    const more = peopleIn(edit.now) - peopleIn(edit.before);
    const times = timesOf(edit.now, rules);
    followClock(edit, times, now);
    checkEdit(edit);
    if (more > 0) checkWindow(edit.now, times, now);
    if (more > 0) checkRoom({ ...edit.now, counts: edit.before.counts }, this.#parts.limits.users, more);
    notePlanned(edit);
    planRoom(edit, times, { ...this.#planning, owner: maker });
  }

  /** The guards that wait, one after the other; without one nothing comes between a change and its commit. */
  *#asked(edits: readonly Edited[], call: Call): Generator<Promise<void>> {
    for (const edited of edits) {
      const uri = (edited.after ?? edited.before)?.uri;
      if (uri === undefined) continue;
      for (const guard of this.#guards) {
        const waits = guard({ uri, ...edited, by: byOf(call) });
        if (waits !== undefined) yield waits;
      }
    }
  }
}

const nothing = (): void => undefined;

const nameTaken = (): Refusal => new Refusal('conflict', 'The entity is taken: choose another.');
const tooFast = (): Refusal => new Refusal('took-too-long', 'The conference changes too fast: try again.');

/** How many have a place in the occurrence. */
const peopleIn = ({ counts }: ConferenceObject): number => counts.present + counts.pending;
