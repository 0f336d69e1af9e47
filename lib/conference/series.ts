import {
  type ConferenceObject,
  ObjectEdit,
  type OccurrenceRange,
  type PartName,
  type SeriesChild,
} from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { checkApart } from '../schedule/conference-time.ts';
import { inOrder } from '../schedule/order.ts';
import { covers, isSameRange, overlap } from '../schedule/range.ts';
import { RecurrenceSet } from '../schedule/recurrence-set.ts';
import { UnusableTime } from '../schedule/unusable-time.ts';
import { childOf, followParent, setParent } from './child.ts';
import { baseOf, carriedRange, entriesOf, timeElementOf } from './child-times.ts';
import type { Edited } from './commits.ts';
import { Refusal } from './refusal.ts';
import { type TimeRules, timesOf } from './times.ts';

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

  /** As they were before anything was changed. */
  get objects(): readonly ConferenceObject[] {
    return [...this.#objects.values()];
  }

  /** One of them, and what stands for occurrences of it. */
  within(object: ConferenceObject): ConferenceObject[] {
    const children = (object.header.children ?? []).map(({ uri }) => this.#objects.get(uri));
    return [object, ...children.flatMap((child) => (child === undefined ? [] : this.within(child)))];
  }

  #now(uri: XconUri): ConferenceObject | undefined {
    return this.#gone.has(uri) ? undefined : (this.#edits.get(uri)?.now ?? this.#objects.get(uri));
  }

  /** The innermost object that stands for a whole range. */
  holderOf(range: OccurrenceRange, within = this.root): ConferenceObject | undefined {
    const object = this.#now(within);
    const inner = object?.header.children?.find((child) => covers(child, range));
    return inner === undefined ? object : this.holderOf(range, inner.uri);
  }

  /** Takes up the change of an object: its children follow. @throws {Refusal} conflict */
  change(edit: ObjectEdit): void {
    this.#edits.set(edit.now.uri, edit);
    this.#follow(edit.before, edit.now, edit.touched);
    this.#checkApart();
  }

  #follow(before: ConferenceObject, after: ConferenceObject, touched: readonly PartName[]): void {
    for (const { uri } of after.header.children ?? []) {
      const child = this.#now(uri);
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
    const [old, next] = [before, after].map(timeElementOf);
    const range = old === next ? stands : carriedRange(stands, old, next, rules);
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
  #isExcluded({ from, to }: OccurrenceRange, parent: ConferenceObject): boolean {
    if (from !== to) return false;
    return entriesOf(timeElementOf(parent)).some((entry) => {
      const set = new RecurrenceSet(baseOf(entry), this.#context.rules);
      return set.isExcluded(from);
    });
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
    this.#context.complete(edit);
  }

  /**
   * What is to stand for a range of a parent's occurrences, before anybody has changed it.
   * @throws {Refusal} conflict where they are none, over, going on, or partly another's; resources-exhausted
   */
  begin(parent: ConferenceObject, uri: XconUri, range: OccurrenceRange): ConferenceObject {
    const { rules, now, most } = this.#context;
    if (this.#objects.size >= most)
      throw new Refusal('resources-exhausted', `At most ${String(most)} changes of one series are kept apart.`);
    const partly = (parent.header.children ?? []).find((child) => overlap(child, range) && !covers(range, child));
    if (partly !== undefined)
      throw new Refusal(
        'conflict',
        `${partly.uri} stands for some of these occurrences, and for others: change it first.`,
      );
    const made = childOf(parent, uri, range, rules);
    const { occurrence: running, passed = -Infinity } = parent.header;
    const first = timesOf(parent, rules)?.find(range.from);
    if (running !== undefined && covers(range, { from: running.id, to: running.id }))
      throw new Refusal(
        'conflict',
        'One of these occurrences goes on: change the conference itself, or those after it.',
      );
    if (first !== undefined && (first.start <= passed || (first.ends !== undefined && first.ends <= now)))
      throw new Refusal('conflict', `The occurrence of ${range.from} is over: begin with a later one.`);
    return made;
  }

  /** Takes up a new child; those children of its parent that stand for some of its occurrences become its own. */
  add(edit: ObjectEdit, parent: ConferenceObject): void {
    const { uri, header } = edit.now;
    const { stands } = header;
    if (stands === undefined) return;
    const [inside, beside] = partition(parent.header.children ?? [], (child) => covers(stands, child));
    const { from, to } = stands;
    this.#edits.set(uri, edit);
    const owner = this.#edit(parent);
    this.#setChildren(owner, [...beside, { uri, from, ...(to !== undefined && { to }) }]);
    if (inside.length > 0) this.#setChildren(edit, inside);
    for (const { uri: inner } of inside) this.#reparent(inner, parent, edit.now);
    this.#checkApart();
  }

  /** Deletes a child: its occurrences are its parent's again, and so are its children. Of the series itself: all. */
  remove(object: ConferenceObject): void {
    const parent = object.header.parent && this.#now(object.header.parent.uri);
    if (object.header.stands === undefined || parent === undefined) {
      for (const { uri } of this.objects) this.#gone.add(uri);
      return;
    }
    this.#gone.add(object.uri);
    const inner = object.header.children ?? [];
    const others = (parent.header.children ?? []).filter(({ uri }) => uri !== object.uri);
    this.#setChildren(this.#edit(parent), [...others, ...inner]);
    for (const { uri } of inner) this.#reparent(uri, object, parent);
    this.#checkApart();
  }

  #reparent(uri: XconUri, before: ConferenceObject, after: ConferenceObject): void {
    const child = this.#now(uri);
    if (child === undefined) return;
    const edit = this.#edit(child);
    setParent(edit, after.uri);
    if (isOver(child)) this.#context.complete(edit);
    else this.#followOne(edit.now, before, after);
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
      const after = { ...now, version: before.version + 1 };
      return before.version === 0 ? [{ after, touched: allParts(now) }] : [{ before, after, touched }];
    });
    return [...gone, ...changed];
  }

  /** @throws {Refusal} conflict when occurrences of the series and of its children overlap */
  #checkApart(): void {
    const { rules, now } = this.#context;
    const isTold = [...this.#edits.values()].some(
      ({ before, now: after }) =>
        before.header.children !== after.header.children || timeElementOf(before) !== timeElementOf(after),
    );
    if (!isTold && this.#gone.size === 0) return;
    const members = new Set([...this.#objects.keys(), ...this.#edits.keys()]);
    const times = [...members].flatMap((uri) => {
      const object = this.#now(uri);
      const time = object && timesOf(object, rules);
      return time === undefined ? [] : [time.from(now)];
    });
    try {
      checkApart(
        inOrder(times, ({ start }) => start),
        rules.compared,
      );
    } catch (error) {
      if (error instanceof UnusableTime) throw new Refusal('conflict', error.message);
      throw error;
    }
  }

  /** Where somebody comes who asks for the series: who has people, then what began last; the series when nothing goes on. */
  get reached(): XconUri {
    const running = this.objects.filter(({ header }) => header.active);
    const best = running.toSorted((a, b) => rank(b) - rank(a) || begun(b) - begun(a))[0];
    return best?.uri ?? this.root;
  }
}

const rank = ({ counts }: ConferenceObject): number => Math.sign(counts.connected + counts.pending);
const begun = ({ header }: ConferenceObject): number => header.occurrence?.start ?? 0;

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
