import { expect } from 'chai';
import { parse } from '../../../lib/xml/parse.ts';
import { compile } from '../../../lib/xml/xpath/compile.ts';
import { evaluate, evaluateInSlices, XPathBudget, XPathBudgetError } from '../../../lib/xml/xpath/evaluate.ts';

const wide = parse(`<a>${'<b><c x="1">text</c></b>'.repeat(2_000)}</a>`);
const deep = parse(`${'<a>'.repeat(90)}${'</a>'.repeat(90)}`);
const long = parse(`<a><b>${'a'.repeat(400_000)}</b><c>b${'a'.repeat(200_000)}</c></a>`);

describe('a hostile expression', () => {
  const bombs: readonly (readonly [title: string, document: typeof wide, expression: string])[] = [
    ['nested //*', wide, '//*[//*[//*[//*]]]'],
    ['all preceding of all following', wide, 'count(//*/following::*/preceding::*/following::*)'],
    ['every pair', wide, '//c[count(//c[. = //c]) > 0]'],
    ['up and down a deep document', deep, `count(${'//*'.repeat(60)}${'/ancestor::*//*'.repeat(60)})`],
    ['concatenation', wide, `//*[string-length(concat(${Array(400).fill('string(/)').join(',')})) = 0]`],
    ['translation', wide, `//*[translate("${'x'.repeat(1_500)}", "${'abcdefg'.repeat(300)}", "") = ""]`],
    ['a long text in a long text', long, 'contains(//b, //c)'],
    ['ids', wide, '//*[id("x")]'],
    ['namespaces', wide, '//*[//namespace::*]'],
  ];
  for (const [title, document, expression] of bombs) {
    it(`ends with its budget: ${title}`, () => {
      expect(() => evaluate(compile(expression), document, { steps: 100_000 })).to.throw(XPathBudgetError);
    });
  }

  it('costs little when it can be told early', () => {
    expect(evaluate(compile('count(//c[@x = 1])'), wide, { steps: 60_000 })).to.equal(2_000);
    expect(evaluate(compile('//c = "text" and //c = //c'), wide, { steps: 60_000 })).to.equal(true);
  });
});

describe('an evaluation in slices', () => {
  it('pauses often and comes to the same value', () => {
    const expression = compile('count(//c[. = "text"]/ancestor::*)');
    const budget = new XPathBudget(1_000_000);
    const work = evaluateInSlices(expression, wide, budget);
    let pauses = 0;
    let longest = 0;
    let left = budget.left;
    let next = work.next();
    for (; next.done !== true; next = work.next()) {
      pauses += 1;
      longest = Math.max(longest, left - budget.left);
      ({ left } = budget);
    }
    expect(next.value).to.equal(evaluate(expression, wide)).and.to.equal(2_001);
    expect(pauses).to.be.above(20);
    expect(longest).to.be.below(2_000);
  });

  it('takes from a budget that others take from too', () => {
    const budget = new XPathBudget(30_000);
    const run = (): number => {
      const work = evaluateInSlices(compile('count(//*)'), wide, budget);
      let next = work.next();
      while (next.done !== true) next = work.next();
      return next.value as number;
    };
    for (let round = 0; round < 4; round++) expect(run()).to.equal(4_001);
    expect(budget.left).to.be.below(10_000);
    expect(run).to.throw(XPathBudgetError);
  });
});
