import { expect } from 'chai';
import fc from 'fast-check';
import { find, put, readNodeSelector, without } from '../../lib/mmtel/node-selector.ts';
import { XmlElement } from '../../lib/xml/element.ts';
import { parse } from '../../lib/xml/parse.ts';
import { serialize } from '../../lib/xml/serialize.ts';

const QUERY = 'xmlns(n=)';
const steps = (text: string) => {
  const read = readNodeSelector(text, QUERY);
  if (read === undefined) throw new Error(`no selector: ${text}`);
  return read.steps;
};

/** The example of RFC 4825 §8.2.3. */
const EXAMPLE = `<root>
 <el1 att="first"/>
 <el1 att="second"/>
 <!-- comment -->
 <el2 att="first"/>
</root>`;

const after = (selector: string, element: string, document = EXAMPLE): string | undefined => {
  const changed = put(parse(document), steps(selector), parse(element));
  return changed && serialize(changed);
};

describe('node selectors of XCAP', () => {
  it('insert where RFC 4825 §8.2.3 shows', () => {
    const third = EXAMPLE.replace('"second"/>', '"second"/><el1 att="third"/>');
    for (const selector of ['n:root/n:el1[@att="third"]', 'n:root/n:el1[3][@att="third"]', 'n:root/*[3][@att="third"]'])
      expect(after(selector, '<el1 att="third"/>'), selector).to.equal(third);
    expect(after('n:root/n:el3', '<el3 att="first"/>')).to.equal(
      EXAMPLE.replace('</root>', '<el3 att="first"/></root>'),
    );
    const second = EXAMPLE.replace('<el2 att="first"/>', '<el2 att="first"/><el2 att="2"/>');
    expect(after('n:root/n:el2[@att="2"]', '<el2 att="2"/>')).to.equal(second);
    expect(after('n:root/n:el2[2][@att="2"]', '<el2 att="2"/>')).to.equal(second);
    expect(after('n:root/*[2][@att="2"]', '<el2 att="2"/>')).to.equal(
      EXAMPLE.replace('<el1 att="first"/>', '<el1 att="first"/><el2 att="2"/>'),
    );
    expect(after('n:root/n:el2[1][@att="2"]', '<el2 att="2"/>')).to.equal(
      EXAMPLE.replace('<el2 att="first"/>', '<el2 att="2"/><el2 att="first"/>'),
    );
  });

  it('replace what they select', () => {
    expect(after('n:root/n:el2', '<el2>new</el2>')).to.equal(EXAMPLE.replace('<el2 att="first"/>', '<el2>new</el2>'));
    expect(after('n:root', '<root/>')).to.equal('<root/>');
  });

  it('put nothing that they would not select then, nor where its parent is not', () => {
    for (const [selector, element] of [
      ['n:root/n:el1[@att="third"]', '<el1 att="fourth"/>'],
      ['n:root/n:el1', '<el1/>'],
      ['n:root/n:el4', '<el5/>'],
      ['n:root/n:el1[5]', '<el1/>'],
      ['n:root/n:none/n:el', '<el/>'],
      ['n:other', '<root/>'],
    ] as const)
      expect(after(selector, element), selector).to.equal(undefined);
  });

  it('delete without the space around, but never so that they select another', () => {
    const removed = (selector: string): string | undefined => {
      const root = parse(EXAMPLE);
      const place = find(root, steps(selector));
      const changed = place && without(steps(selector), place);
      return changed && serialize(changed);
    };
    expect(removed('n:root/n:el2')).to.equal(EXAMPLE.replace('<el2 att="first"/>', ''));
    expect(removed('n:root/n:el1[2]')).to.equal(EXAMPLE.replace('<el1 att="second"/>', ''));
    expect(removed('n:root/n:el1[1]')).to.equal(undefined);
    expect(removed('n:root')).to.equal(undefined);
  });

  it('are not what XPath has beyond them', () => {
    for (const text of [
      '',
      '/',
      'a//b',
      'id("a")',
      'a/text()',
      'a[b="c"]',
      'a[.="c"]',
      'x:a',
      'a/namespace::n',
      'a[',
      '@b',
    ])
      expect(readNodeSelector(text, QUERY), text).to.equal(undefined);
  });

  it('that put an element select it afterwards, and what was there otherwise stays', () => {
    const element = fc.record({ name: fc.constantFrom('a', 'b'), att: fc.constantFrom('1', '2', '3') });
    const text = ({ name, att }: { name: string; att: string }): string => `<${name} att="${att}"/>`;
    const step = fc.record({
      name: fc.constantFrom('n:a', 'n:b', '*'),
      position: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      att: fc.option(fc.constantFrom('1', '2', '3'), { nil: undefined }),
    });
    let inserted = 0;
    fc.assert(
      fc.property(fc.array(element, { maxLength: 4 }), element, step, (children, made, { name, position, att }) => {
        const selector = `n:root/${name}${position === undefined ? '' : `[${position}]`}${att === undefined ? '' : `[@att="${att}"]`}`;
        const root = parse(`<root>${children.map(text).join('')}</root>`);
        const one = parse(text(made));
        const changed = put(root, steps(selector), one);
        if (changed === undefined) return;
        expect(find(changed, steps(selector))?.node).to.equal(one);
        const isReplaced = find(root, steps(selector)) !== undefined;
        expect(changed.elements).to.have.lengthOf(children.length + (isReplaced ? 0 : 1));
        const others = changed.elements.filter((child) => child !== one);
        expect(root.elements.filter((child) => others.includes(child))).to.deep.equal(others);
        if (!isReplaced) inserted += 1;
        expect(changed).to.be.instanceOf(XmlElement);
      }),
      { numRuns: 1_000 },
    );
    expect(inserted).to.be.above(50);
  });
});
