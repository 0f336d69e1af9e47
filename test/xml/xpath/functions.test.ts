import { expect } from 'chai';
import { read } from './reading.ts';

const XML = `<r xml:lang="en-GB"><n>1</n><n> 2 </n><n>x</n><e xml:id="one"/><e xml:id="two" xml:lang="de">
  <f xmlns="urn:f" xmlns:p="urn:p" p:k=""/></e><t>  a  b </t></r>`;

/** Each expression with its value. */
const FUNCTIONS: Readonly<Record<string, readonly (readonly [expression: string, value: unknown])[]>> = {
  'of node-sets (§4.1)': [
    ['count(//n[position() < last()])', 2],
    ['count(//n[last()]) + count(//n[4])', 1],
    ['count(id("one two two none"))', 2],
    ['count(id(//@xml:id))', 2],
    ['local-name(//*[namespace-uri() = "urn:f"])', 'f'],
    ['namespace-uri(//@*[local-name() = "k"])', 'urn:p'],
    ['name(//@*[local-name() = "k"])', 'p:k'],
    ['name(//*[@xml:id][1]/@xml:id)', 'xml:id'],
    ['concat(name(/), local-name(//none), namespace-uri(//none))', ''],
  ],
  'of strings (§4.2)': [
    ['string(//n)', '1'],
    ['string(//none)', ''],
    ['string(true())', 'true'],
    ['concat("a", 1, false(), //n[3])', 'a1falsex'],
    ['starts-with("abc", "ab") and not(starts-with("abc", "b")) and starts-with("", "")', true],
    ['contains("abc", "bc") and contains("abc", "") and not(contains("abc", "ac"))', true],
    ['substring-before("1999/04/01", "/")', '1999'],
    ['substring-before("1999", "/")', ''],
    ['substring-after("1999/04/01", "/")', '04/01'],
    ['substring-after("1999", "19")', '99'],
    ['substring-after("1999", "/")', ''],
    ['substring("12345", 2, 3)', '234'],
    ['substring("12345", 2)', '2345'],
    ['substring("12345", 1.5, 2.6)', '234'],
    ['substring("12345", 0, 3)', '12'],
    ['substring("12345", 0 div 0, 3)', ''],
    ['substring("12345", 1, 0 div 0)', ''],
    ['substring("12345", -42, 1 div 0)', '12345'],
    ['substring("12345", -1 div 0, 1 div 0)', ''],
    ['substring("a😀b", 2, 1)', '😀'],
    ['string-length("a😀b")', 3],
    ['string-length(//t)', 7],
    ['normalize-space(//t)', 'a b'],
    ['//t[normalize-space() = "a b"] = //t', true],
    ['translate("bar", "abc", "AB")', 'BAr'],
    ['translate("--aaa--", "abc-", "ABC")', 'AAA'],
    ['translate("aa", "aa", "bc")', 'bb'],
  ],
  'of booleans (§4.3)': [
    ['boolean(0) or boolean(0 div 0) or boolean("") or boolean(//none)', false],
    ['boolean(-1) and boolean("false") and boolean(//n)', true],
    ['not(//none)', true],
    ['true() != false()', true],
    ['count(//n[lang("en")])', 3],
    ['count(//n[lang("EN-gb")])', 3],
    ['count(//n[lang("e")])', 0],
    ['count(//*[lang("de")])', 2],
    ['boolean(/node()[lang("fr")])', false],
  ],
  'of numbers (§4.4)': [
    ['number(" -1.50 ")', -1.5],
    ['number(".5") + number("5.")', 5.5],
    ['number("+1")', NaN],
    ['number("1e3")', NaN],
    ['number("")', NaN],
    ['number(true())', 1],
    ['sum(//n[number(.) = .])', 3],
    ['sum(//n)', NaN],
    ['sum(//none)', 0],
    ['floor(-1.5)', -2],
    ['ceiling(-1.5)', -1],
    ['round(2.5)', 3],
    ['round(-2.5)', -2],
    ['1 div round(-0.2)', -Infinity],
    ['round(0 div 0)', NaN],
  ],
};

const OPERATORS: typeof FUNCTIONS = {
  'arithmetic (§3.5)': [
    ['1 + 2 * 3 - 4 div 2', 5],
    ['5 mod 2', 1],
    ['5 mod -2', 1],
    ['-5 mod 2', -1],
    ['1.5 mod .5', 0],
    ['1 div 0', Infinity],
    ['-1 div 0', -Infinity],
    ['0 div 0', NaN],
    ['8 - 4 - 2', 2],
    ['--3', 3],
    ['---//n', -1],
    ['2-1', 1],
  ],
  'comparisons of atoms (§3.4)': [
    ['1 = 1.0 and "1" != "1.0" and 1 = "1.0"', true],
    ['true() = "x" and false() = 0', true],
    ['"2" < "10"', true],
    ['3 > 2 > 1', false],
    ['1 = 1 = 2', true],
    ['2 = (1 = 0)', false],
    ['"a" < 1 or "a" >= 1', false],
    ['0 div 0 = 0 div 0', false],
  ],
  'comparisons of node-sets (§3.4)': [
    ['//n = "x" and //n != "x"', true],
    ['//n = 2 and //n != 1', true],
    ['//n[1] != 1', false],
    ['//n < 2 and 2 <= //n', true],
    ['//n > 2', false],
    ['//n = //t', false],
    ['//n = //n[3]', true],
    ['//n[1] != //n[1]', false],
    ['//n != //n', true],
    ['//n < //n and //n[1] >= //n[1]', true],
    ['//none = //none or //none != //n or //none = ""', false],
    ['//none = false() and //n = true() and true() != //none', true],
    ['//none < true()', true],
  ],
  'logic, which stops when it knows (§3.4)': [
    ['true() or //n[//n[//n]]', true],
    ['1 and 0 or 1', true],
    ['0 or 1 and 0', false],
  ],
};

for (const [title, table] of Object.entries({ FUNCTIONS, OPERATORS })) {
  describe(`the ${title.toLowerCase()} of XPath 1.0`, () => {
    for (const [group, cases] of Object.entries(table)) {
      it(group, () => {
        for (const [expression, value] of cases) expect(read(XML, expression), expression).to.deep.equal(value);
      });
    }
  });
}

describe('numbers as strings (XPath 1.0 §4.2)', () => {
  it('have no exponent and no negative zero', () => {
    const cases = [
      ['0 div 0', 'NaN'],
      ['-1 div 0', '-Infinity'],
      ['-0', '0'],
      ['100', '100'],
      ['-1.50', '-1.5'],
      ['1000000000000000000000', '1000000000000000000000'],
      ['123456789012345678901234567890', '123456789012345680000000000000'],
      ['-.0000001', '-0.0000001'],
      ['.00000000123', '0.00000000123'],
    ];
    for (const [number, text] of cases) expect(read('<r/>', `string(${number!})`), number).to.equal(text);
  });
});
