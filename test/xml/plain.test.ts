import { expect } from 'chai';
import fc from 'fast-check';
import type { XmlDeclaration, XmlElement } from '../../lib/xml/element.ts';
import { DEFAULT_XML_LIMITS, readAny, XmlError } from '../../lib/xml/parse.ts';
import { readPlain } from '../../lib/xml/plain.ts';
import { serialize } from '../../lib/xml/serialize.ts';
import { anyText, trees } from './trees.ts';

const limits = { ...DEFAULT_XML_LIMITS, depth: 5, elements: 12, attributes: 5 };

/** What the library makes of a text; undefined for what it refuses. */
function byLibrary(text: string, scope: readonly XmlDeclaration[]): XmlElement | undefined {
  try {
    return readAny(text, scope, limits);
  } catch (error) {
    if (error instanceof XmlError) return undefined;
    throw error;
  }
}

const namespaces = ['', 'urn:a', 'http://www.w3.org/XML/1998/namespace'];
const declarations = fc.uniqueArray(
  fc.record({ prefix: fc.constantFrom('', 'p', 'q'), namespace: fc.constantFrom('urn:a', 'urn:b') }),
  { maxLength: 3, selector: ({ prefix }) => prefix },
);
const plainText = fc.string({ unit: fc.constantFrom('a', ' ', "'", 'é', '😀') });
const names = ['x', 'y-1', 'space', 'Été'];
const text = fc.oneof({ weight: 30, arbitrary: plainText }, { weight: 1, arbitrary: anyText });
const plain = [
  '<a/>',
  '<a />',
  "<a b='c'></a >",
  ' \n<a b="c"\td="e" >\n text é <p:f xmlns:p="u" p:g="" g="">\u{1F600}</p:f></a>\n',
  '<?xml version="1.0" encoding="UTF-8"?>\n<a xmlns="u"><b xmlns=""><c/></b><d/></a>',
  '<a xmlns:p="u" xmlns:q="v" p:x="" q:x="" x="" xml:lang="en"/>',
];

const documents = fc
  .tuple(trees({ namespaces, names, text, declarations }), declarations, fc.boolean())
  .map(([element, prefixes, declaration]) => serialize(element, { prefixes, declaration }).replaceAll('\r', ' '));

/** Pieces of XML that make a document wrong, or right in another way. */
const pieces = fc.constantFrom(
  ...[
    '<',
    '>',
    '/',
    '/>',
    '</',
    '<x',
    '</x>',
    '<p:x ',
    '=',
    '"',
    "'",
    ' ',
    '\n',
    '\t',
    ':',
    '-',
    '.',
    '1',
    'é',
    '\u00a0',
  ],
  ...[' x="1"', " x='1'", ' p:x="1"', ' q:x="1"', ' xmlns="u"', ' xmlns=""', ' xmlns:p="urn:b"', ' xmlns:p=""'],
  ...[' xmlns:q="urn:a"', ' xmlns:xml="u"', ' xmlns:xmlns="u"', ' xml:space="no"', ' xml:lang="en"', ' x = "1"'],
  ...[' xmlns:p="http://www.w3.org/2000/xmlns/"', '<!-- -->', '<?go?>', '<![CDATA[a]]>', ']]>', '&amp;', '&', '<!'],
  ...['<?xml version="1.0"?>', '<?xml version="1.1"?>', '<?xml version="1.0" encoding="utf-8"?>', '\uFEFF', 'xmlns:'],
);
const places = fc.nat({ max: 10_000 });
const edits = fc.array(fc.tuple(places, fc.nat({ max: 3 }), fc.oneof(pieces, fc.constant(''))), { maxLength: 4 });

const edited = (
  document: string,
  changes: readonly (readonly [at: number, removed: number, piece: string])[],
): string =>
  changes.reduce((text, [place, removed, piece]) => {
    const at = place % (text.length + 1);
    return text.slice(0, at) + piece + text.slice(at + removed);
  }, document);

const isWhole = (text: string): boolean => text === Buffer.from(text).toString();

describe('Reading plain XML in one pass', () => {
  it('gives what the library gives, or nothing, whatever the document', () => {
    let read = 0;
    fc.assert(
      fc.property(fc.oneof(documents, fc.constantFrom(...plain)), edits, declarations, (document, changes, scope) => {
        const text = edited(document, changes);
        fc.pre(isWhole(text));
        const element = readPlain(text, scope, limits);
        if (element === undefined) return;
        read += 1;
        expect(element).to.deep.equal(byLibrary(text, scope));
      }),
      { numRuns: 5_000 },
    );
    expect(read).to.be.above(500);
  });

  for (const document of plain) {
    it(`reads ${document.replaceAll(/\s/g, ' ')}`, () => {
      const element = readPlain(document, [], DEFAULT_XML_LIMITS);
      expect(element).to.deep.equal(readAny(document, [], DEFAULT_XML_LIMITS));
      expect(element?.local).to.equal('a');
    });
  }

  it('leaves to the library what is beyond a limit', () => {
    const nested = (depth: number): string => '<a>'.repeat(depth) + '</a>'.repeat(depth);
    const wide = (elements: number): string => `<a>${'<b/>'.repeat(elements - 1)}</a>`;
    const attributes = (count: number): string =>
      `<a${Array.from({ length: count }, (_, n) => ` b${n}=""`).join('')}/>`;
    for (const document of [nested(5), wide(12), attributes(5)]) {
      expect(readPlain(document, [], limits)).to.deep.equal(readAny(document, [], limits));
    }
    for (const document of [nested(6), wide(13), attributes(6)]) {
      expect(readPlain(document, [], limits)).to.equal(undefined);
      expect(() => readAny(document, [], limits)).to.throw(XmlError, 'more than');
    }
  });

  it('leaves deep nesting to the library where nothing limits it', () => {
    const none = { depth: Infinity, elements: Infinity, attributes: Infinity };
    expect(readPlain('<a>'.repeat(100_000), [], none)).to.equal(undefined);
  });

  it('remembers no more names than it has places for', () => {
    for (let number = 0; number < 10_000; number++) {
      const document = `<a${number} xmlns:p${number}="urn:${number}"><p${number}:b${number}/></a${number}>`;
      const element = readPlain(document, [], limits);
      expect(element?.local).to.equal(`a${number}`);
      expect(element?.elements[0]?.is(`urn:${number}`, `b${number}`)).to.equal(true);
    }
  });
});
