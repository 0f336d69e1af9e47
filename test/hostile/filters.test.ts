import { expect } from 'chai';
import { endpoint, title, users } from '../support/messages.ts';
import type { Party } from '../support/party.ts';
import { made, TestSystem } from '../support/system.ts';

const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

describe('a hostile xpathFilter', () => {
  let system: TestSystem;
  let alice: Party;
  let root: Party;
  let uri = '';
  before(async () => {
    system = await TestSystem.start({ 'conference.filterSteps': 200_000 });
    alice = system.as('alice');
    root = system.as('root');
    const roster = Array.from(
      { length: 200 },
      (_, n) => `<info:user entity="xcon-userid:u${n}@example.com">${endpoint(`sip:u${n}@example.org`)}</info:user>`,
    );
    uri = made(await alice.creates(title('x'.repeat(5_000)) + users(roster.join(''))));
    for (let number = 0; number < 30; number++) made(await alice.creates(title(`Room ${number}`)));
  });
  after(() => system.close());

  const asks = (party: Party, name: 'confs' | 'blueprints' | 'sidebarsByVal' | 'sidebarsByRef', filter: string) =>
    party.asks(name, { confObjID: uri, inside: `<xpathFilter>${escaped(filter)}</xpathFilter>` });

  const tooMuch: readonly (readonly [what: string, filter: string])[] = [
    ['everything in everything', '//*[//*[//*[//*]]]'],
    ['every pair', '//*[count(//*[. = //*]) > 0]'],
    ['up and down', `count(//*${'/ancestor-or-self::*//*'.repeat(20)})`],
    ['all that follows all that precedes', 'count(//*/following::*/preceding::*/following::*)'],
    ['namespaces of everything', '//*[//namespace::*[//namespace::*]]'],
    ['text that grows', `//*[string-length(concat(${Array(300).fill('string(/)').join(',')})) = 0]`],
    [
      'text in text',
      `//*[contains(${Array(20).fill('translate(string(/), "x", "yy")').join(', "a") or contains(')}, "b")]`,
    ],
    ['sums of everything', '//*[sum(//@*) = sum(//*)]'],
    ['ids of everything', '//*[id(//*)]'],
  ];
  for (const [what, filter] of tooMuch) {
    it(`[C3, H17] ${what}: 510, and whoever asks meanwhile is answered`, async () => {
      const [bombed, ...others] = await Promise.all([
        asks(root, 'confs', filter),
        ...Array.from({ length: 5 }, () => alice.retrieves(uri)),
      ]);
      expect(bombed).to.include({ code: 510, type: 'confs' });
      for (const other of others) expect(other).to.include({ code: 200 });
    });
  }

  const malformed: readonly (readonly [what: string, filter: string])[] = [
    ['a thousand parentheses', `${'('.repeat(1_000)}1${')'.repeat(1_000)}`],
    ['a thousand brackets', `${'*['.repeat(1_000)}1${']'.repeat(1_000)}`],
    ['a thousand signs', `${'-'.repeat(5_000)}1`],
    ['a long word', 'a'.repeat(100_000)],
    ['a text without an end', `"${'a'.repeat(1_000)}`],
    ['a variable', '$a'],
    ['an unknown function', 'document("file:///etc/passwd")'],
    ['a function of another language', 'system-property("xsl:vendor")'],
    ['a prefix that means nothing', '/nobody:x'],
    ['a character of no meaning', '#'],
    ['a wrong number of arguments', 'concat()'],
    ['a path of nothing', '//'],
    ['two expressions', '1 1'],
  ];
  for (const [what, filter] of malformed) {
    it(`[C3] ${what}: 400 from each list that has filters`, async () => {
      for (const name of ['confs', 'blueprints', 'sidebarsByVal', 'sidebarsByRef'] as const)
        expect((await asks(alice, name, filter)).code, name).to.equal(400);
    });
  }

  it('[B2, C3] what is odd but lawful ends', async () => {
    for (const filter of [
      '1 div 0 = -1 div 0',
      '0 div 0',
      'number("Infinity") = 1e9',
      '//*[9999999999999999999999]',
      `//*[position() = ${'9'.repeat(400)}]`,
      'substring("12345", -1 div 0, 1 div 0)',
      `${'//a | '.repeat(300)}//b`,
      `${'1 + '.repeat(500)}1`,
    ]) {
      const { code } = await asks(alice, 'confs', filter);
      expect(code, filter.slice(0, 60)).to.be.oneOf([200, 400, 510]);
    }
    expect(await asks(alice, 'confs', '//display-text[. = "Room 7"]')).to.include({ code: 200 });
  });
});
