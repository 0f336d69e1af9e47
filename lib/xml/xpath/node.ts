import { XML_NAMESPACE } from '../characters.ts';
import { XmlElement, type XmlAttribute, type XmlDeclaration, type XmlNode } from '../element.ts';

const NONE: readonly XPathNode[] = [];

/** What a node stands for: the document above the root element, or a piece of the tree. */
export type Subject =
  | { readonly kind: 'document' }
  | { readonly kind: 'element'; readonly element: XmlElement }
  | { readonly kind: 'attribute'; readonly attribute: XmlAttribute }
  | { readonly kind: 'namespace'; readonly declaration: XmlDeclaration }
  | { readonly kind: 'text' | 'comment'; readonly text: string }
  | { readonly kind: 'processing-instruction'; readonly target: string; readonly text: string };

/**
 * A node of the tree of XPath 1.0 §5 over an immutable element: it knows its parent, and makes the nodes below it when
 * they are asked for, each once, so that `===` tells nodes apart.
 */
export class XPathNode {
  readonly subject: Subject;
  readonly parent: XPathNode | undefined;
  /** Place among all nodes that have this parent; namespaces and attributes come before children (§5). */
  readonly place: number;
  readonly depth: number;
  /** Of a child, its index in `parent.children`. */
  readonly index: number;
  #children: readonly XPathNode[] | undefined;
  #attributes: readonly XPathNode[] | undefined;
  #namespaces: readonly XPathNode[] | undefined;

  private constructor(subject: Subject, parent?: XPathNode, index = 0, place = index) {
    this.subject = subject;
    this.parent = parent;
    this.index = index;
    this.place = place;
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }

  /** The document whose root element this is. */
  static document(root: XmlElement): XPathNode {
    const document = new XPathNode({ kind: 'document' });
    document.#children = [new XPathNode({ kind: 'element', element: root }, document)];
    return document;
  }

  get children(): readonly XPathNode[] {
    if (this.subject.kind !== 'element') return this.#children ?? NONE;
    return (this.#children ??= this.subject.element.children
      .filter((child) => child !== '')
      .map((child, index) => new XPathNode(subjectOf(child), this, index)));
  }

  get attributes(): readonly XPathNode[] {
    if (this.subject.kind !== 'element') return NONE;
    return (this.#attributes ??= this.subject.element.attributes.map(
      (attribute, index, { length }) => new XPathNode({ kind: 'attribute', attribute }, this, index, index - length),
    ));
  }

  /** §5.4: one for each prefix that is in scope here, so far as the tree keeps declarations, and one for `xml`. */
  get namespaces(): readonly XPathNode[] {
    if (this.subject.kind !== 'element') return NONE;
    if (this.#namespaces !== undefined) return this.#namespaces;
    const scope = scopeOf(this);
    const first = -this.subject.element.attributes.length - scope.length;
    return (this.#namespaces = scope.map(
      (declaration, index) => new XPathNode({ kind: 'namespace', declaration }, this, index, first + index),
    ));
  }

  /** The expanded name (§5); nodes without one have the empty one. */
  get namespace(): string {
    const { subject } = this;
    if (subject.kind === 'element') return subject.element.namespace;
    return subject.kind === 'attribute' ? subject.attribute.namespace : '';
  }

  get local(): string {
    const { subject } = this;
    switch (subject.kind) {
      case 'element':
        return subject.element.local;
      case 'attribute':
        return subject.attribute.local;
      case 'namespace':
        return subject.declaration.prefix;
      case 'processing-instruction':
        return subject.target;
      default:
        return '';
    }
  }

  /** The string-value of a node that has no text nodes below it (§5). */
  get text(): string {
    const { subject } = this;
    switch (subject.kind) {
      case 'attribute':
        return subject.attribute.value;
      case 'namespace':
        return subject.declaration.namespace;
      case 'document':
      case 'element':
        return '';
      default:
        return subject.text;
    }
  }

  get nextSibling(): XPathNode | undefined {
    return this.place < 0 ? undefined : this.parent?.children[this.index + 1];
  }

  get previousSibling(): XPathNode | undefined {
    return this.place < 0 ? undefined : this.parent?.children[this.index - 1];
  }
}

function scopeOf(element: XPathNode): XmlDeclaration[] {
  const around: (readonly XmlDeclaration[])[] = [];
  for (let node: XPathNode | undefined = element; node?.subject.kind === 'element'; node = node.parent) {
    around.push(node.subject.element.declarations);
  }
  const scope = new Map([['xml', XML_NAMESPACE]]);
  for (const { prefix, namespace } of around.reverse().flat()) {
    if (namespace === '') scope.delete(prefix);
    else scope.set(prefix, namespace);
  }
  return [...scope].map(([prefix, namespace]) => ({ prefix, namespace }));
}

function subjectOf(node: XmlNode): Subject {
  if (node instanceof XmlElement) return { kind: 'element', element: node };
  if (typeof node === 'string') return { kind: 'text', text: node };
  if (node.kind === 'comment') return node;
  return { kind: 'processing-instruction', target: node.target, text: node.text };
}

/** Negative where `one` comes before `other` in document order, 0 where they are the same node of one document. */
export function compareOrder(one: XPathNode, other: XPathNode): number {
  let [left, right] = [one, other];
  while (left.depth > right.depth) left = left.parent ?? left;
  while (right.depth > left.depth) right = right.parent ?? right;
  if (left === right) return one.depth - other.depth;
  while (left.parent !== right.parent) {
    left = left.parent ?? left;
    right = right.parent ?? right;
  }
  return left.place - right.place;
}
