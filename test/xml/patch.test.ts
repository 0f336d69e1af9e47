import { expect } from 'chai';
import { parse } from '../../lib/xml/parse.ts';
import { applyPatch, PatchError } from '../../lib/xml/patch.ts';
import { serialize } from '../../lib/xml/serialize.ts';
import { expanded } from './trees.ts';

const patched = (target: string, operations: string): string =>
  serialize(applyPatch(parse(target), parse(`<diff xmlns:xs="urn:unused">${operations}</diff>`)));

function condition(target: string, operations: string): string {
  try {
    return patched(target, operations);
  } catch (error) {
    if (error instanceof PatchError) return error.condition;
    throw error;
  }
}

const NOTE = '<doc>\n  <note>This is a sample document</note>\n';
const SAMPLE = '<doc>\n  <foo a="1">This is a sample document</foo>\n';
const FOO = '<foo id="ert4773">This is a new child</foo>';

describe('Applying patches: RFC 5261 Appendix A', () => {
  const examples: readonly (readonly [title: string, target: string, operations: string, result: string])[] = [
    ['A.1 adds an element', `${NOTE}</doc>`, `<add sel="doc">${FOO}</add>`, `${NOTE}${FOO}</doc>`],
    [
      'A.2 adds an attribute',
      `${NOTE}${FOO}</doc>`,
      `<add sel="doc/foo[@id='ert4773']" type="@user">Bob</add>`,
      `${NOTE}<foo id="ert4773" user="Bob">This is a new child</foo></doc>`,
    ],
    [
      'A.3 adds a prefixed namespace declaration',
      `${NOTE}${FOO}</doc>`,
      '<add sel="doc" type="namespace::pref">urn:ns:xxx</add>',
      `${NOTE}${FOO}</doc>`.replace('<doc>', '<doc xmlns:pref="urn:ns:xxx">'),
    ],
    [
      "A.4 adds a comment with 'pos'",
      `${NOTE}${FOO}</doc>`,
      `<add sel="doc/foo[@id='ert4773']" pos="before"><!-- comment --></add>`,
      `${NOTE}<!-- comment -->${FOO}</doc>`,
    ],
    ['A.5 adds several nodes', `${NOTE}</doc>`, `<add sel="doc">\n  ${FOO}</add>`, `${NOTE}\n  ${FOO}</doc>`],
    [
      'A.6 replaces an element',
      `${SAMPLE}</doc>`,
      `<replace sel="doc/foo[@a='1']"><bar a="2"/></replace>`,
      '<doc>\n  <bar a="2"/>\n</doc>',
    ],
    [
      'A.7 replaces an attribute value',
      '<doc a="test">\n  <foo a="1">This is a sample document</foo>\n</doc>',
      '<replace sel="doc/@a">new value</replace>',
      '<doc a="new value">\n  <foo a="1">This is a sample document</foo>\n</doc>',
    ],
    [
      'A.8 replaces the URI of a namespace declaration',
      `${SAMPLE}</doc>`.replace('<doc>', '<doc xmlns:pref="urn:test">'),
      '<replace sel="doc/namespace::pref">urn:new:xxx</replace>',
      `${SAMPLE}</doc>`.replace('<doc>', '<doc xmlns:pref="urn:new:xxx">'),
    ],
    [
      'A.9 replaces a comment',
      `${SAMPLE}  <!-- comment -->\n</doc>`,
      '<replace sel="doc/comment()[1]"><!-- This is the new content\n  --></replace>',
      `${SAMPLE}  <!-- This is the new content\n  -->\n</doc>`,
    ],
    [
      'A.10 replaces a processing instruction',
      `${SAMPLE}  <?test foo="bar"?>\n</doc>`,
      `<replace sel='doc/processing-instruction("test")'\n    ><?test bar="foobar"?></replace>`,
      `${SAMPLE}  <?test bar="foobar"?>\n</doc>`,
    ],
    [
      'A.11 replaces a text node',
      `${SAMPLE}</doc>`,
      '<replace sel="doc/foo/text()[1]"\n  >This is the new text content</replace>',
      '<doc>\n  <foo a="1">This is the new text content</foo>\n</doc>',
    ],
    ['A.12 removes an element', `${SAMPLE}</doc>`, `<remove sel="doc/foo[@a='1']" ws="after"/>`, '<doc>\n  </doc>'],
    [
      'A.13 removes an attribute',
      `${SAMPLE}</doc>`.replace('<doc>', '<doc a="foo">'),
      '<remove sel="doc/@a"/>',
      `${SAMPLE}</doc>`,
    ],
    [
      'A.14 removes a prefixed namespace declaration',
      '<doc>\n  <foo a="1" xmlns:pref="urn:test"\n  >This is a sample document</foo>\n  <!-- comment -->\n</doc>',
      '<remove sel="doc/foo/namespace::pref"/>',
      `${SAMPLE}  <!-- comment -->\n</doc>`,
    ],
    [
      'A.15 removes a comment',
      `${SAMPLE}  <!-- comment -->\n</doc>`,
      '<remove sel="doc/comment()[1]" ws="after"/>',
      `${SAMPLE}  </doc>`,
    ],
    // The printed result lacks the white space that §4.5.6 keeps and joins.
    [
      'A.16 removes a processing instruction',
      `${SAMPLE}  <?test?>\n</doc>`,
      `<remove sel='doc/processing-instruction("test")'/>`,
      `${SAMPLE}  \n</doc>`,
    ],
    [
      'A.17 removes a text node',
      `${SAMPLE}</doc>`,
      '<remove sel="doc/foo/text()[1]"/>',
      '<doc>\n  <foo a="1"/>\n</doc>',
    ],
  ];
  for (const [title, target, operations, result] of examples) {
    it(title, () => expect(patched(target, operations)).to.equal(result));
  }

  it('A.18 applies several patches with other prefixes than the target [N11]', () => {
    const target = parse(`<doc xmlns="urn:ietf:params:xml:ns:xxx"
     xmlns:z="urn:ietf:params:xml:ns:yyy">
  <note>This is a sample document</note>
  <elem a="foo">
    <child/>
  </elem>
  <elem a="bar">
    <z:child/>
  </elem>
</doc>`);
    const diff = parse(`<p:diff xmlns="urn:ietf:params:xml:ns:xxx"
        xmlns:y="urn:ietf:params:xml:ns:yyy"
        xmlns:p="urn:ietf:params:xml:ns:diff">

<p:add sel="doc/elem[@a='foo']">  <!-- This is a new child -->
    <child id="ert4773">
      <y:node/>
    </child>
  </p:add>

<p:replace sel="doc/note/text()">Patched doc</p:replace>

<p:remove sel="*/elem[@a='bar']/y:child" ws="both"/>

<p:add sel="*/elem[@a='bar']" type="@b">new attr</p:add>

</p:diff>`);
    expect(serialize(applyPatch(target, diff))).to
      .equal(`<doc xmlns="urn:ietf:params:xml:ns:xxx" xmlns:z="urn:ietf:params:xml:ns:yyy">
  <note>Patched doc</note>
  <elem a="foo">
    <child/>
    <!-- This is a new child -->
    <child id="ert4773">
      <z:node/>
    </child>
  </elem>
  <elem a="bar" b="new attr"/>
</doc>`);
  });
});

describe('Applying patches', () => {
  it('joins texts that come to stand side by side (§4.3.5)', () => {
    expect(patched('<d><foo>1<b/>2</foo></d>', '<add sel="*/foo/text()[2]" pos="after">new<bar/>elem</add>')).to.equal(
      '<d><foo>1<b/>2new<bar/>elem</foo></d>',
    );
    expect(patched('<d>1<b/>2</d>', '<remove sel="d/b"/>')).to.equal('<d>12</d>');
  });

  it('counts positions after the predicates before them', () => {
    const target = '<d><a b="1"/><a/><a b="1" c="x"/></d>';
    expect(patched(target, `<remove sel="d/a[@b='1'][2]"/>`)).to.equal('<d><a b="1"/><a/></d>');
    expect(condition(target, `<remove sel="d/a[2][@b='1']"/>`)).to.equal('unlocated-node');
    expect(patched(target, '<remove sel="/d/*[3]"/>')).to.equal('<d><a b="1"/><a/></d>');
  });

  it('selects by the text of a child, of itself and by xml:id', () => {
    const target = '<d><e><u>x</u></e><e xml:id="i"><u>y<v>z</v></u></e></d>';
    expect(patched(target, `<add sel="d/e[u='x']" type="@f">1</add>`)).to.contain('<e f="1"><u>x</u>');
    expect(patched(target, `<add sel="d/e[.='yz']" type="@f"/>`)).to.contain('<e xml:id="i" f="">');
    expect(patched(target, `<remove sel="id('i')/u/v"/>`)).to.contain('<u>y</u>');
    expect(patched(target, `<add sel="id('i')" pos="before">t</add>`)).to.contain('</e>t<e');
  });

  it('puts nodes before, after and in front', () => {
    expect(patched('<d><a/><b/></d>', '<add sel="d/b" pos="before"><x/></add>')).to.equal('<d><a/><x/><b/></d>');
    expect(patched('<d><a/><b/></d>', '<add sel="d/a" pos="after"><x/></add>')).to.equal('<d><a/><x/><b/></d>');
    expect(patched('<d><a/><b/></d>', '<add sel="d" pos="prepend"><x/></add>')).to.equal('<d><x/><a/><b/></d>');
  });

  it('reads prefixes by the operation before the patch document, and unprefixed attributes as in no namespace', () => {
    const target = parse('<d xmlns="urn:d" xmlns:q="urn:q" a="1" q:a="2"/>');
    const diff = parse('<x:diff xmlns:x="urn:x" xmlns:p="urn:d"><x:remove xmlns:r="urn:q" sel="p:d/@r:a"/></x:diff>');
    expect(expanded(applyPatch(target, diff))).to.deep.equal(['{urn:d}d', { '{}a': '1' }, []]);
    const replaced = parse('<diff xmlns="urn:d"><replace sel="d/@a">3</replace></diff>');
    expect(applyPatch(target, replaced).attribute('a')).to.equal('3');
  });

  it('shares what it does not touch', () => {
    const target = parse('<d><a><b/></a><c/></d>');
    const result = applyPatch(target, parse('<diff><add sel="d/c" type="@e">1</add></diff>'));
    expect(result.first('', 'a')).to.equal(target.first('', 'a'));
  });

  it('passes over children that are no operations, and leaves the document alone', () => {
    const target = parse('<d/>');
    expect(applyPatch(target, parse('<diff><note sel="d"/></diff>'))).to.equal(target);
  });

  describe('names the error condition (§5.1)', () => {
    const target = '<d a="1"><e/><e/>text<f xmlns:p="urn:p"><p:g/></f></d>';
    const errors: readonly (readonly [operation: string, condition: string])[] = [
      ['<remove sel="d/x"/>', 'unlocated-node'],
      ['<remove sel="d/e"/>', 'unlocated-node'],
      ['<remove sel="d/@b"/>', 'unlocated-node'],
      [`<remove sel="id('e')"/>`, 'unlocated-node'],
      ['<remove sel="d"/>', 'invalid-root-element-operation'],
      ['<add sel="d" pos="after"><d/></add>', 'invalid-root-element-operation'],
      ['<add sel="d" pos="before"><!-- c --></add>', 'invalid-xml-prolog-operation'],
      ['<remove sel="comment()"/>', 'invalid-xml-prolog-operation'],
      ['<remove sel="p:d"/>', 'invalid-namespace-prefix'],
      ['<remove sel="d/namespace::q"/>', 'invalid-namespace-prefix'],
      ['<remove sel="d/f/namespace::p"/>', 'invalid-namespace-prefix'],
      ['<add sel="d/f" type="namespace::p">urn:q</add>', 'invalid-namespace-prefix'],
      ['<add sel="d" type="namespace::q"/>', 'invalid-namespace-uri'],
      ['<replace sel="d/f">text</replace>', 'invalid-node-types'],
      ['<replace sel="d/f"><g/><g/></replace>', 'invalid-node-types'],
      ['<replace sel="d/f"/>', 'invalid-node-types'],
      ['<replace sel="d/text()"><g/></replace>', 'invalid-node-types'],
      ['<replace sel="d/@a"><g/></replace>', 'invalid-node-types'],
      ['<add sel="d/text()"><g/></add>', 'invalid-node-types'],
      ['<add sel="d" type="@a">2</add>', 'invalid-patch-directive'],
      ['<remove sel="d/text()" ws="before"/>', 'invalid-patch-directive'],
      ['<add sel="d" type="@b" pos="before">2</add>', 'invalid-patch-directive'],
      ['<remove sel="d/f" ws="before"/>', 'invalid-whitespace-directive'],
      ['<remove sel="d/f" ws="after"/>', 'invalid-whitespace-directive'],
      ['<remove sel="d/f" ws="around"/>', 'invalid-attribute-value'],
      ['<add sel="d" pos="first"/>', 'invalid-attribute-value'],
      ['<add sel="d/@a">2</add>', 'invalid-attribute-value'],
      ['<add sel="d" type="b">2</add>', 'invalid-attribute-value'],
      ...[
        '',
        '/',
        'd/',
        'd//e',
        'd[',
        'd[@a]',
        'd[last()]',
        'count(d)',
        'd/@a/e',
        'd | e',
        '..',
        "d[@a='1]",
        'd e',
      ].map((sel) => [`<remove sel="${sel}"/>`, 'invalid-attribute-value'] as const),
      ['<remove/>', 'invalid-diff-format'],
    ];
    for (const [operation, expected] of errors) {
      it(`${expected}: ${operation}`, () => expect(condition(target, operation)).to.equal(expected));
    }
  });
});
