import { same } from '../model/compare.ts';
import type { ElementDefinition } from '../model/definitions.ts';
import { byDefinition, expanded, extensionsIn, isEmpty, keyOf } from '../model/shape.ts';
import { XmlElement, type XmlAttribute } from '../xml/element.ts';

type Maybe = XmlElement | undefined;

/**
 * What a child has of an element when its parent's changes from `before` to `after`: it follows where it had the same,
 * and keeps what it has otherwise, down to single items of lists and single attributes. Undefined where nothing is left.
 */
export function inherited(definition: ElementDefinition, before: Maybe, after: Maybe, own: Maybe): Maybe {
  if (before === after || isSame(before, after)) return own;
  if (definition.changes === 'server') return own;
  if (isSame(own, before)) return after;
  const there = own ?? emptied(definition);
  if (there === undefined || definition.type !== undefined) return own;
  const [old, next, mine] = [before, after, there].map((element) => byDefinition(definition, element));
  const children = definition.children().flatMap((child) => {
    const [was = [], will = [], has = []] = [old, next, mine].map((found) => found?.get(child));
    return siblings(was, will, has, itemKey(child), (...items) => inherited(child, ...items));
  });
  const foreign = siblings(
    ...three(before, after, there, (element) => (element === undefined ? [] : extensionsIn(definition, element))),
    (item) => expanded(item),
    follow,
  );
  const attributes = siblings(
    ...three(before, after, there, (element) => element?.attributes ?? []),
    expanded,
    followAttribute,
  );
  const merged = new XmlElement(
    there.namespace,
    there.local,
    attributes,
    [...children, ...foreign],
    there.declarations,
  );
  return isEmpty(merged) && definition.key === undefined && !definition.permanent ? undefined : merged;
}

/** A list from which the child has taken everything takes in what its parent adds. */
const emptied = ({ namespace, local, many, attributes, children }: ElementDefinition): Maybe =>
  !many && children().some((child) => child.many) && !attributes.some(({ required }) => required)
    ? new XmlElement(namespace, local)
    : undefined;

/** What the data model does not know is one thing. */
const follow = (before: Maybe, after: Maybe, own: Maybe): Maybe => (isSame(own, before) ? after : own);

const followAttribute = (
  before: XmlAttribute | undefined,
  after: XmlAttribute | undefined,
  own: XmlAttribute | undefined,
): XmlAttribute | undefined => (own?.value === before?.value ? after : own);

const isSame = (one: Maybe, other: Maybe): boolean =>
  one === other || (one !== undefined && other !== undefined && same(one, other));

const three = <T>(before: Maybe, after: Maybe, own: Maybe, of: (element: Maybe) => readonly T[]) =>
  [of(before), of(after), of(own)] as const;

/** By its key, a person by her URI; an item of another list is what it says. */
const itemKey =
  (definition: ElementDefinition) =>
  (item: XmlElement): string =>
    definition.many
      ? (keyOf(definition, item) ?? item.attribute('uri')?.trim() ?? JSON.stringify(item))
      : definition.local;

/** The items in the parent's order, then those that the child alone has. */
function siblings<T>(
  before: readonly T[],
  after: readonly T[],
  own: readonly T[],
  key: (item: T) => string,
  merge: (before: T | undefined, after: T | undefined, own: T | undefined) => T | undefined,
): T[] {
  const [was, will, has] = [before, after, own].map((items) => new Map(items.map((item) => [key(item), item])));
  return [...new Set([...after, ...own].map(key))]
    .map((name) => merge(was?.get(name), will?.get(name), has?.get(name)))
    .filter((item) => item !== undefined);
}
