import fc from 'fast-check';
import { CCMP, OPERATIONS, XSI } from '../../lib/ccmp/codec/messages.ts';
import { CONFERENCE } from '../../lib/model/definitions.ts';
import { CONFERENCE_INFO, XCON } from '../../lib/model/names.ts';
import { XmlElement, type XmlNode } from '../../lib/xml/element.ts';
import { elementsOf } from '../model/documents.ts';

/** Pieces that mean something somewhere. */
const PIECES = [
  ...[
    '<',
    '>',
    '/>',
    '&',
    '&amp;',
    '&#0;',
    '&#x10FFFF;',
    '"',
    "'",
    '=',
    ':',
    ']]>',
    '<![CDATA[',
    '<!--',
    '-->',
    '<?',
    '?>',
  ],
  ...['<!DOCTYPE x>', '\0', '\ufffe', '\ud800', '\u{1F600}', '\r\n', ' ', '%00', '%', '@', ';', '../', '*'],
  ...['AUTO_GENERATE_1', 'AUTO_GENERATE_99999999999999999999', 'AUTO_GENERATE_1@elsewhere.example', '__proto__', 'NaN'],
  ...[
    'xcon:',
    'xcon-userid:',
    'sip:',
    '-1',
    '0',
    '4294967296',
    '1e309',
    'true',
    'deleted',
    'full',
    'partial',
    'xmlns=""',
  ],
  ...[
    '<info:users/>',
    '<info:user/>',
    '<info:endpoint/>',
    '<xcon:allowed-users-list/>',
    'xsi:nil="true"',
    ...OPERATIONS,
  ],
] as const;

/** A message with a few bytes changed, lost, doubled, moved or strange; `below` gives whole numbers below a limit. */
export function mutateBytes(message: Buffer, others: readonly Buffer[], below: (limit: number) => number): Buffer {
  let bytes = message;
  for (let left = 1 + below(4); left > 0; left--) {
    const at = below(bytes.length + 1);
    const end = Math.min(bytes.length, at + 1 + below(below(4) === 0 ? 200 : 8));
    const [before, piece, after] = [bytes.subarray(0, at), bytes.subarray(at, end), bytes.subarray(end)];
    const other = others[below(others.length)] ?? bytes;
    const inserted = Buffer.from(PIECES[below(PIECES.length)] ?? '');
    const noise = Buffer.from(Array.from({ length: 1 + below(6) }, () => below(256)));
    const makes: readonly (() => readonly Buffer[])[] = [
      () => [before, after],
      () => [before, piece, piece, after],
      () => [before, inserted, piece, after],
      () => [before, inserted, after],
      () => [before, noise, after],
      () => [before],
      () => [before, other.subarray(below(other.length))],
      () => [after, before],
      () => [before, Buffer.from(piece.map((byte) => byte ^ (1 << below(8)))), after],
    ];
    bytes = Buffer.concat([...(makes[below(makes.length)]?.() ?? [])]);
  }
  return bytes;
}

const NAMESPACES = ['', CCMP, CONFERENCE_INFO, XCON, XSI, 'urn:example', 'urn:plenary:conference-policy'];
const LOCALS = [
  ...[
    'ccmpRequest',
    'confRequest',
    'userRequest',
    'usersRequest',
    'optionsRequest',
    'confInfo',
    'userInfo',
    'usersInfo',
  ],
  ...[
    'confUserID',
    'confObjID',
    'operation',
    'subject',
    'conference-password',
    'xpathFilter',
    'users',
    'user',
    'endpoint',
  ],
  ...[
    'media',
    'roles',
    'entry',
    'uri',
    'conf-uris',
    'associated-aors',
    'target',
    'floor',
    'entity',
    'label',
    'id',
    'type',
  ],
  ...[
    'state',
    'version',
    'enforce',
    'attendees',
    'sidebars-by-val',
    'conference-info',
    'AUTO_GENERATE_1',
    'constructor',
  ],
];

const name = fc.record({ namespace: fc.constantFrom(...NAMESPACES), local: fc.constantFrom(...LOCALS) });
/** What XML can hold at all (XML 1.0 §2.2). */
const isLawful = (text: string): boolean => !/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(text);
const text = fc
  .oneof(fc.constantFrom(...PIECES), fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constant(''))
  .filter(isLawful);
const strange = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .tuple(name, text)
      .map(([{ namespace, local }, inside]) => new XmlElement(namespace, local, [], [inside])),
  },
  { weight: 1, arbitrary: elementsOf(CONFERENCE, { wrong: 8 }) },
);

/** What may happen to one element of a message. */
const change: fc.Arbitrary<(element: XmlElement) => readonly XmlNode[]> = fc.oneof(
  fc.constant(() => []),
  fc.constant((element: XmlElement) => [element, element]),
  fc.constant((element: XmlElement) => element.children),
  fc.constant((element: XmlElement) => [element.withChildren([element])]),
  fc.constant((element: XmlElement) => [element.withChildren([])]),
  fc.constant((element: XmlElement) => [element.withChildren([...element.children].reverse())]),
  name.map(({ namespace, local }) => (element: XmlElement) => [element.withName(namespace, local)]),
  text.map((inside) => (element: XmlElement) => [element.withChildren([inside])]),
  text.map((inside) => (element: XmlElement) => [element.withChildren([...element.children, inside])]),
  strange.map((other) => (element: XmlElement) => [element.withChildren([...element.children, other])]),
  strange.map((other) => (element: XmlElement) => [element, other]),
  fc.tuple(name, text).map(([{ local }, value]) => (element: XmlElement) => [element.withAttribute(local, value)]),
  fc.tuple(fc.nat(7), text).map(([place, value]) => (element: XmlElement) => {
    const attribute = element.attributes[place % Math.max(1, element.attributes.length)];
    return [attribute === undefined ? element : element.withAttribute(attribute.local, value)];
  }),
);

/** A message with one to three of its elements changed; what stays is well-formed. */
export const mutatedTrees = (messages: readonly XmlElement[]): fc.Arbitrary<XmlElement> =>
  fc
    .tuple(fc.constantFrom(...messages), fc.array(fc.tuple(fc.nat(10_000), change), { minLength: 1, maxLength: 3 }))
    .map(([message, changes]) =>
      changes.reduce((tree, [place, make]) => {
        const count = countOf(tree);
        return count < 2 ? tree : changedAt(tree, 1 + (place % (count - 1)), make);
      }, message),
    );

/** Elements in a tree, its root included. */
const countOf = (element: XmlElement): number => element.elements.reduce((count, child) => count + countOf(child), 1);

/** The tree with the element at a place in document order, counted from the root's 0, replaced. */
function changedAt(tree: XmlElement, place: number, make: (element: XmlElement) => readonly XmlNode[]): XmlElement {
  let at = 1;
  const children = tree.children.flatMap((child): readonly XmlNode[] => {
    if (!(child instanceof XmlElement)) return [child];
    const [from, count] = [at, countOf(child)];
    at += count;
    if (place < from || place >= from + count) return [child];
    return place === from ? make(child) : [changedAt(child, place - from, make)];
  });
  return tree.withChildren(children);
}
