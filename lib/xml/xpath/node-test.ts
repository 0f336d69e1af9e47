import type { XPath } from './compile.ts';
import type { Axis, NodeTest } from './expression.ts';
import type { XPathNode } from './node.ts';

/** Whether a node on this axis passes the test (XPath 1.0 §2.3); a name is of the axis's principal kind of node. */
export function passes(node: XPathNode, test: NodeTest, axis: Axis): boolean {
  const { kind } = node.subject;
  switch (test.kind) {
    case 'node':
      return true;
    case 'text':
    case 'comment':
      return kind === test.kind;
    case 'processing-instruction':
      return kind === test.kind && (test.target === undefined || test.target === node.local);
    case 'name':
      return (
        kind === (axis === 'attribute' || axis === 'namespace' ? axis : 'element') &&
        (test.local === undefined || test.local === node.local) &&
        (test.namespaces?.includes(node.namespace) ?? true)
      );
  }
}

/**
 * The name as an expression with these namespaces would write it: without a prefix in a default namespace, with the
 * expression's prefix, else with the document's; a prefix of neither leaves the local name.
 */
export function nameOf(node: XPathNode, { prefixes, defaultNamespaces }: XPath): string {
  const { namespace, local } = node;
  if (namespace === '' || (node.subject.kind === 'element' && defaultNamespaces.includes(namespace))) return local;
  const element = node.subject.kind === 'element' ? node : node.parent;
  const prefix =
    [...prefixes].find(([prefix, one]) => one === namespace && prefix !== '')?.[0] ??
    element?.namespaces.find(({ text, local: one }) => text === namespace && one !== '')?.local;
  return prefix === undefined ? local : `${prefix}:${local}`;
}
