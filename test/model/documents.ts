import fc from 'fast-check';
import { CONFERENCE, type AttributeDefinition, type ElementDefinition } from '../../lib/model/definitions.ts';
import { PREFIXES } from '../../lib/model/names.ts';
import type { ValueType } from '../../lib/model/values.ts';
import * as is from '../../lib/model/values.ts';
import { XmlElement, type XmlAttribute, type XmlNode } from '../../lib/xml/element.ts';
import { serialize } from '../../lib/xml/serialize.ts';

const EXTENSION = 'urn:example:extension';

/** What a type takes and, for the last, what it may or may not take. */
const VALUES = new Map<ValueType, readonly string[]>([
  [is.text, ['a', ' two  words ', 'ä & <b>', '1']],
  [is.token, ['1', 'audio', 'x y', 'ü']],
  [is.boolean, ['true', 'false', '1', '0']],
  [is.unsignedInt, ['0', '4294967295', '+7', '007']],
  [is.userCount, ['0', '2147483647']],
  [is.nonNegative, ['0', '9007199254740991']],
  [is.gain, ['-127', '127', '0']],
  [is.uri, ['sip:alice@example.com', 'xcon:1@example.com', 'tel:+1-234', '*@example.com', 'administrator', 'ü']],
  [is.language, ['en', 'de-CH', 'x-klingon']],
  [is.languages, ['en', 'en de-CH']],
  [
    is.dateTime,
    ['2026-02-28T23:59:59Z', '2024-02-29T00:00:00.5+14:00', '2026-11-23T10:00:00', '12026-01-01T00:00:00Z'],
  ],
  [is.utcDateTime, ['2026-02-28T23:59:59Z', '2024-02-29T00:00:00.123Z']],
]);

/** Odd values for every type, some of which each of them takes. */
const ODD = [
  ...['', ' ', '-1', '-0', '+0', '1.0', '1e3', '128', '-128', '4294967296', '2147483648', '99999999999999999999'],
  ...['yes', 'TRUE', 'Sendrecv', 'en_US', 'toolonglanguage', 'en-', 'a\nb', 'http://[::1]/', 'http://[', '%zz', 'a b'],
  ...['a:b:c', '::', '#', 'sip:a@b#c#d', 'a|b', '2026-02-29T00:00:00Z', '2026-04-31T00:00:00Z', '2026-01-01T24:00:00Z'],
  ...[
    '0000-01-01T00:00:00Z',
    '2026-01-01T10:00:60Z',
    '2026-01-01T10:00:00+14:01',
    '2026-01-01',
    '02026-01-01T00:00:00Z',
  ],
  ...['-0044-03-15T12:00:00Z', '2026-1-01T00:00:00Z', '2026-01-01t00:00:00z', '2026-01-01T00:00:00.Z', 'sendrecv '],
] as const;

const words = (type: ValueType): readonly string[] => VALUES.get(type) ?? type.name.split(', ');

/** A document with what went into it that may be wrong. */
interface Options {
  /** One in so many places goes wrong; none when 0. */
  readonly wrong: number;
}

type Draw = fc.GeneratorValue;

const goesWrong = (draw: Draw, { wrong }: Options): boolean => wrong > 0 && draw(fc.nat, wrong) === 0;

function pick<T>(draw: Draw, from: readonly T[]): T {
  const one = from[draw(fc.nat, from.length - 1)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

function value(draw: Draw, type: ValueType, options: Options): string {
  return pick(draw, goesWrong(draw, options) ? ODD : words(type));
}

function attributes(draw: Draw, definition: ElementDefinition, options: Options, serial: string): XmlAttribute[] {
  const { key } = definition;
  const made = definition.attributes
    .filter((one) => (one.required === true ? !goesWrong(draw, options) : draw(fc.boolean)))
    .map((one: AttributeDefinition) => {
      const isKey = key !== undefined && 'attribute' in key && key.attribute === one.local;
      const text = isKey && !goesWrong(draw, options) ? `k${serial}` : value(draw, one.type, options);
      return { namespace: one.namespace, local: one.local, value: text };
    });
  const foreign = draw(fc.nat, 9) === 0 ? [{ namespace: EXTENSION, local: 'mark', value: 'x' }] : [];
  const stray = goesWrong(draw, options) ? [{ namespace: '', local: 'stray', value: 'x' }] : [];
  return [...made, ...foreign, ...stray];
}

function content(draw: Draw, definition: ElementDefinition, depth: number, options: Options): XmlNode[] {
  if (definition.type !== undefined) {
    const text = value(draw, definition.type, options);
    return text === '' ? [] : [text];
  }
  const children: XmlNode[] = [];
  for (const child of definition.children()) {
    const deep = depth > 7 && !child.required;
    const wanted = deep ? 0 : child.required ? 1 : draw(fc.nat, child.many ? 2 : 1);
    const count = goesWrong(draw, { wrong: options.wrong * 2 }) ? 2 - wanted : wanted;
    for (let at = 0; at < count; at++) children.push(element(draw, child, depth + 1, options, String(at)));
  }
  if (draw(fc.nat, 9) === 0) children.push(new XmlElement(EXTENSION, 'more', [], ['y']));
  if (goesWrong(draw, { wrong: options.wrong * 3 })) {
    const { namespace } = pick(draw, CONFERENCE.children());
    children.push(new XmlElement(namespace, 'stray', [], ['z']));
  }
  return children;
}

function element(
  draw: Draw,
  definition: ElementDefinition,
  depth: number,
  options: Options,
  serial: string,
): XmlElement {
  const made = new XmlElement(definition.namespace, definition.local, attributes(draw, definition, options, serial));
  const children = content(draw, definition, depth, options);
  const { key } = definition;
  if (key === undefined || 'attribute' in key) return made.withChildren(children);
  const named = children.map((child) =>
    child instanceof XmlElement && child.local === key.child && !goesWrong(draw, options)
      ? child.withChildren([`sip:k${serial}@example.com`])
      : child,
  );
  return made.withChildren(named);
}

/** Elements as the data model describes them; with `wrong`, one in about so many places is not as it should be. */
export const elementsOf = (definition: ElementDefinition, { wrong = 0 } = {}): fc.Arbitrary<XmlElement> =>
  fc.gen().map((draw) => element(draw, definition, 0, { wrong }, '1'));

/** The element as a document of its own. */
export const documentOf = (element: XmlElement): string =>
  serialize(
    new XmlElement(element.namespace, element.local, element.attributes, element.children, [
      ...PREFIXES,
      { prefix: 'ext', namespace: EXTENSION },
    ]),
  );
