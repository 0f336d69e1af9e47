import { XmlElement } from '../xml/element.ts';
import type { ElementDefinition } from '../model/definitions.ts';
import { same } from '../model/compare.ts';
import { byDefinition, expanded, isEmpty, isExtension, keyOf, normalise, ShapeError } from '../model/shape.ts';

/**
 * The meaning of an update (requirements of RFC 6503 §5.3.4): what is absent stays; an empty element removes; items of
 * a keyed list merge by key and one with `state="deleted"` goes; a list without key is replaced as a whole. The result
 * shares with `current` what did not change; undefined when nothing remains.
 */
export function merge(
  definition: ElementDefinition,
  current: XmlElement | undefined,
  change: XmlElement,
): XmlElement | undefined {
  if (isEmpty(change) && definition.key === undefined) return definition.permanent ? current : undefined;
  const merged =
    definition.type === undefined ? mergeInside(definition, current, change) : mergeSimple(definition, current, change);
  if (current !== undefined && same(current, merged)) return current;
  return saysNothing(definition, merged) ? undefined : merged;
}

/** What has lost all that stood in it is gone as well: the schemas know no empty lists. */
const saysNothing = (definition: ElementDefinition, merged: XmlElement): boolean =>
  definition.key === undefined && !definition.permanent && isEmpty(merged);

function mergeSimple(definition: ElementDefinition, current: XmlElement | undefined, change: XmlElement): XmlElement {
  return withAttributesOf(current, normalise(definition, change));
}

function mergeInside(definition: ElementDefinition, current: XmlElement | undefined, change: XmlElement): XmlElement {
  const base = withAttributesOf(current, normalise(definition, change.withChildren([])));
  const [there, asked] = [byDefinition(definition, current), byDefinition(definition, change)];
  const children: XmlElement[] = [];
  for (const child of definition.children()) {
    children.push(...mergeSiblings(child, there.get(child) ?? [], asked.get(child) ?? []));
  }
  return base.withChildren([...children, ...mergeUnknown(definition, there.get(undefined), asked.get(undefined))]);
}

export function mergeSiblings(
  definition: ElementDefinition,
  current: readonly XmlElement[],
  asked: readonly XmlElement[],
): readonly XmlElement[] {
  const [first, second] = asked;
  if (first === undefined) return current;
  if (!definition.many) {
    if (second !== undefined) throw new ShapeError(`<${first.local}> may stand only once in its place`);
    const merged = merge(definition, current[0], first);
    return merged === undefined ? [] : [merged];
  }
  if (definition.key === undefined) {
    return asked.map((item) => normalise(definition, item)).filter((item) => !isEmpty(item));
  }
  const items = new Map(current.map((item) => [keyOf(definition, item), item]));
  const named = new Set<string | undefined>();
  for (const change of asked) {
    const key = keyOf(definition, change);
    if (named.has(key)) throw new ShapeError(`two <${change.local}> with the same key`);
    named.add(key);
    if (isDeletion(change)) items.delete(key);
    else {
      const merged = merge(definition, items.get(key), change);
      if (merged !== undefined) items.set(key, merged);
    }
  }
  return [...items.values()];
}

/** `state` in requests means nothing but this. */
export const isDeletion = (item: XmlElement): boolean => item.attribute('state') === 'deleted';

/** Elements that the model does not know are replaced by name, all of a name together. */
function mergeUnknown(
  definition: ElementDefinition,
  current: readonly XmlElement[] = [],
  change: readonly XmlElement[] = [],
): readonly XmlElement[] {
  const kept = current.filter((child) => isExtension(definition, child));
  const asked = change.filter((child) => isExtension(definition, child));
  if (asked.length === 0) return kept;
  const names = new Set(asked.map(expanded));
  return [...kept.filter((child) => !names.has(expanded(child))), ...asked.filter((child) => !isEmpty(child))];
}

function withAttributesOf(current: XmlElement | undefined, next: XmlElement): XmlElement {
  if (current === undefined || current.attributes.length === 0) return next;
  const kept = current.attributes.filter((one) => next.attribute(one.local, one.namespace) === undefined);
  return new XmlElement(next.namespace, next.local, [...kept, ...next.attributes], next.children, next.declarations);
}
