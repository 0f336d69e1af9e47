import { XML_NAMESPACE } from './characters.ts';
import { XmlElement, type XmlDeclaration, type XmlName, type XmlNode } from './element.ts';
import { stringValue } from './patch-locate.ts';
import { keyLabel, keyValue, sameName, type KeyOf, type KeySpec } from './patch-key.ts';

/** A selector, and the declarations that it needs besides those of the patch document. */
export interface Path {
  readonly text: string;
  readonly declarations: readonly XmlDeclaration[];
}

/** Writes names for selectors with the prefixes of the patch document, and with `ns1`, `ns2` … for other namespaces. */
export class SelectorNames {
  readonly #prefixes: readonly XmlDeclaration[];
  readonly #made = new Map<string, XmlDeclaration>();

  constructor(prefixes: readonly XmlDeclaration[]) {
    this.#prefixes = prefixes;
  }

  /** Undefined where no name can say it: no namespace where the patch document has a default one. */
  element(name: XmlName): Path | undefined {
    const fallback = this.#prefixes.find(({ prefix }) => prefix === '')?.namespace ?? '';
    if (name.namespace === fallback) return { text: name.local, declarations: [] };
    return name.namespace === '' ? undefined : this.#prefixed(name);
  }

  attribute(name: XmlName): Path {
    return name.namespace === '' ? { text: name.local, declarations: [] } : this.#prefixed(name);
  }

  #prefixed({ namespace, local }: XmlName): Path {
    if (namespace === XML_NAMESPACE) return { text: `xml:${local}`, declarations: [] };
    const known = this.#prefixes.find((one) => one.namespace === namespace && one.prefix !== '');
    if (known !== undefined) return { text: `${known.prefix}:${local}`, declarations: [] };
    const made = this.#made.get(namespace) ?? this.#make(namespace);
    return { text: `${made.prefix}:${local}`, declarations: [made] };
  }

  #make(namespace: string): XmlDeclaration {
    const taken = new Set([...this.#prefixes, ...this.#made.values()].map(({ prefix }) => prefix));
    let number = 1;
    while (taken.has(`ns${number}`)) number += 1;
    const made = { prefix: `ns${number}`, namespace };
    this.#made.set(namespace, made);
    return made;
  }
}

export function joinPath(parent: Path, step: Path): Path {
  const text = parent.text === '' ? step.text : `${parent.text}/${step.text}`;
  if (step.declarations.length === 0) return { text, declarations: parent.declarations };
  return { text, declarations: [...new Set([...parent.declarations, ...step.declarations])] };
}

/** `name[@key='value']`, or undefined where XPath 1.0 has no literal or name for it. */
export function keyedStep(element: XmlElement, spec: KeySpec, value: string, names: SelectorNames): Path | undefined {
  const name = names.element(element);
  const key = 'attribute' in spec ? { text: `@${spec.attribute}`, declarations: [] } : names.element(spec.child);
  const quote = value.includes("'") ? '"' : "'";
  if (name === undefined || key === undefined || value.includes(quote)) return undefined;
  return {
    text: `${name.text}[${key.text}=${quote}${value}${quote}]`,
    declarations: [...new Set([...name.declarations, ...key.declarations])],
  };
}

/** How often something stands among the siblings before and after. */
interface Count {
  before: number;
  after: number;
}

/** The nodes of one sort among siblings: elements of one name, texts, comments or instructions. */
interface Sort {
  readonly before: number[];
  readonly after: number[];
  readonly keys: Map<string, Map<string, Count>>;
}

const newSort = (): Sort => ({ before: [], after: [], keys: new Map() });

/**
 * Steps to siblings while their list is patched from its end to its beginning: at every moment it is a beginning of
 * `before` and an end of `after`. So positions are those in `before`, and what is unique in both and stays, or goes
 * for good, needs no position.
 */
export class Siblings {
  readonly #before: readonly XmlNode[];
  readonly #after: readonly XmlNode[];
  readonly #partners: readonly number[];
  readonly #keyOf: KeyOf;
  readonly #names: SelectorNames;
  readonly #sorts = new Map<string, Map<string, Sort>>();
  readonly #ordinals: number[] = [];
  #elementOrdinals: number[] | undefined;

  constructor(
    before: readonly XmlNode[],
    after: readonly XmlNode[],
    partners: readonly number[],
    keyOf: KeyOf,
    names: SelectorNames,
  ) {
    this.#before = before;
    this.#after = after;
    this.#partners = partners;
    this.#keyOf = keyOf;
    this.#names = names;
    before.forEach((node, index) => this.#ordinals.push(this.#sort(node).before.push(index)));
    after.forEach((node, index) => this.#sort(node).after.push(index));
  }

  /** The step to the node at this index of `before`. */
  step(index: number): Path {
    const node = this.#before[index] ?? '';
    const sort = this.#sort(node);
    const count = { before: sort.before.length, after: sort.after.length };
    const position = this.#alone(index, count, (other) => this.#sort(other) === sort)
      ? ''
      : `[${this.#ordinals[index] ?? 0}]`;
    if (typeof node === 'string') return { text: `text()${position}`, declarations: [] };
    if (!(node instanceof XmlElement)) {
      return {
        text: node.kind === 'comment' ? `comment()${position}` : `processing-instruction()${position}`,
        declarations: [],
      };
    }
    const keyed = this.#keyed(index, node, sort);
    if (keyed !== undefined) return keyed;
    const name = this.#names.element(node);
    if (name === undefined) return { text: `*[${this.#elementOrdinal(index)}]`, declarations: [] };
    return { text: name.text + position, declarations: name.declarations };
  }

  #keyed(index: number, node: XmlElement, sort: Sort): Path | undefined {
    const spec = this.#keyOf(node);
    const value = spec === undefined ? undefined : keyValue(node, spec);
    if (spec === undefined || value === undefined) return undefined;
    const count = this.#keyCounts(sort, spec).get(value) ?? { before: 0, after: 0 };
    const same = (other: XmlElement) => sameName(other, node) && matches(other, spec).includes(value);
    if (!this.#alone(index, count, (other) => other instanceof XmlElement && same(other))) return undefined;
    return keyedStep(node, spec, value, this.#names);
  }

  #alone(index: number, count: Count, same: (node: XmlNode) => boolean): boolean {
    if (count.before !== 1 || count.after > 1) return false;
    if (count.after === 0) return true;
    const partner = this.#after[this.#partners[index] ?? -1];
    return partner !== undefined && same(partner);
  }

  #keyCounts(sort: Sort, spec: KeySpec): ReadonlyMap<string, Count> {
    const label = keyLabel(spec);
    const known = sort.keys.get(label);
    if (known !== undefined) return known;
    const counts = new Map<string, Count>();
    const tally = (node: XmlNode | undefined, side: keyof Count) => {
      if (!(node instanceof XmlElement)) return;
      for (const value of matches(node, spec)) {
        const count = counts.get(value);
        if (count === undefined) counts.set(value, { before: 0, after: 0, [side]: 1 });
        else count[side] += 1;
      }
    };
    for (const index of sort.before) tally(this.#before[index], 'before');
    for (const index of sort.after) tally(this.#after[index], 'after');
    sort.keys.set(label, counts);
    return counts;
  }

  #sort(node: XmlNode): Sort {
    const [local, namespace] =
      typeof node === 'string'
        ? ['', 'text']
        : node instanceof XmlElement
          ? [node.local, node.namespace]
          : ['', node.kind];
    let byNamespace = this.#sorts.get(local);
    if (byNamespace === undefined) this.#sorts.set(local, (byNamespace = new Map<string, Sort>()));
    let sort = byNamespace.get(namespace);
    if (sort === undefined) byNamespace.set(namespace, (sort = newSort()));
    return sort;
  }

  #elementOrdinal(index: number): number {
    let count = 0;
    this.#elementOrdinals ??= this.#before.map((node) => (node instanceof XmlElement ? (count += 1) : count));
    return this.#elementOrdinals[index] ?? 0;
  }
}

/** Every value by which a predicate on this key would find the element. */
function matches(element: XmlElement, spec: KeySpec): readonly string[] {
  if ('attribute' in spec) {
    const value = element.attribute(spec.attribute);
    return value === undefined ? [] : [value];
  }
  return [...new Set(element.all(spec.child.namespace, spec.child.local).map(stringValue))];
}
