import { expect } from 'chai';
import fc from 'fast-check';
import { XmlDocument } from 'libxml2-wasm';
import { parse, parseFragment, XmlError, type XmlLimits } from '../../lib/xml/parse.ts';
import { expanded } from './trees.ts';

const SAMPLE = `<?xml version="1.0" encoding="UTF-8"?>
<!-- before -->
<info:a xmlns:info="urn:info" xmlns="urn:d" b='1 &lt; "2"' info:c="&#x1F600;">
  <d/>text &amp; more<![CDATA[<raw>&amp;]]>\u00e9\u{1F600}<?go now?><!-- in --><e xmlns=""><f/></e>
</info:a>
<?after it?>`;

function failure(input: Uint8Array | string, limits?: Partial<XmlLimits>): XmlError {
  try {
    parse(input, limits);
  } catch (error) {
    if (error instanceof XmlError) return error;
    throw error;
  }
  throw new Error(`accepted: ${String(input).slice(0, 80)}`);
}

const where = ({ line, column }: XmlError): string => `${line}:${column}`;

describe('Reading XML', () => {
  it('gives expanded names, joined text, comments and instructions inside the root', () => {
    expect(expanded(parse(SAMPLE))).to.deep.equal([
      '{urn:info}a',
      { '{}b': '1 < "2"', '{urn:info}c': '\u{1F600}' },
      [
        '\n  ',
        ['{urn:d}d', {}, []],
        'text & more<raw>&amp;\u00e9\u{1F600}',
        { kind: 'instruction', target: 'go', text: 'now' },
        { kind: 'comment', text: ' in ' },
        ['{}e', {}, [['{}f', {}, []]]],
        '\n',
      ],
    ]);
  });

  it('keeps declarations as written', () => {
    const root = parse(SAMPLE);
    expect(root.declarations).to.deep.equal([
      { prefix: 'info', namespace: 'urn:info' },
      { prefix: '', namespace: 'urn:d' },
    ]);
    expect(root.first('', 'e')?.declarations).to.deep.equal([{ prefix: '', namespace: '' }]);
  });

  it('reads bytes and strings alike, with or without a byte order mark', () => {
    for (const text of [SAMPLE, `\uFEFF${SAMPLE}`]) {
      expect(expanded(parse(Buffer.from(text)))).to.deep.equal(expanded(parse(SAMPLE)));
      expect(expanded(parse(text))).to.deep.equal(expanded(parse(SAMPLE)));
    }
  });

  it('normalises line ends but keeps a carriage return that was written as a reference', () => {
    const root = parse('<a b="1\r\n2&#13;&#10;3">x\r\ny\rz&#13;\r\n</a>');
    expect(root.text).to.equal('x\ny\nz\r\n');
    expect(root.attribute('b')).to.equal('1 2\r\n3');
  });

  it('takes long runs of carriage returns and comments in linear time', () => {
    const start = process.cpuUsage().user;
    expect(parse(`<a>${'\r'.repeat(900_000)}</a>`).text).to.have.length(900_000);
    expect(parse(`<a>${'<!---->'.repeat(100_000)}</a>`).children).to.have.length(100_000);
    expect(process.cpuUsage().user - start).to.be.below(3_000_000);
  });

  it('drops empty character data', () => {
    expect(parse('<a><![CDATA[]]></a>').children).to.deep.equal([]);
    expect(parse('<a>b<![CDATA[]]>c</a>').children).to.deep.equal(['bc']);
  });

  it('reads a fragment where prefixes are declared already, and does not add them to it', () => {
    const scope = [
      { prefix: 'x', namespace: 'urn:x' },
      { prefix: '', namespace: 'urn:y' },
    ];
    const root = parseFragment('<x:a><b/></x:a>', scope);
    expect(expanded(root)).to.deep.equal(['{urn:x}a', {}, [['{urn:y}b', {}, []]]]);
    expect(root.declarations).to.deep.equal([]);
  });

  it('lets a declaration hold for its element and no longer', () => {
    expect(where(failure('<a><p:b xmlns:p="u"/><p:c/></a>'))).to.equal('1:23');
    expect(expanded(parse('<p:a xmlns:p="u"><p:b xmlns:p="v"/><p:c/></p:a>'))).to.deep.equal([
      '{u}a',
      {},
      [
        ['{v}b', {}, []],
        ['{u}c', {}, []],
      ],
    ]);
  });

  it('takes UTF-8 and its subset by name', () => {
    for (const name of ['UTF-8', 'utf-8', 'US-ASCII']) {
      expect(parse(`<?xml version='1.0' encoding='${name}' standalone="yes"?><a/>`).local).to.equal('a');
    }
    for (const name of ['UTF-16', 'windows-1252', 'U--TF-8']) {
      expect(where(failure(`<?xml version='1.0' encoding='${name}'?><a/>`))).to.equal('1:31');
    }
  });

  it('knows the prefix xml', () => {
    expect(parse('<a xml:lang="en"/>').attribute('lang', 'http://www.w3.org/XML/1998/namespace')).to.equal('en');
  });

  describe('refuses', () => {
    const refused: readonly (readonly [what: string, text: string, where: string])[] = [
      ['an undeclared prefix of an element', '<a>\n <b:c/></a>', '2:3'],
      ['an undeclared prefix of an attribute', '<a x="1"\n  b:c=""/>', '2:3'],
      ['attributes of one expanded name', '<a xmlns:p="u" xmlns:q="u" p:x="" q:x=""/>', '1:35'],
      ['attributes of one name', '<a x="" x=""/>', '1:13'],
      ['an undeclared prefix by xmlns:p=""', '<a xmlns:p=""/>', '1:4'],
      ['a declaration of xmlns', '<a xmlns:xmlns="u"/>', '1:4'],
      ['another meaning of xml', '<a xmlns:xml="u"/>', '1:4'],
      ['another prefix for the namespace of xml', '<a xmlns:p="http://www.w3.org/XML/1998/namespace"/>', '1:4'],
      ['the namespace of xmlns', '<a xmlns:p="http://www.w3.org/2000/xmlns/"/>', '1:4'],
      ['an element called xmlns:a', '<xmlns:a/>', '1:2'],
      ['a name with two colons', '<a:b:c xmlns:a="u"/>', '1:2'],
      ['a target with a colon', '<a><?b:c d?></a>', '1:6'],
      ['a document type', '<!DOCTYPE a><a/>', '1:1'],
      ['an entity of its own', '<a>&b;</a>', '1:4'],
      ['a character that XML forbids', '<a>\u{1F600}\u0001</a>', '1:5'],
      ['a reference to such a character', '<a>&#0;</a>', '1:8'],
      ['a wrong end tag', '<a>\n\u{1F600}</b>', '2:2'],
      ['a second root', '<a/><b/>', '1:5'],
      ['nothing', '', '1:1'],
      ['another encoding', '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', '1:31'],
      ['a lone surrogate', '<a>\uD800</a>', '1:4'],
    ];
    for (const [what, text, position] of refused) it(what, () => expect(where(failure(text))).to.equal(position));

    it('bytes that are not UTF-8, at the first wrong one', () => {
      const wrong = Buffer.concat([Buffer.from('<a>\uFFFD\n\u00e9'), Buffer.from([0xe9]), Buffer.from('</a>')]);
      expect(where(failure(wrong))).to.equal('2:2');
    });

    it('UTF-16', () => {
      for (const mark of ['', '\uFEFF']) {
        expect(failure(Buffer.from(`${mark}<a/>`, 'utf16le'))).to.be.instanceOf(XmlError);
        expect(failure(Buffer.from(`${mark}<a/>`, 'utf16le').swap16())).to.be.instanceOf(XmlError);
      }
    });

    it('an entity bomb', () => {
      const bomb = '<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;&b;">]><a>&c;&c;&c;</a>';
      expect(failure(bomb).message).to.contain('document type');
    });

    it('10,000 levels, in little time', () => {
      const { message } = failure('<a>'.repeat(10_000) + '</a>'.repeat(10_000));
      expect(message).to.contain('100 deep');
    });

    it('100,000 attributes, in little time', () => {
      const attributes = Array.from({ length: 100_000 }, (_, index) => `a${index}=""`).join(' ');
      expect(failure(`<a ${attributes}/>`, { bytes: 1e7 }).message).to.contain('100 attributes');
    });
  });

  describe('counts', () => {
    const limits = { bytes: 60, depth: 3, elements: 4, attributes: 2 };
    it('exactly: the limit passes, one more does not', () => {
      expect(parse('<a b="" c="/>"><d/><d><e/></d></a>', limits).local).to.equal('a');
      expect(failure('<a><b><c><d/></c></b></a>', limits).message).to.contain('3 deep');
      expect(failure('<a><b/><b/><b/><b/></a>', limits).message).to.contain('4 elements');
      expect(failure('<a b="" c="" d=""/>', limits).message).to.contain('2 attributes');
      expect(failure(`<a>${'\u00e9'.repeat(27)}</a>`, limits).message).to.contain('60 bytes');
    });

    it('no tags in comments, character data, instructions and values', () => {
      const hidden = '<b>'.repeat(9);
      for (const text of [`<!--${hidden}-->`, `<![CDATA[${hidden}]]>`, `<?c ${hidden}?>`]) {
        expect(parse(`<a>${text}</a>`, limits).elements).to.have.length(0);
      }
      expect(parse('<a b="&gt;<".."/>'.replace('<"..', ''), limits).attribute('b')).to.equal('>');
    });
  });

  it('answers a document cut at any byte with XmlError', () => {
    const bytes = Buffer.from(SAMPLE);
    const end = bytes.indexOf('</info:a>') + '</info:a>'.length;
    for (let length = 0; length < end; length += 1) {
      expect(() => parse(bytes.subarray(0, length)), String(length)).to.throw(XmlError);
    }
  });

  it('answers arbitrary bytes with an element or XmlError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(() => parse(bytes)).to.throw(XmlError);
      }),
    );
  });

  it('agrees with libxml2 on what is well-formed, document types and encodings aside', () => {
    const pieces = [
      '<',
      '>',
      '/',
      '"',
      "'",
      '=',
      ' ',
      '&',
      ';',
      '&lt;',
      '&#65;',
      '&x;',
      '<b>',
      '</b>',
      '<b/>',
      ']]>',
      '<![CDATA[',
    ];
    const more = [
      '-->',
      '<!--',
      '--',
      '<?p',
      '?>',
      'xmlns:',
      'info:',
      'x:',
      ':',
      'xml:',
      '\n',
      'a',
      '1',
      '\u00e9',
      '\u{1F600}',
      '',
    ];
    const mutation = fc.record({
      at: fc.integer({ min: SAMPLE.indexOf('\n'), max: SAMPLE.length }),
      removed: fc.constantFrom(0, 0, 1, 2, 5, 20),
      piece: fc.constantFrom(...pieces, ...more),
    });
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
        let text = SAMPLE;
        for (const { at, removed, piece } of mutations) text = text.slice(0, at) + piece + text.slice(at + removed);
        const verdict = acceptedByLibxml2(text);
        fc.pre(verdict !== undefined);
        expect(accepted(text), text).to.equal(verdict);
      }),
      { numRuns: 2_000 },
    );
  });
});

function accepted(text: string): boolean {
  try {
    parse(Buffer.from(text));
    return true;
  } catch {
    return false;
  }
}

/** Undefined where it stops at a namespace that is no URI, which Namespaces in XML 1.0 §2.2 does not make an error. */
function acceptedByLibxml2(text: string): boolean | undefined {
  try {
    XmlDocument.fromBuffer(Buffer.from(text)).dispose();
    return true;
  } catch (error) {
    return /is not a valid URI|is not absolute/.test(String(error)) ? undefined : false;
  }
}
