import type { XmlElement, XmlNode } from '../xml/element.ts';
import type { ElementDefinition } from './definitions.ts';
import { byDefinition, type ChildrenByDefinition, keyOf } from './shape.ts';

const sameNode = (one: XmlNode, other: XmlNode): boolean => {
  if (one === other) return true;
  if (typeof one === 'string' || typeof other === 'string') return false;
  if ('kind' in one || 'kind' in other) {
    return 'kind' in one && 'kind' in other && one.kind === other.kind && one.text === other.text;
  }
  return same(one, other);
};

/** Whether two elements say the same; attributes in any order, declarations left out. */
export function same(one: XmlElement, other: XmlElement): boolean {
  return (
    one === other ||
    (one.is(other.namespace, other.local) &&
      haveSameAttributes(one, other) &&
      one.children.length === other.children.length &&
      one.children.every((child, index) => sameNode(child, other.children[index] ?? '')))
  );
}

const haveSameAttributes = (one: XmlElement, other: XmlElement): boolean =>
  one.attributes === other.attributes ||
  (one.attributes.length === other.attributes.length &&
    one.attributes.every(({ local, namespace, value }) => other.attribute(local, namespace) === value));

/** One place where two values of an element differ; a side is absent where it was added or removed. */
export interface Difference {
  /** Of the element that differs, or of the nearest one that the model knows. */
  readonly definition: ElementDefinition;
  readonly before: XmlElement | undefined;
  readonly after: XmlElement | undefined;
}

/**
 * The places where two values of an element differ, as deep as the model goes; what is shared is not walked. An added
 * or removed element counts with each known element inside it, so that every right is asked for.
 */
export function* differences(
  definition: ElementDefinition,
  before: XmlElement | undefined,
  after: XmlElement | undefined,
): Generator<Difference> {
  if (before === after || (before !== undefined && after !== undefined && same(before, after))) return;
  const known = definition.children();
  if (known.length === 0) {
    yield { definition, before, after };
    return;
  }
  const [old, now] = [byDefinition(definition, before), byDefinition(definition, after)];
  if (!sameAttributes(before, after) || unknownDiffers(old, now)) yield { definition, before, after };
  for (const child of known) {
    const [items = nothing, others = nothing] = [old.get(child), now.get(child)];
    if (sameItems(items, others)) continue;
    if (child.many) yield* manyDifferences(child, items, others);
    else yield* differences(child, items[0], others[0]);
  }
}

const nothing: readonly never[] = [];

const sameItems = (one: readonly XmlElement[], other: readonly XmlElement[]): boolean =>
  one.length === other.length && one.every((item, index) => item === other[index]);

function* manyDifferences(
  definition: ElementDefinition,
  before: readonly XmlElement[],
  after: readonly XmlElement[],
): Generator<Difference> {
  if (definition.key === undefined) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      yield* differences(definition, before[index], after[index]);
    }
    return;
  }
  const next = new Map(after.map((item) => [keyOf(definition, item), item]));
  for (const item of before) {
    const key = keyOf(definition, item);
    yield* differences(definition, item, next.get(key));
    next.delete(key);
  }
  for (const item of next.values()) yield* differences(definition, undefined, item);
}

function sameAttributes(before: XmlElement | undefined, after: XmlElement | undefined): boolean {
  if (before === undefined || after === undefined) return (before ?? after)?.attributes.length === 0;
  return haveSameAttributes(before, after);
}

function unknownDiffers(before: ChildrenByDefinition, after: ChildrenByDefinition): boolean {
  const [old = nothing, now = nothing] = [before.get(undefined), after.get(undefined)];
  return old.length !== now.length || now.some((child, index) => !sameNode(child, old[index] ?? ''));
}
