import { CONFERENCE, type ElementDefinition, USER } from '../../lib/model/definitions.ts';
import type { ValueType } from '../../lib/model/values.ts';
import * as is from '../../lib/model/values.ts';
import { XmlElement, type XmlAttribute } from '../../lib/xml/element.ts';

/** The definitions from a part of a conference object (a user or a section) down to one element in it. */
export type Path = readonly [ElementDefinition, ...ElementDefinition[]];

/** Every element of the model in its place, those of a sidebar left out, for they are those of a conference. */
function* below(path: Path): Generator<Path> {
  yield path;
  for (const child of last(path).children()) {
    const inOwnPart = child === USER && path[0] !== USER;
    const inSidebar = path[0].local === 'sidebars-by-val' && path.length > 2;
    if (!inOwnPart && !inSidebar) yield* below([...path, child]);
  }
}

export const last = (path: Path): ElementDefinition => path.at(-1) ?? path[0];
export const nameOf = (path: Path): string => path.map(({ local }) => local).join('/');
export const PATHS: readonly Path[] = [USER, ...CONFERENCE.children()].flatMap((part) => [...below([part])]);

/** A value of a type and another one. */
const VALUES = new Map<ValueType, readonly [string, string]>([
  [is.text, ['one', 'two']],
  [is.token, ['one', 'two']],
  [is.boolean, ['true', 'false']],
  [is.uri, ['sip:one@example.com', 'sip:two@example.com']],
  [is.language, ['en', 'de']],
  [is.languages, ['en', 'de fr']],
  [is.dateTime, ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']],
  [is.utcDateTime, ['2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z']],
  ...[is.unsignedInt, is.int, is.userCount, is.nonNegative, is.gain].map(
    (type): [ValueType, readonly [string, string]] => [type, ['1', '2']],
  ),
]);

/** The value of a type under this number, 0 or 1; of enumerations the last words, which give no privilege. */
const valueOf = (type: ValueType, at: 0 | 1): string =>
  VALUES.get(type)?.[at] ?? type.name.split(', ').at(-1 - at) ?? '';

const isKey = ({ key }: ElementDefinition, local: string): boolean =>
  key !== undefined && 'attribute' in key && key.attribute === local;

/** The element of a definition with the first values everywhere. */
export function shell(definition: ElementDefinition): XmlElement {
  const attributes = definition.attributes.map(({ namespace, local, type }) => ({
    namespace,
    local,
    value: valueOf(type, 0),
  }));
  const { key } = definition;
  const named =
    key !== undefined && 'child' in key ? definition.children().filter(({ local }) => local === key.child) : [];
  return new XmlElement(
    definition.namespace,
    definition.local,
    attributes,
    definition.type === undefined ? named.map(shell) : [valueOf(definition.type, 0)],
  );
}

/** The same with another text, or with another value of an attribute that is no key; undefined where it has neither. */
export function changed(definition: ElementDefinition): XmlElement | undefined {
  const element = shell(definition);
  if (definition.type !== undefined) return element.withChildren([valueOf(definition.type, 1)]);
  const attribute = definition.attributes.find(({ local }) => !isKey(definition, local));
  if (attribute === undefined) return undefined;
  const other: XmlAttribute = { ...attribute, value: valueOf(attribute.type, 1) };
  return element.withAttribute(other.local, other.value, other.namespace);
}

/** A part in which nothing stands but the way down to one element, with this in its place or with nothing there. */
export function around(path: Path, element: XmlElement | undefined): XmlElement | undefined {
  const [, ...rest] = [...path].reverse();
  return rest.reduce<XmlElement | undefined>((inner, definition) => {
    const outer = shell(definition);
    const others = outer.elements.filter(({ local, namespace }) => {
      const leaf = last(path);
      return !(local === leaf.local && namespace === leaf.namespace && definition === path.at(-2));
    });
    return outer.withChildren(inner === undefined ? others : [...others, inner]);
  }, element);
}

/** Whether the element itself says something: a value or an attribute. */
export const saysSomething = ({ type, attributes }: ElementDefinition): boolean =>
  type !== undefined || attributes.length > 0;
