import { XML_NAMESPACE } from './characters.ts';
import { XmlElement, type XmlName, type XmlNode } from './element.ts';
import type { NodeTest, Predicate, Selector, Step } from './patch-selector.ts';

/** A node and the way from the root to it; the root has no parent. */
export interface Place<Node extends XmlNode = XmlNode> {
  readonly node: Node;
  readonly parent: Place<XmlElement> | undefined;
  /** Where the node stands among its parent's children. */
  readonly index: number;
}

/** The nodes that the steps of a selector lead to; attribute and declaration are the caller's to find on them. */
export function locate(root: XmlElement, { id, steps }: Selector): readonly Place[] {
  const start: Place<XmlElement> = { node: root, parent: undefined, index: 0 };
  let places: readonly Place[] = id === undefined ? [] : withId(start, id);
  steps.forEach((step, number) => {
    places =
      number === 0 && id === undefined
        ? filter([start], step)
        : places.flatMap((place) => (isElement(place) ? filter(children(place), step) : []));
  });
  return places;
}

export const isElement = (place: Place): place is Place<XmlElement> => place.node instanceof XmlElement;

/** The root after the node at this place has given way to these nodes. */
export function substitute(place: Place, nodes: readonly XmlNode[]): XmlElement {
  const { parent, index } = place;
  if (parent === undefined) {
    const [root] = nodes;
    if (root instanceof XmlElement) return root;
    throw new TypeError('a root is one element');
  }
  const siblings = parent.node.children;
  return substitute(parent, [
    parent.node.withChildren([...siblings.slice(0, index), ...nodes, ...siblings.slice(index + 1)]),
  ]);
}

/** Text nodes never stand side by side and are never empty (RFC 5261 §4.3.5, §4.5.6). */
export function joinTexts(nodes: readonly XmlNode[]): XmlNode[] {
  const joined: XmlNode[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (typeof node === 'string' && typeof last === 'string') joined[joined.length - 1] = last + node;
    else if (node !== '') joined.push(node);
  }
  return joined;
}

/** XPath 1.0 §5: the text of the element and of all that is in it. */
export function stringValue(element: XmlElement): string {
  let value = '';
  for (const child of element.children) {
    if (typeof child === 'string') value += child;
    else if (child instanceof XmlElement) value += stringValue(child);
  }
  return value;
}

function children(parent: Place<XmlElement>): Place[] {
  return parent.node.children.map((node, index) => ({ node, parent, index }));
}

function filter(places: readonly Place[], { test, predicates }: Step): readonly Place[] {
  let found = places.filter(({ node }) => passes(node, test));
  for (const predicate of predicates) found = found.filter(({ node }, index) => satisfies(node, index, predicate));
  return found;
}

function passes(node: XmlNode, test: NodeTest): boolean {
  if (typeof node === 'string') return test.kind === 'text';
  if (node instanceof XmlElement) return test.kind === 'element' && (test.name === undefined || same(node, test.name));
  if (node.kind === 'comment') return test.kind === 'comment';
  return test.kind === 'instruction' && (test.target === undefined || test.target === node.target);
}

function satisfies(node: XmlNode, index: number, predicate: Predicate): boolean {
  if (predicate.kind === 'position') return index + 1 === predicate.position;
  if (!(node instanceof XmlElement)) return false;
  const { value } = predicate;
  if (predicate.kind === 'self') return stringValue(node) === value;
  const { name } = predicate;
  if (predicate.kind === 'attribute') return node.attribute(name.local, name.namespace) === value;
  return node.children.some(
    (child) => child instanceof XmlElement && same(child, name) && stringValue(child) === value,
  );
}

const same = (one: XmlName, other: XmlName): boolean => one.local === other.local && one.namespace === other.namespace;

/** Without a schema only `xml:id` is known to be an ID (RFC 5261 §4.1). */
function withId(place: Place<XmlElement>, id: string): Place[] {
  const here: Place[] = place.node.attribute('id', XML_NAMESPACE) === id ? [place] : [];
  return [...here, ...children(place).flatMap((child) => (isElement(child) ? withId(child, id) : []))];
}
