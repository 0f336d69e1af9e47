import { XmlElement, type XmlAttribute, type XmlDeclaration, type XmlNode } from './element.ts';
import { Identities } from './identity.ts';
import { Alignment } from './patch-align.ts';
import { keyValue, sameName, type KeyOf } from './patch-key.ts';
import { joinPath, keyedStep, SelectorNames, Siblings, type Path } from './patch-path.ts';

export type { KeyOf, KeySpec } from './patch-key.ts';

export interface DiffOptions {
  /** The namespace of the operations, that of the patch document. */
  readonly namespace: string;
  /** What the patch document declares, `''` for its default namespace; operations declare only what is not here. */
  readonly prefixes: readonly XmlDeclaration[];
  /** The keys by which elements are matched and selected; by default none has one. */
  readonly keyOf?: KeyOf;
  /** How many children without key may be new in one element before the element is replaced whole; 1,000 by default. */
  readonly unkeyed?: number;
}

/** Where a child stands that {@link diffChild} is asked about. */
export interface ChildPlace {
  /** From 1 among the siblings of its name; selects a child that neither key nor name makes unique. */
  readonly position?: number;
  /** The keyed sibling that a new child follows; without it the child comes last. */
  readonly follows?: XmlElement;
}

/**
 * The operations (RFC 5261) that turn one document into the other, for `applyPatch` in a patch document that declares
 * `prefixes`. What the two share by `===` is not looked at. Declarations are not compared, nor the order of attributes.
 */
export function diff(before: XmlElement, after: XmlElement, options: DiffOptions): XmlElement[] {
  const differ = new Differ(options);
  differ.pair(before, after, () => differ.rootPath(before));
  return differ.operations;
}

/**
 * As {@link diff} for one child of the element that `parent` selects (see {@link selectorPath}): its addition, change or removal.
 * The caller vouches that the child's key, or its name if it has none, is unique among its siblings; otherwise a
 * position is needed. Throws RangeError for a child that cannot be selected.
 */
export function diffChild(
  parent: string,
  before: XmlElement | undefined,
  after: XmlElement | undefined,
  options: DiffOptions,
  place: ChildPlace = {},
): XmlElement[] {
  if (before === after) return [];
  const differ = new Differ(options);
  const path = { text: parent, declarations: [] };
  if (before !== undefined) {
    const child = joinPath(path, differ.step(before, place.position));
    if (after === undefined) differ.operation('remove', child);
    else if (differ.sameKey(before, after)) differ.pair(before, after, () => child);
    else differ.operation('replace', child, [after]);
  } else if (after !== undefined) {
    const { follows } = place;
    if (follows === undefined) differ.operation('add', path, [after]);
    else differ.operation('add', joinPath(path, differ.step(follows)), [after], [attribute('pos', 'after')]);
  }
  return differ.operations;
}

/** The selector of the last of these elements, each the child of the one before it, the first one the root. */
export function selectorPath(elements: readonly XmlElement[], options: DiffOptions): string {
  const differ = new Differ(options);
  const path = elements
    .map((element, index) => (index === 0 ? differ.rootPath(element) : differ.step(element)))
    .reduce(joinPath);
  if (path.declarations.length > 0) throw new RangeError(`${path.text} needs prefixes that are not there`);
  return path.text;
}

const attribute = (local: string, value: string): XmlAttribute => ({ namespace: '', local, value });

class Differ {
  readonly operations: XmlElement[] = [];
  readonly #namespace: string;
  readonly #keyOf: KeyOf;
  readonly #unkeyed: number;
  readonly #names: SelectorNames;
  readonly #identities = new Identities();

  constructor({ namespace, prefixes, keyOf = () => undefined, unkeyed = 1_000 }: DiffOptions) {
    this.#namespace = namespace;
    this.#keyOf = keyOf;
    this.#unkeyed = unkeyed;
    this.#names = new SelectorNames(prefixes);
  }

  rootPath(root: XmlElement): Path {
    return this.#names.element(root) ?? { text: '*', declarations: [] };
  }

  step(element: XmlElement, position?: number): Path {
    const spec = this.#keyOf(element);
    const value = spec === undefined ? undefined : keyValue(element, spec);
    const keyed = spec && value !== undefined ? keyedStep(element, spec, value, this.#names) : undefined;
    const name = keyed ?? this.#names.element(element);
    if (name === undefined || (keyed === undefined && value !== undefined && position === undefined)) {
      throw new RangeError(`no selector for ${element.local}`);
    }
    if (keyed !== undefined || position === undefined) return name;
    return { text: `${name.text}[${position}]`, declarations: name.declarations };
  }

  operation(
    local: 'add' | 'replace' | 'remove',
    { text, declarations }: Path,
    children: readonly XmlNode[] = [],
    directives: readonly XmlAttribute[] = [],
  ): void {
    const attributes = [attribute('sel', text), ...directives];
    this.operations.push(new XmlElement(this.#namespace, local, attributes, children, declarations));
  }

  sameKey(before: XmlElement, after: XmlElement): boolean {
    const spec = this.#keyOf(before);
    return spec === undefined || keyValue(before, spec) === keyValue(after, spec);
  }

  /** The path is asked for only when there is something to say. */
  pair(before: XmlElement, after: XmlElement, path: () => Path): void {
    if (before === after) return;
    if (!sameName(before, after)) {
      this.operation('replace', path(), [after]);
      return;
    }
    let known: Path | undefined;
    const once = () => (known ??= path());
    if (this.#tooMany(before, after)) {
      this.operation('replace', once(), [after]);
      return;
    }
    this.#attributes(before, after, once);
    this.#children(before, after, once);
  }

  /** Nodes without key are compared by content and selected by position; a flood of them is not worth it. */
  #tooMany(before: XmlElement, after: XmlElement): boolean {
    if (before.children.length + after.children.length <= this.#unkeyed) return false;
    const shared = new Set(before.children);
    const isNew = (node: XmlNode) => !shared.has(node) && !(node instanceof XmlElement && this.#hasKey(node));
    return after.children.filter(isNew).length > this.#unkeyed;
  }

  #hasKey(element: XmlElement): boolean {
    const spec = this.#keyOf(element);
    return spec !== undefined && keyValue(element, spec) !== undefined;
  }

  #attributes(before: XmlElement, after: XmlElement, path: () => Path): void {
    if (before.attributes === after.attributes) return;
    for (const one of before.attributes) {
      const value = after.attribute(one.local, one.namespace);
      if (value === one.value) continue;
      const name = this.#names.attribute(one);
      const there = joinPath(path(), { ...name, text: `@${name.text}` });
      if (value === undefined) this.operation('remove', there);
      else this.operation('replace', there, value === '' ? [] : [value]);
    }
    for (const { namespace, local, value } of after.attributes) {
      if (before.attribute(local, namespace) !== undefined) continue;
      const name = this.#names.attribute({ namespace, local });
      const { text, declarations } = path();
      const there = { text, declarations: [...new Set([...declarations, ...name.declarations])] };
      this.operation('add', there, value === '' ? [] : [value], [attribute('type', `@${name.text}`)]);
    }
  }

  /** From the end to the beginning, so that what is still to come stands where it stood (see {@link Siblings}). */
  #children(parentBefore: XmlElement, parentAfter: XmlElement, path: () => Path): void {
    const before = parentBefore.children;
    const after = parentAfter.children;
    if (before === after) return;
    const key = this.#keyOf(parentBefore);
    const pinned =
      key !== undefined && 'child' in key && keyValue(parentBefore, key) !== undefined ? key.child : undefined;
    const partners = Alignment.of(before, after, this.#keyOf, this.#identities, pinned);
    let siblings: Siblings | undefined;
    const at = (index: number): Path => {
      siblings ??= new Siblings(before, after, partners, this.#keyOf, this.#names);
      return joinPath(path(), siblings.step(index));
    };
    let end = after.length;
    let last = before.length;
    for (let index = before.length - 1; index >= -1; index -= 1) {
      const partner = index === -1 ? -1 : (partners[index] ?? -1);
      if (index !== -1 && partner === -1) continue;
      this.#gap(before, index + 1, last, after.slice(partner + 1, end), path, at);
      last = index;
      end = partner;
      const node = before[index];
      const other = after[partner];
      if (node !== undefined && other !== undefined && node !== other) this.#node(node, other, () => at(index));
    }
  }

  /** What comes goes in before what goes is taken out, texts first, so that no two texts meet that must stay apart. */
  #gap(
    before: readonly XmlNode[],
    from: number,
    to: number,
    added: readonly XmlNode[],
    parent: () => Path,
    at: (index: number) => Path,
  ): void {
    if (added.length > 0) {
      if (to === before.length) this.operation('add', parent(), added);
      else if (to === 0) this.operation('add', parent(), added, [attribute('pos', 'prepend')]);
      else this.operation('add', at(to - 1), added, [attribute('pos', 'after')]);
    }
    for (let index = to - 1; index >= from; index -= 1) {
      if (typeof before[index] === 'string') this.operation('remove', at(index));
    }
    for (let index = to - 1; index >= from; index -= 1) {
      if (typeof before[index] !== 'string') this.operation('remove', at(index));
    }
  }

  #node(before: XmlNode, after: XmlNode, at: () => Path): void {
    if (before instanceof XmlElement && after instanceof XmlElement) this.pair(before, after, at);
    else if (this.#identities.of(before) !== this.#identities.of(after)) this.operation('replace', at(), [after]);
  }
}
