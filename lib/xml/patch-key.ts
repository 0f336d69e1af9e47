import { XmlElement, type XmlName, type XmlNode } from './element.ts';

/** What tells an element from its siblings of the same name: an unqualified attribute, or the text of a child. */
export type KeySpec = { readonly attribute: string } | { readonly child: XmlName };

/** The key of an element; undefined where its siblings are told apart by position. */
export type KeyOf = (element: XmlElement) => KeySpec | undefined;

export const sameName = (one: XmlName, other: XmlName): boolean =>
  one.local === other.local && one.namespace === other.namespace;

export const keyLabel = (spec: KeySpec): string =>
  'attribute' in spec ? `@${spec.attribute}` : `${spec.child.namespace} ${spec.child.local}`;

/** The key's value where it is plain: an attribute, or one child that holds one text. */
export function keyValue(element: XmlElement, spec: KeySpec): string | undefined {
  if ('attribute' in spec) return element.attribute(spec.attribute);
  const child = element.children.find((node) => isNamed(node, spec.child));
  if (!(child instanceof XmlElement) || element.children.some((node) => node !== child && isNamed(node, spec.child))) {
    return undefined;
  }
  const [text, ...more] = child.children;
  return typeof text === 'string' && more.length === 0 ? text : undefined;
}

export const isNamed = (node: XmlNode, name: XmlName): boolean => node instanceof XmlElement && sameName(node, name);
