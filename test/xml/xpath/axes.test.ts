import { expect } from 'chai';
import { names, read } from './reading.ts';

const XML =
  '<r xmlns:p="urn:p"><a x="1" y="2"><b/>t<c><d/></c></a><e p:x="3"><!--k--><?i z?><f id="1"/><f id="2"/></e><g/></r>';

describe('the axes of XPath 1.0 §2.2', () => {
  const axes: Readonly<Record<string, readonly [from: string, selected: readonly string[]]>> = {
    self: ['//c', ['c']],
    child: ['/r/e', ['k', 'i', 'f', 'f']],
    parent: ['//d', ['c']],
    ancestor: ['//d', ['/', 'r', 'a', 'c']],
    'ancestor-or-self': ['//d', ['/', 'r', 'a', 'c', 'd']],
    descendant: ['//a', ['b', 't', 'c', 'd']],
    'descendant-or-self': ['//a', ['a', 'b', 't', 'c', 'd']],
    following: ['//b', ['t', 'c', 'd', 'e', 'k', 'i', 'f', 'f', 'g']],
    'following-sibling': ['//b', ['t', 'c']],
    preceding: ['//g', ['a', 'b', 't', 'c', 'd', 'e', 'k', 'i', 'f', 'f']],
    'preceding-sibling': ['//c', ['b', 't']],
    attribute: ['//a', ['x', 'y']],
    namespace: ['//a', ['xml', 'p']],
  };
  for (const [axis, [from, selected]] of Object.entries(axes)) {
    it(`${axis} selects in document order`, () => {
      expect(names(XML, `${from}/${axis}::node()`)).to.deep.equal(selected);
    });
  }

  it('count positions from the context node, on reverse axes backwards', () => {
    expect(names(XML, '//d/ancestor::*[1]')).to.deep.equal(['c']);
    expect(names(XML, '(//d/ancestor::*)[1]')).to.deep.equal(['r']);
    expect(names(XML, '//g/preceding::*[2]')).to.deep.equal(['f']);
    expect(names(XML, '//c/preceding-sibling::node()[1]')).to.deep.equal(['t']);
    expect(names(XML, '//b/following::*[last()]')).to.deep.equal(['g']);
  });

  it('from attributes and namespaces lead up, and on to what comes after', () => {
    expect(names(XML, '//@x/..')).to.deep.equal(['a']);
    expect(names(XML, '//@x/ancestor::*')).to.deep.equal(['r', 'a']);
    expect(names(XML, '//@y/following::*[1]')).to.deep.equal(['b']);
    expect(names(XML, '//e/@*/preceding::*[1]')).to.deep.equal(['d']);
    expect(names(XML, '//e/namespace::p/..')).to.deep.equal(['e']);
    expect(read(XML, '//@x/following-sibling::node() | //@x/node()')).to.deep.equal([]);
    expect(read(XML, 'string(//e/namespace::p)')).to.equal('urn:p');
  });

  it('lead to each node once, wherever they start', () => {
    expect(names(XML, '//f/..')).to.deep.equal(['e']);
    expect(names(XML, '//node()/ancestor::*')).to.deep.equal(['r', 'a', 'c', 'e']);
    expect(names(XML, '//f | //@x | //b | /r/a')).to.deep.equal(['a', 'x', 'b', 'f', 'f']);
  });
});

describe('node tests of XPath 1.0 §2.3', () => {
  it('tell the kinds of nodes apart', () => {
    expect(names(XML, '//text()')).to.deep.equal(['t']);
    expect(names(XML, '//comment()')).to.deep.equal(['k']);
    expect(names(XML, "//processing-instruction('i')")).to.deep.equal(['i']);
    expect(names(XML, "//processing-instruction('j')")).to.deep.equal([]);
    expect(names(XML, '//e/*')).to.deep.equal(['f', 'f']);
    expect(names(XML, '/r/a/attribute::*')).to.deep.equal(['x', 'y']);
    expect(names(XML, '//@x/self::*')).to.deep.equal([]);
  });

  it('compare expanded names', () => {
    const xml = '<a xmlns="urn:1" xmlns:q="urn:2"><q:b k="1"/><b q:k="2"/><c xmlns=""/></a>';
    const prefixes = new Map([
      ['one', 'urn:1'],
      ['two', 'urn:2'],
    ]);
    expect(names(xml, '/one:a/two:b/@k', { prefixes })).to.deep.equal(['k']);
    expect(read(xml, 'count(//two:*)', { prefixes })).to.equal(1);
    expect(read(xml, 'string(//@two:k)', { prefixes })).to.equal('2');
    expect(names(xml, '//c | //b')).to.deep.equal(['c']);
  });

  it('find unprefixed elements in any of the default namespaces, and attributes in none', () => {
    const xml = '<a xmlns="urn:1" xmlns:q="urn:2"><q:b k="1"/><b q:k="2"/><b xmlns="urn:3"/></a>';
    const options = { defaultNamespaces: ['urn:1', 'urn:2'] };
    expect(read(xml, '/a/b', options)).to.deep.equal(['/0/0', '/0/1']);
    expect(read(xml, '/a/b[@k]', options)).to.deep.equal(['/0/0']);
    expect(read(xml, '//*[name() = "b"]', options)).to.deep.equal(['/0/0', '/0/1', '/0/2']);
    expect(read(xml, 'name(//@*[. = 2])', options)).to.equal('q:k');
  });
});
