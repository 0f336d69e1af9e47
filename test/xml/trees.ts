import fc from 'fast-check';
import { XmlElement, type XmlAttribute, type XmlDeclaration, type XmlNode } from '../../lib/xml/element.ts';

/** A tree as plain data by expanded names: no declarations, attributes in order of name. */
export function expanded(node: XmlNode): unknown {
  if (!(node instanceof XmlElement)) return node;
  const attributes = node.attributes.map(({ namespace, local, value }) => [`{${namespace}}${local}`, value]);
  return [`{${node.namespace}}${node.local}`, Object.fromEntries(attributes), node.children.map(expanded)];
}

export interface TreeAlphabet {
  readonly namespaces: readonly string[];
  readonly names: readonly string[];
  readonly text: fc.Arbitrary<string>;
  readonly declarations: fc.Arbitrary<XmlDeclaration[]>;
}

const forbidden = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

export const anyText = fc
  .oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: fc.constantFrom('<', '&', '>', ']', '"', "'", '\r', '\n', '\t', 'é', '😀') }),
  )
  .map((text) => text.replace(forbidden, ''));

/** Random elements, well-formed in that no texts are empty or adjacent and no attribute stands twice. */
export function trees({ namespaces, names, text, declarations }: TreeAlphabet): fc.Arbitrary<XmlElement> {
  const name = fc.record({ namespace: fc.constantFrom(...namespaces), local: fc.constantFrom(...names) });
  const attributes = fc.uniqueArray(
    fc.record({ namespace: fc.constantFrom('', ...namespaces), local: fc.constantFrom(...names), value: text }),
    { maxLength: 3, selector: ({ namespace, local }) => `${namespace} ${local}` },
  );
  const element = (children: fc.Arbitrary<readonly XmlNode[]>) =>
    fc
      .tuple(name, attributes, children, declarations)
      .map(
        ([{ namespace, local }, list, nodes, declared]) =>
          new XmlElement(namespace, local, list, joined(nodes), declared),
      );
  const comment: fc.Arbitrary<XmlNode> = fc
    .constantFrom('a comment', '', 'x')
    .map((one) => ({ kind: 'comment', text: one }));
  const instruction: fc.Arbitrary<XmlNode> = fc
    .constantFrom('', 'data')
    .map((one) => ({ kind: 'instruction', target: 'go', text: one }));
  return fc.letrec<{ node: XmlNode; element: XmlElement }>((tie) => ({
    node: fc.oneof({ depthSize: 'small', withCrossShrink: true }, text, tie('element'), comment, instruction),
    element: element(fc.oneof({ depthSize: 'small' }, fc.constant([]), fc.array(tie('node'), { maxLength: 5 }))),
  })).element;
}

export function joined(nodes: readonly XmlNode[]): XmlNode[] {
  return nodes.reduce<XmlNode[]>((list, node) => {
    const last = list.at(-1);
    if (typeof node === 'string' && typeof last === 'string') return [...list.slice(0, -1), last + node];
    return node === '' ? list : [...list, node];
  }, []);
}

export const attributesOf = (values: Readonly<Record<string, string>>): XmlAttribute[] =>
  Object.entries(values).map(([local, value]) => ({ namespace: '', local, value }));
