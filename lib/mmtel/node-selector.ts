import type { XmlDeclaration, XmlElement, XmlName, XmlNode } from '../xml/element.ts';
import { PatchError } from '../xml/patch-error.ts';
import { isElement, joinTexts, locate, substitute, type Place } from '../xml/patch-locate.ts';
import { parseSelector, type Selector, type Step } from '../xml/patch-selector.ts';
import { SIMSERVS } from './simservs.ts';

/** Which element, or attribute of it, of a document is meant (RFC 4825 §6.3). */
export interface NodeSelector {
  readonly steps: readonly Step[];
  readonly attribute: XmlName | undefined;
}

export type Found = Place<XmlElement>;

/**
 * Reads a node selector as it stands decoded in a path, with the query of its URI (§6.4). Undefined for what is none.
 * Unprefixed names are of the namespace of TS 24.623.
 */
export function readNodeSelector(text: string, query: string): NodeSelector | undefined {
  const bindings = new Map([['', SIMSERVS]]);
  for (const [, prefix = '', namespace = ''] of query.matchAll(/xmlns\(([^=()]+)=([^()]*)\)/g))
    bindings.set(prefix.trim(), namespace);
  let selector: Selector;
  try {
    selector = parseSelector(text, bindings);
  } catch (error) {
    if (error instanceof PatchError) return undefined;
    throw error;
  }
  const { id, steps, prefix, attribute } = selector;
  const isPlain = steps.length > 0 && id === undefined && prefix === undefined && steps.every(isStep);
  return isPlain ? { steps, attribute } : undefined;
}

const isStep = ({ test, predicates }: Step): boolean =>
  test.kind === 'element' && predicates.every(({ kind }) => kind === 'position' || kind === 'attribute');

/** The one element that the steps select, each step one; undefined for none and for several. */
export function find(root: XmlElement, steps: readonly Step[]): Found | undefined {
  for (let length = 1; length < steps.length; length++)
    if (locate(root, selectorOf(steps.slice(0, length))).length !== 1) return undefined;
  const [place, ...more] = locate(root, selectorOf(steps));
  return place !== undefined && more.length === 0 && isElement(place) ? place : undefined;
}

const selectorOf = (steps: readonly Step[]): Selector => ({
  id: undefined,
  steps,
  attribute: undefined,
  prefix: undefined,
});

/** The root with the element where the selector leads to it, in place of the one there or new (§8.2.3, §8.2.4). */
export function put(root: XmlElement, steps: readonly Step[], element: XmlElement): XmlElement | undefined {
  const there = find(root, steps);
  const after = there === undefined ? insert(root, steps, element) : substitute(there, [element]);
  return after !== undefined && find(after, steps)?.node === element ? after : undefined;
}

/** The root without the element; undefined where the selector then leads to another one (§8.4). */
export function without(steps: readonly Step[], { parent, index }: Found): XmlElement | undefined {
  if (parent === undefined) return undefined;
  const { children } = parent.node;
  const after = substitute(parent, [
    parent.node.withChildren(joinTexts([...children.slice(0, index), ...children.slice(index + 1)])),
  ]);
  return find(after, steps) === undefined ? after : undefined;
}

function insert(root: XmlElement, steps: readonly Step[], element: XmlElement): XmlElement | undefined {
  const parent = find(root, steps.slice(0, -1));
  const at = parent && insertionPoint(parent.node.children, steps.at(-1));
  if (parent === undefined || at === undefined) return undefined;
  const { children } = parent.node;
  return substitute(parent, [parent.node.withChildren([...children.slice(0, at), element, ...children.slice(at)])]);
}

/** Where among the children: behind those of its name, at the position that is asked for, else last (§8.2.3). */
function insertionPoint(children: readonly XmlNode[], step: Step | undefined): number | undefined {
  if (step?.test.kind !== 'element') return undefined;
  const { name } = step.test;
  const siblings = children.flatMap((child, at) =>
    typeof child === 'object' && 'local' in child && (name === undefined || child.is(name.namespace, name.local))
      ? [at]
      : [],
  );
  const position = step.predicates.find(({ kind }) => kind === 'position');
  if (position?.kind !== 'position') {
    const last = name === undefined ? undefined : siblings.at(-1);
    return last === undefined ? children.length : last + 1;
  }
  if (position.position === 1) return siblings[0] ?? children.length;
  const before = siblings[position.position - 2];
  return before === undefined ? undefined : before + 1;
}

/** The prefixes that are declared at a place, the innermost meaning of each. */
export function declarationsAt(place: Found | undefined): readonly XmlDeclaration[] {
  const declared = new Map<string, XmlDeclaration>();
  for (let at = place; at !== undefined; at = at.parent)
    for (const one of at.node.declarations) if (!declared.has(one.prefix)) declared.set(one.prefix, one);
  return [...declared.values()];
}
