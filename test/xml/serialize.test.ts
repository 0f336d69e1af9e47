import { expect } from 'chai';
import fc from 'fast-check';
import { XmlDocument } from 'libxml2-wasm';
import { XmlElement, type XmlDeclaration } from '../../lib/xml/element.ts';
import { parse, parseFragment } from '../../lib/xml/parse.ts';
import { serialize } from '../../lib/xml/serialize.ts';
import { anyText, attributesOf, expanded, trees } from './trees.ts';

const namespaces = ['', 'urn:a', 'urn:b', 'urn:c?d&e'];
const declaration: fc.Arbitrary<XmlDeclaration> = fc.oneof(
  fc.record({ prefix: fc.constantFrom('p', 'q', 'ns1'), namespace: fc.constantFrom(...namespaces.slice(1)) }),
  fc.record({ prefix: fc.constant(''), namespace: fc.constantFrom(...namespaces) }),
);
const declarations = fc.uniqueArray(declaration, { maxLength: 3, selector: ({ prefix }) => prefix });
const elements = trees({ namespaces, names: ['x', 'y', 'z-1'], text: anyText, declarations });

/** What the prefixes of an element's own declarations mean in the text that was read back. */
function sameMeaning(written: XmlElement, read: XmlElement, outer: ReadonlyMap<string, string>): void {
  const scope = new Map([...outer, ...read.declarations.map(({ prefix, namespace }) => [prefix, namespace] as const)]);
  for (const { prefix, namespace } of written.declarations) {
    if (prefix === '' && written.namespace === '') continue;
    expect(scope.get(prefix) ?? '').to.equal(namespace);
  }
  written.elements.forEach((child, index) => sameMeaning(child, read.elements[index]!, scope));
}

describe('Writing XML', () => {
  it('is undone by reading, whatever the names, values and declarations', () => {
    fc.assert(
      fc.property(elements, declarations, declarations, fc.boolean(), (element, scope, prefixes, declared) => {
        const text = serialize(element, { prefixes, declaration: declared });
        expect(expanded(parse(text))).to.deep.equal(expanded(element));
        sameMeaning(element, parse(text), new Map());
        XmlDocument.fromString(text).dispose();
        const part = serialize(element, { scope, prefixes });
        const read = parseFragment(part, scope);
        expect(expanded(read)).to.deep.equal(expanded(element));
        sameMeaning(element, read, new Map(scope.map(({ prefix, namespace }) => [prefix, namespace])));
      }),
      { numRuns: 1_000 },
    );
  });

  it('writes what it read the same again', () => {
    fc.assert(
      fc.property(elements, (element) => {
        const text = serialize(element);
        expect(serialize(parse(text))).to.equal(text);
      }),
    );
  });

  it('declares a preferred prefix on the root where something below uses it, and only then', () => {
    const prefixes = [
      { prefix: '', namespace: 'urn:info' },
      { prefix: 'xcon', namespace: 'urn:xcon' },
      { prefix: 'no', namespace: 'urn:no' },
    ];
    const leaf = new XmlElement('urn:xcon', 'b', [{ namespace: 'urn:xcon', local: 'c', value: '1' }]);
    const root = new XmlElement('urn:info', 'a', [], [leaf]);
    expect(serialize(root, { prefixes })).to.equal(
      '<a xmlns="urn:info" xmlns:xcon="urn:xcon"><xcon:b xcon:c="1"/></a>',
    );
    expect(serialize(leaf, { scope: prefixes })).to.equal('<xcon:b xcon:c="1"/>');
  });

  it('undeclares the default namespace for elements without one', () => {
    const root = new XmlElement('urn:a', 'a', [], [new XmlElement('', 'b', [], [new XmlElement('urn:a', 'c')])]);
    expect(serialize(root, { prefixes: [{ prefix: '', namespace: 'urn:a' }] })).to.equal(
      '<a xmlns="urn:a"><b xmlns=""><ns1:c xmlns:ns1="urn:a"/></b></a>',
    );
  });

  it('keeps values through the normalisation of readers', () => {
    const root = new XmlElement('', 'a', attributesOf({ b: '\t\n\r"<&>\'' }), ['\r\n<&>]]>\t']);
    expect(serialize(root)).to.equal('<a b="&#9;&#10;&#13;&quot;&lt;&amp;>\'">&#13;\n&lt;&amp;&gt;]]&gt;\t</a>');
  });

  it('refuses what XML cannot carry', () => {
    expect(() => serialize(new XmlElement('', 'a', [], ['\u0000']))).to.throw(RangeError);
    expect(() => serialize(new XmlElement('', 'a', attributesOf({ b: '\uFFFE' })))).to.throw(RangeError);
    expect(() => serialize(new XmlElement('', 'a', [], ['\uD800']))).to.throw(RangeError);
    expect(() => serialize(new XmlElement('', 'a', [], [{ kind: 'comment', text: 'a--b' }]))).to.throw(RangeError);
    expect(() => serialize(new XmlElement('', 'a', [], [{ kind: 'instruction', target: 'a', text: '?>' }]))).to.throw(
      RangeError,
    );
  });

  it('begins with an XML declaration when asked to', () => {
    expect(serialize(new XmlElement('', 'a'), { declaration: true })).to.equal(
      '<?xml version="1.0" encoding="UTF-8"?>\n<a/>',
    );
  });
});
