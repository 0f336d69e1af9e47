import type { Axis } from './expression.ts';
import type { XPathNode } from './node.ts';

/** The axes that run against document order; positions along them count from the context node (XPath 1.0 §2.4). */
export const REVERSE: ReadonlySet<Axis> = new Set(['ancestor', 'ancestor-or-self', 'preceding', 'preceding-sibling']);

/** The nodes along an axis in its own order (XPath 1.0 §2.2), made while they are asked for. */
export const alongAxis: Readonly<Record<Axis, (node: XPathNode) => Iterable<XPathNode>>> = {
  self: (node) => [node],
  child: (node) => node.children,
  attribute: (node) => node.attributes,
  namespace: (node) => node.namespaces,
  parent: (node) => (node.parent === undefined ? [] : [node.parent]),
  ancestor: (node) => ancestors(node.parent),
  'ancestor-or-self': (node) => ancestors(node),
  descendant: (node) => descendants(node),
  *'descendant-or-self'(node) {
    yield node;
    yield* descendants(node);
  },
  *'following-sibling'(node) {
    for (let next = node.nextSibling; next !== undefined; next = next.nextSibling) yield next;
  },
  *'preceding-sibling'(node) {
    for (let next = node.previousSibling; next !== undefined; next = next.previousSibling) yield next;
  },
  *following(node) {
    // What is below the parent of an attribute or a namespace comes after it, and is none of its descendants.
    if (node.place < 0 && node.parent !== undefined) yield* descendants(node.parent);
    for (let next = skipping(node); next !== undefined; next = next.children[0] ?? skipping(next)) yield next;
  },
  *preceding(node) {
    const start = node.place < 0 ? node.parent : node;
    for (const around of ancestors(start)) {
      for (let next = around.previousSibling; next !== undefined; next = next.previousSibling) yield* backwards(next);
    }
  },
};

function* ancestors(start: XPathNode | undefined): Generator<XPathNode> {
  for (let node = start; node !== undefined; node = node.parent) yield node;
}

/** The first node after this one and all below it. */
function skipping(node: XPathNode): XPathNode | undefined {
  for (const around of ancestors(node.place < 0 ? node.parent : node)) {
    if (around.nextSibling !== undefined) return around.nextSibling;
  }
  return undefined;
}

export function* descendants(top: XPathNode): Generator<XPathNode> {
  let node = top.children[0];
  while (node !== undefined) {
    yield node;
    let next = node.children[0];
    for (
      let around = node;
      next === undefined && around !== top && around.parent !== undefined;
      around = around.parent
    ) {
      next = around.nextSibling;
    }
    node = next;
  }
}

/** A node and all below it against document order, without a stack. */
function* backwards(top: XPathNode): Generator<XPathNode> {
  let node = deepest(top);
  for (;;) {
    yield node;
    if (node === top) return;
    const before = node.previousSibling;
    const next = before === undefined ? node.parent : deepest(before);
    if (next === undefined) return;
    node = next;
  }
}

function deepest(node: XPathNode): XPathNode {
  let at = node;
  for (let last = at.children.at(-1); last !== undefined; last = at.children.at(-1)) at = last;
  return at;
}
