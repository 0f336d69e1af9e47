import { expect } from 'chai';
import fc from 'fast-check';
import { compile, XPathError, type XPathOptions } from '../../../lib/xml/xpath/compile.ts';
import { names, read } from './reading.ts';

const XML = '<div><and>1</and><or/><mod><div>4</div></mod><text>t</text><a-b/><x.y/></div>';

const failure = (expression: string, options?: XPathOptions): XPathError => {
  try {
    compile(expression, options);
  } catch (error) {
    if (error instanceof XPathError) return error;
    throw error;
  }
  throw new Error(`${expression} was compiled`);
};

describe('the words of XPath 1.0 §3.7', () => {
  it('are operators only where an operator can stand', () => {
    expect(names(XML, '/div/div | div/and')).to.deep.equal(['and']);
    expect(read(XML, 'div/mod/div div div/and')).to.equal(4);
    expect(read(XML, '* and div/and or or')).to.equal(true);
    expect(read(XML, 'div/mod mod mod')).to.be.NaN;
    expect(read(XML, '4 * count(*) * 2')).to.equal(8);
    expect(names(XML, 'div/*[* * 2 = 8]')).to.deep.equal(['mod']);
    expect(names(XML, '//*[@* or .]/text/text()')).to.deep.equal(['t']);
  });

  it('may hold dots and dashes, and be parted by white space', () => {
    expect(names(XML, 'div/a-b | div/x.y')).to.deep.equal(['a-b', 'x.y']);
    expect(names(XML, ' / div\n/ child :: and [ 1 ] / text ( ) ')).to.deep.equal(['1']);
    expect(read(XML, 'concat(\'"\', "\'")')).to.equal('"\'');
  });

  it('are abbreviated as §2.5 says', () => {
    expect(read(XML, '//div[1]')).to.deep.equal(['/0', '/0/2/0']);
    expect(read(XML, '/descendant::div[1]')).to.deep.equal(['/0']);
    expect(read(XML, '//div[position() = 1][. = 4]')).to.deep.equal(['/0/2/0']);
    expect(names(XML, '//div/./../self::mod')).to.deep.equal(['mod']);
    expect(read(XML, '//and//..')).to.deep.equal(['/0', '/0/0']);
    expect(names(XML, '/')).to.deep.equal(['/']);
    expect(names(XML, '(//and | //or)/..')).to.deep.equal(['div']);
    expect(names(XML, '(//*)[3]')).to.deep.equal(['or']);
  });
});

describe('an expression that is refused', () => {
  const wrong: readonly (readonly [expression: string, position: number, reason: RegExp])[] = [
    ['', 1, /the end instead of an expression/],
    ['/a[', 4, /an expression/],
    ['/a[1', 5, /instead of \]/],
    ['/a]', 3, /\] instead of the end/],
    ['a b', 3, /an operator is missing/],
    ['a/', 3, /the end instead of a name/],
    ["'a", 1, /does not end/],
    ['a = $b', 5, /no variables/],
    ['a # b', 3, /not expected/],
    ['up::a', 1, /no axis up/],
    ['a/frob(1)', 3, /function|frob/],
    ['frob(1)', 1, /no function frob/],
    ['1 + concat("a")', 5, /2 or more arguments, not 1/],
    ['true(1)', 1, /0 arguments/],
    ['substring("a")', 1, /2 to 3 arguments/],
    ['count("a")', 7, /a string can't be given to count/],
    ['sum(1)', 5, /a number/],
    ['a | 1', 5, /a number can't stand beside/],
    ['1 | a', 1, /a number can't stand beside/],
    ['"a"[1]', 1, /a string can't have predicates/],
    ['true()/a', 1, /a boolean can't begin a path/],
    ['p:a', 1, /prefix p is not declared/],
    ['a[@p:*]', 4, /prefix p/],
  ];
  for (const [expression, position, reason] of wrong) {
    it(`${expression === '' ? 'nothing' : expression}: character ${position}`, () => {
      const error = failure(expression);
      expect(error.message).to.match(reason);
      expect(error.position).to.equal(position);
    });
  }

  it('is too long or too deep', () => {
    expect(failure('a'.repeat(11), { limits: { length: 10 } }).message).to.contain('longer than 10');
    expect(failure(`${'('.repeat(33)}1${')'.repeat(33)}`)).to.include({ position: 33 });
    expect(failure('a['.repeat(2_000)).message).to.contain('deep');
    expect(failure('not('.repeat(1_000)).message).to.contain('deep');
  });

  it('is never anything but an XPathError, whatever it is', () => {
    const piece = fc.constantFrom(
      ...'a * div and ( ) [ ] / // @ :: . .. 1 .5 "x" \' | + - = != < >= , $ ! : p:b text() child not( é \u0000'.split(
        ' ',
      ),
    );
    const text = fc.oneof(
      fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(' ')),
      fc.string({ unit: 'binary' }),
    );
    fc.assert(
      fc.property(text, (expression) => {
        try {
          compile(expression);
        } catch (error) {
          expect(error).to.be.instanceOf(XPathError);
          expect((error as XPathError).position).to.be.within(1, expression.length + 1);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a long row of operators or steps', () => {
  it('is evaluated without nesting', () => {
    expect(read('<a/>', Array(1_000).fill('1').join('+'))).to.equal(1_000);
    expect(read('<a/>', Array(1_000).fill('1').join('='))).to.equal(true);
    expect(read('<a/>', `${'-'.repeat(4_001 - 2)}1`)).to.equal(-1);
    expect(names('<a/>', `a${'/.'.repeat(2_000)}`)).to.deep.equal(['a']);
    expect(names('<a/>', Array(1_000).fill('a').join('|'))).to.deep.equal(['a']);
    expect(names('<a/>', `a${'[1]'.repeat(1_000)}`)).to.deep.equal(['a']);
  });
});
