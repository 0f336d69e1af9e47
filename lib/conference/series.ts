import {
  type ConferenceObject,
  ObjectEdit,
  objectWith,
  type OccurrenceRange,
  type PartName,
  type SeriesChild,
} from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { covers, isSameRange, rangeOf } from '../schedule/range.ts';
import { beginChild, checkFamily } from './beginning.ts';
import { followParent, setParent } from './child.ts';
import { baseOf, carriedRange, entryOf, hasSamePlans, plan, timeElementOf } from './child-times.ts';
import type { Edited } from './object-change.ts';
import { beyond, Refusal } from './refusal.ts';
import type { TimeRules } from './times.ts';

// A series is one conference object. For some of its occurrences a dependent child may stand, made of it (RFC 5239 §7.4); a
// child may have children in turn. The ranges of siblings are apart, and within that of their parent. What a child has like
// its parent follows the parent, in the same set of changes.

type Find = (uri: XconUri) => Promise<ConferenceObject | undefined>;

export interface SeriesContext {
  readonly rules: TimeRules;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Objects of one series, at most. */
  readonly most: number;
  /** Checks an edit, and brings it to where it stands by its times. */
  complete(edit: ObjectEdit): void;
}

/** Whether an object is, or was, of a series that has children. */
export const isOfSeries = ({ header }: ConferenceObject): boolean =>
  header.stands !== undefined || (header.children?.length ?? 0) > 0;

/** A series with its children, and the changes of them that become one set. */
export class Series {
  readonly root: XconUri;
  readonly #objects: ReadonlyMap<XconUri, ConferenceObject>;
  readonly #edits = new Map<XconUri, ObjectEdit>();
  readonly #gone = new Set<XconUri>();
  /** Whose children have changed. */
  readonly #unsettled = new Set<ObjectEdit>();
  readonly #context: SeriesContext;

  private constructor(root: XconUri, objects: ReadonlyMap<XconUri, ConferenceObject>, context: SeriesContext) {
    this.root = root;
    this.#objects = objects;
    this.#context = context;
  }

  /** The series to which an object belongs; this value of the object is the one that counts. */
  static async of(object: ConferenceObject, find: Find, context: SeriesContext): Promise<Series> {
    const objects = new Map([[object.uri, object]]);
    const root = object.header.stands?.series ?? object.uri;
    const queue = [root];
    for (let uri = queue.shift(); uri !== undefined; uri = queue.shift()) {
      const found = objects.get(uri) ?? (await find(uri));
      if (found === undefined) continue;
      objects.set(uri, found);
      queue.push(...(found.header.children ?? []).map((child) => child.uri));
    }
    return new Series(root, objects, context);
  }

  /** A series that is being made. */
  static made(edit: ObjectEdit, context: SeriesContext): Series {
    const series = new Series(edit.now.uri, new Map(), context);
    series.#edits.set(edit.now.uri, edit);
    return series;
  }

  /** As they were before anything was changed. */
  get objects(): readonly ConferenceObject[] {
    return [...this.#objects.values()];
  }

  /** One of them, and what stands for occurrences of it. */
  within(object: ConferenceObject): ConferenceObject[] {
    const children = (object.header.children ?? []).map(({ uri }) => this.#objects.get(uri));
    return [object, ...children.flatMap((child) => (child === undefined ? [] : this.within(child)))];
  }

  /** One of them as the changes leave it. */
  now(uri: XconUri): ConferenceObject | undefined {
    return this.#gone.has(uri) ? undefined : (this.#edits.get(uri)?.now ?? this.#objects.get(uri));
  }

  /** The innermost object that stands for a whole range; `but` is not there yet. */
  holderOf(range: OccurrenceRange, within = this.root, but?: XconUri): ConferenceObject | undefined {
    const object = this.now(within);
    const inner = object?.header.children?.find((child) => child.uri !== but && covers(child, range));
    return inner === undefined ? object : this.holderOf(range, inner.uri, but);
  }

  /** Takes up the change of an object: its children follow. @throws {Refusal} conflict */
  change(edit: ObjectEdit): void {
    const known = this.#edits.get(edit.now.uri);
    if (known === undefined) this.#edits.set(edit.now.uri, edit);
    else known.goOn(edit);
    this.#follow(edit.before, edit.now, edit.touched);
  }

  /** Call when all changes are taken up. @throws {Refusal} conflict when occurrences of the series and its children overlap */
  settle(): void {
    for (const edit of this.#unsettled) if (!this.#gone.has(edit.now.uri)) this.#context.complete(edit);
    this.#unsettled.clear();
    this.#checkApart();
  }

  #follow(before: ConferenceObject, after: ConferenceObject, touched: readonly PartName[]): void {
    for (const { uri } of after.header.children ?? []) {
      const child = this.now(uri);
      if (child !== undefined && !isOver(child)) this.#followOne(child, before, after, touched);
    }
  }

  #followOne(
    child: ConferenceObject,
    before: ConferenceObject,
    after: ConferenceObject,
    touched?: readonly PartName[],
  ): void {
    const { stands } = child.header;
    const { rules } = this.#context;
    if (stands === undefined) return;
    const range = hasSamePlans(before, after) ? stands : carriedRange(stands, before, after, rules);
    if (range === undefined) {
      if (!this.#isExcluded(stands, after))
        throw new Refusal(
          'conflict',
          `${child.uri} stands for the occurrence of ${stands.from}, which would not be any more: change or delete it first.`,
        );
      this.#drop(child, after);
      return;
    }
    const edit = this.#edit(child);
    const from = edit.now;
    followParent(edit, { before, after, range, ...(touched && { touched }) }, rules);
    if (edit.now === from) return;
    this.#context.complete(edit);
    this.#follow(child, edit.now, edit.touched);
  }

  /** What the series cancels or leaves out on purpose takes place for nobody. */
  #isExcluded(range: OccurrenceRange, parent: ConferenceObject): boolean {
    const { from, to } = range;
    const set = plan(baseOf(entryOf(timeElementOf(parent), range)), this.#context.rules);
    return from === to && set?.isExcluded(from) === true;
  }

  #drop(child: ConferenceObject, parent: ConferenceObject): void {
    this.#gone.add(child.uri);
    const edit = this.#edit(parent);
    this.#setChildren(
      edit,
      (edit.now.header.children ?? []).filter(({ uri }) => uri !== child.uri),
    );
  }

  #edit(object: ConferenceObject): ObjectEdit {
    let edit = this.#edits.get(object.uri);
    if (edit === undefined) this.#edits.set(object.uri, (edit = new ObjectEdit(object)));
    return edit;
  }

  #setChildren(edit: ObjectEdit, children: readonly SeriesChild[]): void {
    edit.setHeader({ ...edit.now.header, children: children.toSorted((a, b) => (a.from < b.from ? -1 : 1)) });
    this.#unsettled.add(edit);
  }

  /** Gives back occurrences that were kept for a child, as nothing is different in them. */
  release(uri: XconUri, parent: ConferenceObject): void {
    const children = parent.header.children ?? [];
    const others = children.filter((child) => child.uri !== uri);
    if (others.length < children.length) this.#setChildren(this.#edit(parent), others);
  }

  /** What is to stand for a range of a parent's occurrences, before anybody has changed it. @throws {Refusal} */
  begin(parent: ConferenceObject, uri: XconUri, range: OccurrenceRange): ConferenceObject {
    const { most } = this.#context;
    const size = new Set([...this.#objects.keys(), ...this.#edits.keys()]).size - this.#gone.size;
    if (size >= most)
      throw beyond('conference.children', `At most ${String(most)} changes of one series are kept apart.`);
    return beginChild(parent, uri, range, this.#context);
  }

  /** Takes up a new child; those children of its parent that stand for some of its occurrences become its own. */
  add(edit: ObjectEdit, parent: ConferenceObject): void {
    const { uri, header } = edit.now;
    const { stands } = header;
    if (stands === undefined) return;
    const others = (parent.header.children ?? []).filter((child) => child.uri !== uri);
    const [inside, beside] = partition(others, (child) => covers(stands, child));
    this.#edits.set(uri, edit);
    const owner = this.#edit(parent);
    this.#setChildren(owner, [...beside, { uri, ...rangeOf(stands) }]);
    if (inside.length > 0) this.#setChildren(edit, inside);
    for (const { uri: inner } of inside) this.#reparent(inner, parent, edit.now);
  }

  /** Deletes a child: its occurrences are its parent's again, and so are its children. Of the series itself: all. */
  remove(object: ConferenceObject): void {
    const parent = object.header.parent && this.now(object.header.parent.uri);
    if (object.header.stands === undefined || parent === undefined) {
      for (const { uri } of this.objects) this.#gone.add(uri);
      return;
    }
    this.#gone.add(object.uri);
    const inner = object.header.children ?? [];
    const others = (parent.header.children ?? []).filter(({ uri }) => uri !== object.uri);
    this.#setChildren(this.#edit(parent), [...others, ...inner]);
    for (const { uri } of inner) this.#reparent(uri, object, parent);
  }

  #reparent(uri: XconUri, before: ConferenceObject, after: ConferenceObject): void {
    const child = this.now(uri);
    if (child === undefined) return;
    const edit = this.#edit(child);
    setParent(edit, after.uri);
    if (isOver(child)) this.#context.complete(edit);
    else this.#followOne(edit.now, before, after);
  }

  /** The edits so far. */
  get begun(): readonly ObjectEdit[] {
    return [...this.#edits.values()];
  }

  /** What changed, but for one object. */
  edits(but?: XconUri): Edited[] {
    const gone = [...this.#gone].flatMap((uri): Edited[] => {
      const before = this.#objects.get(uri);
      return before === undefined ? [] : [{ before, touched: [] }];
    });
    const changed = [...this.#edits.values()].flatMap((edit): Edited[] => {
      const { before, now, touched } = edit;
      if (this.#gone.has(now.uri) || now.uri === but || (now === before && before.version > 0)) return [];
      const after = objectWith(now, { version: before.version + 1 });
      return before.version === 0 ? [{ after, touched: allParts(now) }] : [{ before, after, touched }];
    });
    return [...gone, ...changed];
  }

  #checkApart(): void {
    const isTold = [...this.#edits.values()].some(
      ({ before, now }) => before.header.children !== now.header.children || !hasSamePlans(before, now),
    );
    if (!isTold && this.#gone.size === 0) return;
    const members = new Set([...this.#objects.keys(), ...this.#edits.keys()]);
    checkFamily(
      [...members].flatMap((uri) => this.now(uri) ?? []),
      this.#context,
    );
  }
}

/** Nothing of it is to come. */
const isOver = ({ header }: ConferenceObject): boolean =>
  header.stands !== undefined && header.due === undefined && header.occurrence === undefined;

const partition = <T>(all: readonly T[], is: (one: T) => boolean): [T[], T[]] => [
  all.filter(is),
  all.filter((one) => !is(one)),
];

const allParts = ({ sections, users }: ConferenceObject): PartName[] => [
  ...[...sections.keys()].map((key) => ({ kind: 'section', key }) as const),
  ...[...users.keys()].map((key) => ({ kind: 'user', key }) as const),
];

/** Whether a range is just what an object stands for. */
export const standsFor = ({ header }: ConferenceObject, range: OccurrenceRange): boolean =>
  header.stands !== undefined && isSameRange(header.stands, range);
