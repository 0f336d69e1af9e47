import { XmlElement, type XmlNode } from '../xml/element.ts';
import type { AttributeDefinition, ElementDefinition } from './definitions.ts';
import { PREFIXES } from './names.ts';

/** Namespaces whose prefixes we choose ourselves. */
const OWN = new Set(['', ...PREFIXES.map((one) => one.namespace)]);

/** The element does not have the shape that the data model gives it; the message names the element and what it needs. */
export class ShapeError extends Error {}

export const expanded = (name: { namespace: string; local: string }): string => `{${name.namespace}}${name.local}`;

const byName = new WeakMap<ElementDefinition, ReadonlyMap<string, ElementDefinition>>();

/** The definition of a child; undefined for an element that the model does not know. */
export function childDefinition(definition: ElementDefinition, child: XmlElement): ElementDefinition | undefined {
  let map = byName.get(definition);
  if (map === undefined)
    byName.set(definition, (map = new Map(definition.children().map((one) => [expanded(one), one]))));
  return map.get(expanded(child));
}

/** The key of an item of a keyed list, trimmed; undefined when the list has no key. */
export function keyOf(definition: ElementDefinition, item: XmlElement): string | undefined {
  if (definition.key === undefined) return undefined;
  if ('attribute' in definition.key) return item.attribute(definition.key.attribute)?.trim();
  return item.first(item.namespace, definition.key.child)?.text.trim();
}

/** An element with nothing in it, which in an update removes what stands there (RFC 6503 §5.3.4, figure 8). */
export const isEmpty = (element: XmlElement): boolean =>
  element.attributes.length === 0 &&
  element.children.every((child) => typeof child === 'string' && child.trim() === '');

/**
 * The element as the model keeps it: children in the model's order with unknown ones last, white space between
 * elements dropped, simple values trimmed, `state` and `version` dropped (RFC 6501 §4.1). Nothing is checked.
 */
export function normalise(definition: ElementDefinition, element: XmlElement): XmlElement {
  const attributes = element.attributes.filter(
    (one) => one.namespace !== '' || (one.local !== 'state' && one.local !== 'version'),
  );
  return new XmlElement(
    element.namespace,
    element.local,
    attributes,
    definition.type === undefined ? inOrder(definition, element) : simple(definition, element),
    element.declarations.filter((one) => !OWN.has(one.namespace)),
  );
}

function simple(definition: ElementDefinition, element: XmlElement): readonly XmlNode[] {
  const value = definition.type?.exact === true ? element.text : element.text.trim();
  return value === '' ? [] : [value];
}

function inOrder(definition: ElementDefinition, element: XmlElement): readonly XmlNode[] {
  const known = new Map<ElementDefinition, XmlElement[]>(definition.children().map((child) => [child, []]));
  const unknown: XmlElement[] = [];
  for (const child of element.elements) {
    const its = childDefinition(definition, child);
    if (its === undefined) unknown.push(child);
    else known.get(its)?.push(normalise(its, child));
  }
  return [...[...known.values()].flat(), ...unknown];
}

/**
 * Checks a normalised element against the model: cardinality, required children and attributes, values, keys unique.
 * @throws {ShapeError}
 */
export function check(definition: ElementDefinition, element: XmlElement): void {
  for (const one of definition.attributes) checkAttribute(one, element);
  if (definition.type !== undefined) {
    const value = element.text;
    if (definition.type.accepts(definition.type.exact === true ? value : value.trim())) return;
    throw new ShapeError(`<${element.local}> must be: ${definition.type.name}`);
  }
  const seen = new Map<ElementDefinition, Set<string> | 1>();
  for (const child of element.elements) {
    const its = childDefinition(definition, child);
    if (its === undefined) checkForeign(element, child);
    else {
      checkAmong(its, child, seen);
      check(its, child);
    }
  }
  const missing = definition.children().find((child) => child.required && !seen.has(child));
  if (missing !== undefined) throw new ShapeError(`<${element.local}> needs <${missing.local}>`);
}

function checkAmong(its: ElementDefinition, child: XmlElement, seen: Map<ElementDefinition, Set<string> | 1>): void {
  if (!its.many && seen.has(its)) throw new ShapeError(`<${child.local}> may stand only once in its place`);
  const key = keyOf(its, child);
  const keys = seen.get(its);
  if (key === undefined) seen.set(its, 1);
  else if (!(keys instanceof Set)) seen.set(its, new Set([key]));
  else if (keys.has(key)) throw new ShapeError(`two <${child.local}> with the same key`);
  else keys.add(key);
}

/** An element of a namespace of ours in a place that the model does not give it is a mistake, not an extension. */
function checkForeign(parent: XmlElement, child: XmlElement): void {
  if (child.namespace === '' || child.namespace === parent.namespace) {
    throw new ShapeError(`<${child.local}> has no place in <${parent.local}>`);
  }
}

function checkAttribute(definition: AttributeDefinition, element: XmlElement): void {
  const value = element.attribute(definition.local, definition.namespace);
  if (value === undefined) {
    if (definition.required) throw new ShapeError(`<${element.local}> needs the attribute ${definition.local}`);
  } else if (!definition.type.accepts(value.trim())) {
    throw new ShapeError(`the attribute ${definition.local} of <${element.local}> must be: ${definition.type.name}`);
  }
}
