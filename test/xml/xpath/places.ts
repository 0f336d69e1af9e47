import type { XPathNode } from '../../../lib/xml/xpath/node.ts';

/** The way from the document to a node: the index among siblings at each level, an attribute or a namespace by its name. */
export function placeOf(node: XPathNode): string {
  if (node.parent === undefined) return '';
  const { kind } = node.subject;
  const sign = { attribute: '@', namespace: 'xmlns:' }[kind as string];
  return `${placeOf(node.parent)}/${sign === undefined ? node.index : sign + node.local}`;
}
