import { expect } from 'chai';
import fc from 'fast-check';
import { identityOf } from '../../lib/mmtel/identity.ts';
import { decide, isActive, type Communication, type Decision } from '../../lib/mmtel/rules.ts';
import { barringRules, readSimservs } from '../../lib/mmtel/simservs.ts';
import { incoming, one, rule, simservs } from './documents.ts';

const rulesOf = (...texts: string[]) => barringRules(readSimservs(simservs(incoming(texts.join(''))))).incoming;

interface Call extends Partial<Omit<Communication, 'identities'>> {
  readonly from?: readonly string[];
}

const communication = ({ from = [], ...rest }: Call): Communication => ({
  identities: from.map(identityOf),
  anonymous: false,
  media: [],
  roaming: false,
  diverted: false,
  at: 0,
  ...rest,
});

const decision = (call: Call, ...texts: string[]): Decision => decide(rulesOf(...texts), communication(call));

const BOB = { from: ['sip:bob@example.com'] };

describe('barring rules', () => {
  it('allow what no rule matches, and where there is none', () => {
    expect(decision(BOB)).to.equal('allowed');
    expect(decision(BOB, rule(one('sip:alice@example.com'), false))).to.equal('allowed');
  });

  it('bar what a rule matches that does not allow', () => {
    expect(decision(BOB, rule('', false))).to.equal('barred');
    expect(decision(BOB, rule(one('sip:bob@example.com'), false))).to.equal('barred');
  });

  it('allow what one matching rule allows, whatever others say and in any order', () => {
    const all = rule('', false);
    const bob = rule(one('sip:bob@example.com'), true);
    expect(decision(BOB, all, bob)).to.equal('allowed');
    expect(decision(BOB, bob, all)).to.equal('allowed');
    expect(decision({ from: ['sip:carol@example.com'] }, all, bob)).to.equal('barred');
  });

  it('bar by a rule without an action: what is not said is not allowed', () => {
    expect(decision(BOB, '<cp:rule id="r"><cp:conditions/></cp:rule>')).to.equal('barred');
    expect(decision(BOB, '<cp:rule id="r"/>')).to.equal('barred');
  });

  it('know somebody by any of his names, however it is written', () => {
    for (const id of ['SIP:Bob@EXAMPLE.com', 'sips:bob@example.com', 'sip:b%6Fb@example.com:5061;transport=tls'])
      expect(decision(BOB, rule(one(id), false)), id).to.equal('barred');
    const phone = { from: ['sip:x@example.com', 'tel:+1-212-555-1234'] };
    expect(decision(phone, rule(one('sip:+12125551234@gw.example.net;user=phone'), false))).to.equal('barred');
    expect(decision(phone, rule(one('tel:+12125551234'), false))).to.equal('barred');
    expect(decision(phone, rule(one('sip:+12125551234@gw.example.net'), false))).to.equal('allowed');
  });

  it('know many by their domain, but for the exceptions, any name of whom excepts', () => {
    const many = (attributes: string, except = '') =>
      `<cp:identity><cp:many${attributes}>${except}</cp:many></cp:identity>`;
    const cases: [from: string[], rule: string, Decision][] = [
      [['sip:bob@example.com'], many(''), 'barred'],
      [[], many(''), 'allowed'],
      [['sip:bob@example.com'], many(' domain="Example.COM"'), 'barred'],
      [['sip:bob@sub.example.com'], many(' domain="example.com"'), 'allowed'],
      [['sip:bob@b%c3%bccher.example'], many(' domain="bücher.example"'), 'barred'],
      [['tel:+1'], many(' domain=""'), 'allowed'],
      [['sip:bob@example.com'], many('', '<cp:except domain="example.com"/>'), 'allowed'],
      [['sip:bob@example.com'], many('', '<cp:except id="sip:bob@example.com"/>'), 'allowed'],
      [['sip:carol@example.com'], many('', '<cp:except id="sip:bob@example.com"/>'), 'barred'],
      [['sip:bob@example.com', 'tel:+1'], many('', '<cp:except id="tel:+1"/>'), 'allowed'],
    ];
    for (const [from, conditions, expected] of cases)
      expect(decision({ from }, rule(conditions, false)), conditions).to.equal(expected);
  });

  it('tell anonymity as the reason only where it is the only one', () => {
    const anonymous = { ...BOB, anonymous: true };
    expect(decision(anonymous, rule('<anonymous/>', false))).to.equal('anonymity');
    expect(decision(anonymous, rule('<ocp:anonymous-request/>', false))).to.equal('anonymity');
    expect(decision(anonymous, rule('<anonymous/>', false), rule(one('sip:bob@example.com'), false))).to.equal(
      'barred',
    );
    expect(decision(anonymous, rule('<anonymous/>', false), rule(one('sip:bob@example.com'), true))).to.equal(
      'allowed',
    );
    expect(decision(BOB, rule('<anonymous/>', false))).to.equal('allowed');
  });

  it('leave to other-identity whom no rule names', () => {
    const others = [rule('<ocp:other-identity/>', false), rule(one('sip:bob@example.com') + '<roaming/>', true)];
    expect(decision(BOB, ...others)).to.equal('allowed');
    expect(decision({ from: ['sip:carol@example.com'] }, ...others)).to.equal('barred');
  });

  it('hold from a moment up to another, in whatever zone it is written', () => {
    const validity =
      '<cp:validity><cp:from>2030-01-01T10:00:00+01:00</cp:from><cp:until>2030-01-01T10:00:00Z</cp:until>' +
      '<cp:from>2031-01-01T00:00:00</cp:from><cp:until>2031-01-01T00:00:00.5Z</cp:until></cp:validity>';
    const at = (time: string): Decision => decision({ at: Date.parse(time) }, rule(validity, false));
    expect(['2030-01-01T08:59:59Z', '2030-01-01T10:00:00Z', '2031-01-01T00:00:00.500Z'].map(at)).to.deep.equal(
      Array(3).fill('allowed'),
    );
    expect(['2030-01-01T09:00:00Z', '2030-01-01T09:59:59Z', '2031-01-01T00:00:00Z'].map(at)).to.deep.equal(
      Array(3).fill('barred'),
    );
  });

  it('ask for media, roaming and diversion', () => {
    const cases: [conditions: string, Call][] = [
      ['<media>video</media>', { media: ['audio', 'video'] }],
      ['<media> Audio </media><media>video</media>', { media: ['audio', 'video'] }],
      ['<roaming/>', { roaming: true }],
      ['<communication-diverted/>', { diverted: true }],
    ];
    for (const [conditions, call] of cases) {
      expect(decision(call, rule(conditions, false)), conditions).to.equal('barred');
      expect(decision({ media: ['audio'] }, rule(conditions, false)), conditions).to.equal('allowed');
    }
  });

  it('never match by what nobody here knows, and rest when they are deactivated', () => {
    const unknown = [
      '<rule-deactivated/>',
      '<presence-status>meeting</presence-status>',
      '<international/>',
      '<cp:sphere value="work"/>',
      '<ocp:external-list/>',
      '<x:weather xmlns:x="urn:x">rain</x:weather>',
      '<cp:identity><x:all xmlns:x="urn:x"/></cp:identity>',
    ];
    for (const conditions of unknown) {
      expect(decision(BOB, rule(conditions, false)), conditions).to.equal('allowed');
      expect(decision(BOB, rule('', false), rule(conditions, true)), conditions).to.equal('barred');
    }
  });

  it('are active while they are valid, are not deactivated and do not allow', () => {
    const validity =
      '<cp:validity><cp:from>1970-01-01T00:00:00Z</cp:from><cp:until>1970-01-01T00:00:01Z</cp:until></cp:validity>';
    const active = (text: string, at = 0): boolean => rulesOf(text).some((each) => isActive(each, at));
    expect(active(rule('', false))).to.equal(true);
    expect(active(rule('', true))).to.equal(false);
    expect(active(rule('<rule-deactivated/>', false))).to.equal(false);
    expect([0, 999, 1_000].map((at) => active(rule(validity, false), at))).to.deep.equal([true, true, false]);
  });
});

/** The same rules read and judged in the plainest way, from values instead of a document. */
describe('the decision', () => {
  const names = fc.constantFrom('sip:a@x.org', 'sip:b@x.org', 'sip:a@y.org', 'tel:+1', 'tel:+2');
  const domains = fc.constantFrom('x.org', 'y.org', 'z.org');
  const member = fc.oneof(
    fc.record({ one: names }),
    fc.record({
      domain: fc.option(domains, { nil: undefined }),
      except: fc.array(fc.oneof(fc.record({ id: names }), fc.record({ domain: domains })), { maxLength: 2 }),
    }),
  );
  const condition = fc.oneof(
    fc.record({ members: fc.array(member, { minLength: 1, maxLength: 3 }) }),
    fc.record({ media: fc.constantFrom('audio', 'video') }),
    fc.record({ periods: fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { minLength: 1, maxLength: 2 }) }),
    fc.record({ empty: fc.constantFrom('anonymous', 'roaming', 'communication-diverted', 'rule-deactivated', 'busy') }),
    fc.constant({ other: true }),
  );
  const rules = fc.array(
    fc.record({
      conditions: fc.array(condition, { maxLength: 2 }),
      allow: fc.option(fc.boolean(), { nil: undefined }),
    }),
    { maxLength: 5 },
  );
  const call = fc.record({
    from: fc.uniqueArray(names, { maxLength: 2 }),
    anonymous: fc.boolean(),
    media: fc.subarray(['audio', 'video']),
    roaming: fc.boolean(),
    diverted: fc.boolean(),
    at: fc.nat(9),
  });
  type Member = typeof member extends fc.Arbitrary<infer T> ? T : never;
  type Condition = typeof condition extends fc.Arbitrary<infer T> ? T : never;
  type Rules = typeof rules extends fc.Arbitrary<infer T> ? T : never;
  type Called = typeof call extends fc.Arbitrary<infer T> ? T : never;

  const time = (at: number): string => new Date(at).toISOString();
  const memberText = (one: Member): string =>
    'one' in one
      ? `<cp:one id="${one.one}"/>`
      : `<cp:many${one.domain === undefined ? '' : ` domain="${one.domain}"`}>${one.except
          .map((each) => ('id' in each ? `<cp:except id="${each.id}"/>` : `<cp:except domain="${each.domain}"/>`))
          .join('')}</cp:many>`;
  function conditionText(one: Condition): string {
    if ('members' in one) return `<cp:identity>${one.members.map(memberText).join('')}</cp:identity>`;
    if ('media' in one) return `<media>${one.media}</media>`;
    if ('empty' in one) return `<${one.empty}/>`;
    if ('other' in one) return '<ocp:other-identity/>';
    const pairs = one.periods.map(
      ([from, until]) => `<cp:from>${time(from)}</cp:from><cp:until>${time(until)}</cp:until>`,
    );
    return `<cp:validity>${pairs.join('')}</cp:validity>`;
  }
  const ruleText = ({ conditions, allow }: Rules[number], at: number): string =>
    `<cp:rule id="r${at}"><cp:conditions>${conditions.map(conditionText).join('')}</cp:conditions><cp:actions>` +
    `${allow === undefined ? '' : `<allow>${String(allow)}</allow>`}</cp:actions></cp:rule>`;

  const domainOf = (name: string): string => name.split('@')[1] ?? '-';
  function means(one: Member, from: readonly string[]): boolean {
    if ('one' in one) return from.includes(one.one);
    for (const each of one.except)
      for (const name of from) if ('id' in each ? each.id === name : each.domain === domainOf(name)) return false;
    if (one.domain === undefined) return from.length > 0;
    return from.map(domainOf).includes(one.domain);
  }
  function naive(all: Rules, { from, ...facts }: Called): Decision {
    const named = all.some((each) =>
      each.conditions.some((one) => 'members' in one && one.members.some((member_) => means(member_, from))),
    );
    const isTrue = (one: Condition): boolean => {
      if ('members' in one) return one.members.filter((each) => means(each, from)).length > 0;
      if ('media' in one) return facts.media.includes(one.media);
      if ('other' in one) return !named;
      if ('periods' in one) return one.periods.some(([start, end]) => facts.at >= start && facts.at < end);
      if (one.empty === 'anonymous') return facts.anonymous;
      if (one.empty === 'roaming') return facts.roaming;
      return one.empty === 'communication-diverted' && facts.diverted;
    };
    const matching = all.filter((each) => each.conditions.filter(isTrue).length === each.conditions.length);
    if (matching.length === 0) return 'allowed';
    if (matching.map(({ allow }) => allow).includes(true)) return 'allowed';
    const forAnonymity = matching.filter((each) =>
      each.conditions.some((one) => 'empty' in one && one.empty === 'anonymous'),
    );
    return forAnonymity.length === matching.length ? 'anonymity' : 'barred';
  }

  it('is that of the plainest reading of the rules', () => {
    const met = new Set<Decision>();
    fc.assert(
      fc.property(rules, call, (all, one) => {
        const expected = naive(all, one);
        met.add(expected);
        expect(decision(one, ...all.map(ruleText))).to.equal(expected);
      }),
      { numRuns: 2_000 },
    );
    expect([...met].sort()).to.deep.equal(['allowed', 'anonymity', 'barred']);
  });

  it('does not hang on the order of rules, and a rule that allows never bars', () => {
    fc.assert(
      fc.property(rules, rules, call, (all, more, one) => {
        const before = decision(one, ...all.map(ruleText));
        expect(decision(one, ...all.toReversed().map(ruleText))).to.equal(before);
        const allowing = more
          .filter(({ allow }) => allow === true)
          .filter(({ conditions }) => conditions.every((each) => !('members' in each) && !('other' in each)));
        const after = decision(one, ...[...all, ...allowing].map(ruleText));
        if (before === 'allowed' && allowing.length > 0) expect(after).to.equal('allowed');
      }),
    );
  });
});
