import { type XmlAttribute, XmlElement, type XmlNode } from '../xml/element.ts';
import type { AttributeDefinition, ElementDefinition } from './definitions.ts';
import { CONFERENCE_INFO, PREFIXES, XCON } from './names.ts';

const XML = 'http://www.w3.org/XML/1998/namespace';

/** Namespaces whose prefixes we choose ourselves. */
const OWN = new Set(['', ...PREFIXES.map((one) => one.namespace)]);

/** The element does not have the shape that the data model gives it; the message names the element and what it needs. */
export class ShapeError extends Error {}

export const expanded = (name: { namespace: string; local: string }): string => `{${name.namespace}}${name.local}`;

/** What follows from the children of a definition: how to find each by its name, and which must be there. */
interface Children {
  readonly byLocalName: ReadonlyMap<string, readonly ElementDefinition[]>;
  readonly rank: ReadonlyMap<ElementDefinition, number>;
  readonly required: readonly ElementDefinition[];
}

const derived = new WeakMap<ElementDefinition, Children>();

function childrenOf(definition: ElementDefinition): Children {
  let children = derived.get(definition);
  if (children === undefined) derived.set(definition, (children = derive(definition.children())));
  return children;
}

function derive(children: readonly ElementDefinition[]): Children {
  const byLocalName = new Map<string, ElementDefinition[]>();
  for (const child of children) {
    for (const local of [child.local, child.alias])
      if (local !== undefined) byLocalName.set(local, [...(byLocalName.get(local) ?? []), child]);
  }
  const rank = new Map(children.map((child, index) => [child, index]));
  return { byLocalName, rank, required: children.filter((child) => child.required) };
}

/** The definition of a child; undefined for an element that the model does not know. */
export function childDefinition(definition: ElementDefinition, child: XmlElement): ElementDefinition | undefined {
  for (const one of childrenOf(definition).byLocalName.get(child.local) ?? [])
    if (one.namespace === child.namespace) return one;
  return undefined;
}

export type ChildrenByDefinition = ReadonlyMap<ElementDefinition | undefined, readonly XmlElement[]>;

/** The child elements under their definitions; those that the model does not know under none. */
export function byDefinition(definition: ElementDefinition, parent: XmlElement | undefined): ChildrenByDefinition {
  const found = new Map<ElementDefinition | undefined, XmlElement[]>();
  for (const child of parent?.children ?? []) {
    if (!(child instanceof XmlElement)) continue;
    const its = childDefinition(definition, child);
    const siblings = found.get(its);
    if (siblings === undefined) found.set(its, [child]);
    else siblings.push(child);
  }
  return found;
}

/** The key of an item of a keyed list, trimmed; undefined when the list has no key. */
export function keyOf(definition: ElementDefinition, item: XmlElement): string | undefined {
  if (definition.key === undefined) return undefined;
  if ('attribute' in definition.key) return item.attribute(definition.key.attribute)?.trim();
  return item.first(item.namespace, definition.key.child)?.text.trim();
}

/** `state` and `version` of RFC 4575 mean nothing here (RFC 6501 §4.1). */
const isUnused = ({ namespace, local }: XmlAttribute): boolean =>
  namespace === '' && (local === 'state' || local === 'version');

/** An element with nothing in it, which in an update removes what stands there (RFC 6503 §5.3.4, figure 8). */
export const isEmpty = (element: XmlElement): boolean =>
  element.attributes.every(isUnused) &&
  element.children.every((child) => typeof child === 'string' && child.trim() === '');

/**
 * The element as the model keeps it: children in the model's order with unknown ones last, white space between
 * elements dropped, simple values trimmed; `state` and `version`, what says nothing, and extensions where the schemas
 * have no place for them dropped (RFC 6501 §6). Nothing is checked.
 */
export function normalise(definition: ElementDefinition, element: XmlElement): XmlElement {
  return new XmlElement(
    definition.namespace,
    definition.local,
    element.attributes.filter((one) => !isUnused(one) && (isOurs(definition, one) || takesAttribute(definition, one))),
    definition.type === undefined ? inOrder(definition, element) : simple(definition, element),
    element.declarations.filter((one) => !OWN.has(one.namespace)),
  );
}

/** Attributes without namespace or in one of the model's are its own, right or wrong. */
const isOurs = (definition: ElementDefinition, one: XmlAttribute): boolean =>
  isModels(one) || isDefined(definition, one);

const isDefined = ({ attributes }: ElementDefinition, { namespace, local }: XmlAttribute): boolean =>
  attributes.some((one) => one.local === local && one.namespace === namespace);

const takesAttribute = ({ open }: ElementDefinition, { namespace }: XmlAttribute): boolean =>
  (open === 'all' || open === 'attributes') && namespace !== XML;

/** Children that the model does not know, where extensions may stand. */
export const extensionsIn = (definition: ElementDefinition, element: XmlElement): XmlElement[] =>
  element.elements.filter(
    (child) => childDefinition(definition, child) === undefined && isExtension(definition, child),
  );

/** Whether a child that the model does not know stands where extensions may stand. */
export const isExtension = (definition: ElementDefinition, child: XmlElement): boolean =>
  takesContent(definition) || isModels(child);

const takesContent = ({ open }: ElementDefinition): boolean => open === 'all' || open === 'content';

function simple(definition: ElementDefinition, element: XmlElement): readonly XmlNode[] {
  const value = definition.type?.exact === true ? element.text : element.text.trim();
  return value === '' ? [] : [value];
}

function inOrder(definition: ElementDefinition, element: XmlElement): readonly XmlNode[] {
  const known: (readonly [its: ElementDefinition, child: XmlElement])[] = [];
  for (const child of element.elements) {
    const its = childDefinition(definition, child);
    const normal = its && normalise(its, child);
    if (its && normal && (its.required || its.permanent || !isEmpty(normal))) known.push([its, normal]);
  }
  const { rank } = childrenOf(definition);
  const ordered = known.sort(([one], [other]) => (rank.get(one) ?? 0) - (rank.get(other) ?? 0));
  return [...ordered.map(([, child]) => child), ...extensionsIn(definition, element)];
}

/**
 * Checks a normalised element against the model: cardinality, required children and attributes, values, keys unique.
 * What it shares with `valid`, a value of the same element that is known to be good, is not looked into again.
 * @throws {ShapeError}
 */
export function check(definition: ElementDefinition, element: XmlElement, valid?: XmlElement): void {
  checkAttributes(definition, element);
  if (definition.type !== undefined) {
    const value = element.text;
    if (definition.type.accepts(definition.type.exact === true ? value : value.trim())) return;
    throw new ShapeError(`<${element.local}> must be: ${definition.type.name}`);
  }
  const seen = new Map<ElementDefinition, Set<string> | undefined>();
  const good = valid && new Set(valid.children);
  for (const child of element.elements) {
    const its = childDefinition(definition, child);
    if (its === undefined) checkForeign(element, child);
    else {
      checkAmong(its, child, seen);
      if (good?.has(child) !== true) check(its, child, valid?.first(child.namespace, child.local));
    }
  }
  const missing = childrenOf(definition).required.find((child) => !seen.has(child));
  if (missing !== undefined) throw new ShapeError(`<${element.local}> needs <${missing.local}>`);
}

function checkAmong(
  its: ElementDefinition,
  child: XmlElement,
  seen: Map<ElementDefinition, Set<string> | undefined>,
): void {
  if (!its.many && seen.has(its)) throw new ShapeError(`<${child.local}> may stand only once in its place`);
  const key = keyOf(its, child);
  const keys = seen.get(its) ?? (key === undefined ? undefined : new Set<string>());
  seen.set(its, keys);
  if (key === undefined) return;
  if (keys?.has(key) === true) throw new ShapeError(`two <${child.local}> with the same key`);
  keys?.add(key);
}

/** Whether it bears a name of the data model or none; in a place that the model does not give it that is a mistake. */
export const isModels = ({ namespace }: { namespace: string }): boolean =>
  namespace === '' || namespace === CONFERENCE_INFO || namespace === XCON;

function checkForeign(parent: XmlElement, child: XmlElement): void {
  if (isModels(child)) throw new ShapeError(`<${child.local}> has no place in <${parent.local}>`);
}

function checkAttributes(definition: ElementDefinition, element: XmlElement): void {
  for (const one of definition.attributes) checkAttribute(one, element);
  const stray = element.attributes.find((one) => isModels(one) && !isDefined(definition, one));
  if (stray !== undefined) throw new ShapeError(`<${element.local}> has no attribute ${stray.local}`);
}

function checkAttribute(definition: AttributeDefinition, element: XmlElement): void {
  const value = element.attribute(definition.local, definition.namespace);
  if (value === undefined) {
    if (definition.required) throw new ShapeError(`<${element.local}> needs the attribute ${definition.local}`);
  } else if (!definition.type.accepts(value.trim())) {
    throw new ShapeError(`the attribute ${definition.local} of <${element.local}> must be: ${definition.type.name}`);
  }
}
