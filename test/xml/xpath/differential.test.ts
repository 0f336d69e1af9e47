import { expect } from 'chai';
import fc from 'fast-check';
import { XmlAttribute, XmlDocument, type XmlNode } from 'libxml2-wasm';
import { compile } from '../../../lib/xml/xpath/compile.ts';
import { evaluate } from '../../../lib/xml/xpath/evaluate.ts';
import { parse } from '../../../lib/xml/parse.ts';
import { serialize } from '../../../lib/xml/serialize.ts';
import { trees } from '../trees.ts';
import { placeOf } from './places.ts';

const documents = trees({
  namespaces: [''],
  names: ['a', 'b', 'c'],
  text: fc.constantFrom('1', '2', '-1', '70', 'a', 'ab b', ' x  1 ', 'é😀'),
  declarations: fc.constant([]),
}).map((tree) => serialize(tree).replace(/<\?.*?\?>/g, '')); // libxml2-wasm has no nodes for instructions

/** Expressions on which libxml2 follows XPath 1.0: it errs on `following` and on `self::name` from attributes. */
const { nodes, any } = fc.letrec<Record<'nodes' | 'string' | 'number' | 'boolean' | 'any' | 'predicate', string>>(
  (tie) => {
    const name = fc.constantFrom('a', 'b', 'c', '*', 'node()', 'text()', 'comment()', 'processing-instruction()');
    const axis = fc.constantFrom(
      ...['child::', 'descendant::', 'descendant-or-self::', 'parent::', 'ancestor::', 'ancestor-or-self::', 'self::'],
      ...['following::', 'preceding::', 'following-sibling::', 'preceding-sibling::', ''],
    );
    const predicates = fc.oneof(fc.constant(''), fc.constant(''), tie('predicate'));
    const step = fc.oneof(
      fc.tuple(axis, name, predicates).map((parts) => parts.join('')),
      fc.constantFrom('.', '..'),
    );
    const steps = fc.tuple(step, fc.array(fc.tuple(fc.constantFrom('/', '//'), step), { maxLength: 2 }));
    const last = fc.constantFrom('', '', '', '/@a', '/attribute::*', '/@b/..', '/@*/ancestor::*');
    const path = fc
      .tuple(fc.constantFrom('', '/', '//'), steps, last)
      .map(([start, [first, more], end]) => start + first + more.map((one) => one.join('')).join('') + end);
    const pair = (one: string, other: string, operators: readonly string[]) =>
      fc
        .tuple(tie(one as 'any'), fc.constantFrom(...operators), tie(other as 'any'))
        .map(([left, operator, right]) => `(${left}) ${operator} (${right})`);
    const call = (text: string, ...operands: ('nodes' | 'string' | 'number' | 'boolean' | 'any')[]) =>
      fc.tuple(...operands.map((one) => tie(one))).map((values) => `${text}(${values.join(', ')})`);
    const maxDepth = { maxDepth: 4, withCrossShrink: true };
    return {
      nodes: fc.oneof(
        maxDepth,
        path,
        fc.tuple(path, path).map((both) => both.join(' | ')),
        fc.tuple(tie('nodes'), tie('predicate')).map(([set, predicate]) => `(${set})${predicate}`),
      ),
      string: fc.oneof(
        maxDepth,
        fc.constantFrom("'a'", "'1'", "''", "' b '", "'é😀'"),
        fc.constantFrom('string()', 'normalize-space()', 'name()', 'local-name()', 'namespace-uri()'),
        fc.constantFrom('name(namespace::*)', 'string(namespace::xml)', 'local-name(//a/namespace::node())'),
        call('local-name', 'nodes'),
        call('namespace-uri', 'nodes'),
        call('string', 'any'),
        call('concat', 'string', 'any', 'string'),
        call('substring-before', 'any', 'string'),
        call('substring-after', 'string', 'string'),
        call('substring', 'string', 'number'),
        call('substring', 'string', 'number', 'number'),
        call('normalize-space', 'any'),
        call('translate', 'string', 'string', 'string'),
        call('name', 'nodes'),
      ),
      number: fc.oneof(
        maxDepth,
        fc.constantFrom('0', '1', '2', '-1', '2.5', '.5', '3'),
        fc.constantFrom('number()', 'string-length()', 'count(//namespace::*)'),
        call('count(id', 'any').map((value) => `${value})`),
        call('count', 'nodes'),
        call('sum', 'nodes'),
        call('number', 'any'),
        call('string-length', 'any'),
        call('floor', 'number'),
        call('ceiling', 'number'),
        call('round', 'number'),
        pair('any', 'number', ['+', '-', '*', 'div', 'mod']),
        tie('any').map((value) => `- (${value})`),
      ),
      boolean: fc.oneof(
        maxDepth,
        fc.constantFrom('true()', 'false()', "lang('en')"),
        call('boolean', 'any'),
        call('not', 'any'),
        call('contains', 'any', 'string'),
        call('starts-with', 'string', 'any'),
        pair('any', 'any', ['=', '!=', '<', '<=', '>', '>=', 'and', 'or']),
        pair('nodes', 'nodes', ['=', '!=', '<', '>=']),
      ),
      any: fc.oneof(maxDepth, tie('nodes'), tie('string'), tie('number'), tie('boolean')),
      predicate: fc.oneof(
        maxDepth,
        fc.constantFrom(
          '[1]',
          '[2]',
          '[last()]',
          '[position() > 1]',
          '[position() mod 2 = 1]',
          '[last() - 1]',
          '[@a]',
          '[position() != last()]',
        ),
        tie('any').map((value) => `[${value}]`),
      ),
    };
  },
);

describe('XPath 1.0 as libxml2 has it', () => {
  const compare = (document: string, expression: string): void => {
    const ours = evaluate(compile(expression), parse(document), { steps: 10_000_000 });
    const theirs = XmlDocument.fromString(document);
    try {
      const value = theirs.find('/')[0]!.eval(expression);
      if (!Array.isArray(value)) expect(ours, expression).to.deep.equal(value);
      else
        expect((ours as Parameters<typeof placeOf>[0][]).map(placeOf), expression).to.have.members(
          value.map(placeInTheirs),
        );
    } finally {
      theirs.dispose();
    }
  };

  it('the same nodes for generated paths', () => {
    fc.assert(fc.property(documents, nodes, compare), { numRuns: 600 });
  });

  it('the same strings, numbers and booleans for generated expressions', () => {
    fc.assert(fc.property(documents, any, compare), { numRuns: 1_200 });
  });
});

/** The way from the document to a node: the index among siblings at each level, an attribute by its name. */
function placeInTheirs(node: XmlNode): string {
  if (node.constructor.name === 'XmlDocumentNode') return '';
  const above = node.parent === null ? '' : placeInTheirs(node.parent);
  if (node instanceof XmlAttribute) return `${above}/@${node.name}`;
  let index = 0;
  for (let { prev } = node as unknown as Sibling; prev !== null; { prev } = prev) index += 1;
  return `${above}/${index}`;
}

interface Sibling {
  readonly prev: Sibling | null;
}
