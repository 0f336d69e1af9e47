import type { ConferenceObject, ObjectEdit, OccurrenceRange, SeriesChild } from '../model/conference-object.ts';
import { generateXconUri, type XconUri } from '../model/identifiers.ts';
import type { XmlElement } from '../xml/element.ts';
import type { ObjectAccess } from './access.ts';
import type { Call } from './calls.ts';
import type { ChangeRules, Enter } from './change-rules.ts';
import type { ChangeSets } from './change-sets.ts';
import { changesNothing } from './child.ts';
import { located } from './child-times.ts';
import type { Commits } from './commits.ts';
import type { ControlParts, Work } from './control-parts.ts';
import type { Dependants } from './dependants.ts';
import { reserve } from './beginning.ts';
import type { Edited } from './object-change.ts';
import type { Identities } from './people.ts';
import { Refusal } from './refusal.ts';
import { shaped, withVersionLater } from './refusing.ts';
import { Series, standsFor } from './series.ts';
import { type Slice, Slices } from './slices.ts';
import { followMain } from './sidebars.ts';
import { standingOf } from './standing.ts';
import { timeDefaults, type TimeRules } from './times.ts';

/** A piece of work on an object, and whom it names. */
export interface Asked {
  readonly element: XmlElement | undefined;
  readonly work: (work: Work) => void;
}

export interface AskedSeries {
  /** For the series itself. */
  readonly own?: Asked;
  /** For some of its occurrences. */
  readonly occurrences: readonly (Asked & { readonly range: OccurrenceRange })[];
  /** Children whose occurrences are to be the series' again. */
  readonly dropped?: readonly XconUri[];
}

/** What became of it. */
export interface ChangedSeries {
  /** That which was to be changed. */
  readonly object: ConferenceObject;
  /** What stands for the occurrences that were told apart, each once. */
  readonly children: readonly ConferenceObject[];
}

export interface SeriesChangesParts {
  readonly control: ControlParts;
  readonly access: ObjectAccess;
  readonly commits: Commits;
  readonly rules: ChangeRules;
  readonly sets: ChangeSets;
  readonly dependants: Dependants;
  /** Brings an object to where it stands by its times. */
  readonly tick: (uri: XconUri) => Promise<void>;
}

/** Changes of a series with its children, one set of changes: all are made or none (RFC 5239 §7.4). */
export class SeriesChanges {
  readonly #parts: SeriesChangesParts;
  readonly #rules: TimeRules;
  readonly #slices: Slices;

  constructor(parts: SeriesChangesParts) {
    this.#parts = parts;
    this.#rules = parts.control.times ?? timeDefaults;
    this.#slices = new Slices(parts.control.limits.filterSlice);
  }

  /** The series to which an object belongs. */
  of(object: ConferenceObject): Promise<Series> {
    return Series.of(object, (uri) => this.#parts.commits.newest(uri), this.#context);
  }

  get #context() {
    const { limits, clock } = this.#parts.control;
    const complete = (edit: ObjectEdit): void => shaped(() => this.#parts.rules.complete(edit));
    return { rules: this.#rules, now: clock(), most: limits.children, complete };
  }

  /** Nobody has changed any of the objects of a series meanwhile. */
  isCurrent(series: Series | undefined): boolean {
    return series === undefined || series.objects.every((object) => this.#parts.commits.isNewest(object));
  }

  /**
   * One try to change a series; undefined where an object has moved on meanwhile. A change of occurrences that changes
   * nothing makes no child.
   * @param pauses whether other work has its turn between one occurrence and the next
   */
  async change(call: Call, uri: XconUri, asked: AskedSeries, pauses = true): Promise<ChangedSeries | undefined> {
    const { access, rules, sets, dependants, control } = this.#parts;
    const object = await access.object(uri, 'conference', call);
    const series = await this.of(object);
    const late = series.objects.filter(({ header }) => (header.due ?? Infinity) <= control.clock());
    for (const one of late) await this.#parts.tick(one.uri);
    if (late.length > 0) return undefined;
    const begun = dependants.begun;
    for (const one of asked.dropped ?? []) await this.#drop(call, series, one);
    const changed = await rules.identitiesOf([asked.own, ...asked.occurrences], call);
    const idle = new Map<AskedSeries['occurrences'][number], XconUri>();
    const slice = pauses ? this.#slices.begin() : undefined;
    const children = await withVersionLater(object.version, async () => {
      const coming = this.#coming(object, asked);
      if (asked.own !== undefined) {
        const { work, element } = asked.own;
        const before = series.now(uri) ?? object;
        const reserving = (all: Work): void => {
          work(all);
          if (coming.length > 0) reserve(all.edit, coming, this.#rules);
        };
        const edit = rules.edited({
          ...{ call, before, main: undefined, element, identities: changed, enter: this.#enter(call) },
          work: reserving,
        });
        if (edit.touched.length > 0 || edit.now.header !== before.header) series.change(edit);
      }
      const apart = await this.#apart(call, series, uri, asked, coming, changed, slice, idle);
      if (idle.size === 0) series.settle();
      return apart;
    });
    if (idle.size > 0) return this.#without(call, uri, asked, idle, pauses);
    const followers: Edited[] = [];
    for (const edit of series.begun)
      followers.push(...(await followMain(edit, (one) => this.#parts.commits.newest(one))));
    const edits = series.edits();
    const after = new Map(edits.flatMap((one) => (one.after === undefined ? [] : [[one.after.uri, one.after]])));
    const valueOf = (one: XconUri): ConferenceObject | undefined => after.get(one) ?? series.now(one);
    const stillHolds = (): boolean => begun === dependants.begun && this.isCurrent(series);
    if (edits.length > 0 && !(await sets.commit(call, [...edits, ...followers], stillHolds))) return undefined;
    if (edits.length === 0 && !(await this.#parts.commits.becomesDurable(object))) return undefined;
    return { object: valueOf(uri) ?? object, children: children.flatMap((one) => valueOf(one) ?? []) };
  }

  /** The same but for what changes nothing: of that the answer is what stands for it already. */
  async #without(
    call: Call,
    uri: XconUri,
    asked: AskedSeries,
    idle: ReadonlyMap<AskedSeries['occurrences'][number], XconUri>,
    pauses: boolean,
  ): Promise<ChangedSeries | undefined> {
    const occurrences = asked.occurrences.filter((one) => !idle.has(one));
    const changed = await this.change(call, uri, { ...asked, occurrences }, pauses);
    if (changed === undefined) return undefined;
    const known = new Set([changed.object, ...changed.children].map((one) => one.uri));
    const others = await Promise.all(
      [...new Set(idle.values())].filter((one) => !known.has(one)).map((one) => this.#parts.commits.durable(one)),
    );
    return { ...changed, children: [...changed.children, ...others.filter((one) => one !== undefined)] };
  }

  /** What is to stand for occurrences, by names that nobody has. */
  #coming(object: ConferenceObject | undefined, { occurrences }: AskedSeries): SeriesChild[] {
    const { domain } = this.#parts.control.people;
    return occurrences.map(({ range }) => ({
      uri: generateXconUri(domain),
      ...(object === undefined ? range : located(object, range, this.#rules)),
    }));
  }

  #enter(call: Call): Enter {
    return (one, standing) => this.#parts.access.check(one, call, standing);
  }

  /** Makes or changes what stands for occurrences, those of wider ranges first. @throws {Refusal} */
  async #apart(
    call: Call,
    series: Series,
    uri: XconUri,
    { occurrences }: AskedSeries,
    coming: readonly SeriesChild[],
    identities: Identities,
    slice: Slice | undefined,
    idle?: Map<AskedSeries['occurrences'][number], XconUri>,
  ): Promise<XconUri[]> {
    const told = occurrences.map((one, index) => ({ ...one, one, child: coming[index] }));
    told.sort((a, b) => width(a.range) - width(b.range) || (a.range.from < b.range.from ? -1 : 1));
    const isOne = told.length === 1;
    const standing = new Set<XconUri>();
    for (const { child, one } of told) {
      await slice?.rest();
      if (child === undefined) continue;
      const make = (): XconUri | undefined => this.#one(call, series, uri, child, one, identities);
      const found = isOne ? make() : ofOccurrence(child.from, make);
      if (found === undefined) idle?.set(one, series.holderOf(child, uri, child.uri)?.uri ?? uri);
      else standing.add(found);
    }
    return [...standing];
  }

  /** Undefined where nothing is different. */
  #one(
    call: Call,
    series: Series,
    uri: XconUri,
    child: SeriesChild,
    { element, work }: Asked,
    identities: Identities,
  ): XconUri | undefined {
    const { rules } = this.#parts;
    const holder = series.holderOf(child, uri, child.uri);
    if (holder === undefined) throw new Refusal('no-such-conference', 'The conference is gone.');
    const enter = this.#enter(call);
    const proposed = { call, main: undefined, element, identities, work, enter };
    if (standsFor(holder, child)) {
      const edit = rules.edited({ ...proposed, before: holder });
      if (edit.touched.length > 0 || edit.now.header !== holder.header) series.change(edit);
      return holder.uri;
    }
    enter(holder, standingOf(holder, call.caller));
    const edit = rules.edited({ ...proposed, before: series.begin(holder, child.uri, child) });
    if (changesNothing(edit)) {
      series.release(child.uri, holder);
      return undefined;
    }
    series.add(edit, holder);
    return child.uri;
  }

  async #drop(call: Call, series: Series, uri: XconUri): Promise<void> {
    const object = series.now(uri);
    if (object?.header.stands === undefined) return;
    if (standingOf(object, call.caller).level !== 'organizer')
      throw new Refusal('not-allowed', 'Only an organizer may delete a conference.');
    await this.#parts.dependants.refuse(object, series);
    series.remove(object);
  }

  /** A new series with what stands for some of its occurrences, all in their first versions. @throws {Refusal} */
  async made(
    call: Call,
    edit: ObjectEdit,
    asked: AskedSeries,
    coming: readonly SeriesChild[],
  ): Promise<readonly Edited[]> {
    const identities = await this.#parts.rules.identitiesOf(asked.occurrences, call);
    const series = Series.made(edit, this.#context);
    await this.#apart(call, series, edit.now.uri, asked, coming, identities, this.#slices.begin());
    series.settle();
    return series.edits();
  }

  /** Keeps the occurrences of a series that is being made for its children; what they are to be. */
  reserved(edit: ObjectEdit, asked: AskedSeries): SeriesChild[] {
    const coming = this.#coming(edit.now, asked);
    reserve(edit, coming, this.#rules);
    return coming;
  }
}

/** Ranges without an end first, single occurrences last. */
const width = ({ from, to }: OccurrenceRange): number => (to === undefined ? 0 : to === from ? 2 : 1);

/** Says of which occurrence a refusal is. */
function ofOccurrence<T>(id: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(error.reason, `At ${id}: ${error.message}`, error.version, error.obstacle);
  }
}
