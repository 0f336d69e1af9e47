import { expect } from 'chai';
import fc from 'fast-check';
import { barringRules, readSimservs, UnusableDocument } from '../../lib/mmtel/simservs.ts';
import { serialize } from '../../lib/xml/serialize.ts';
import { parse } from '../../lib/xml/parse.ts';
import { validate } from '../support/schemas.ts';
import { incoming, one, outgoing, rule, simservs } from './documents.ts';

function problem(text: string | Uint8Array): string {
  try {
    barringRules(readSimservs(text));
    return 'none';
  } catch (error) {
    if (error instanceof UnusableDocument) return error.problem;
    throw error;
  }
}

const validity = (inside: string): string => rule(`<cp:validity>${inside}</cp:validity>`, false);

describe('simservs documents', () => {
  it('give the rules of both directions', () => {
    const text = simservs(incoming(rule(one('sip:a@x'), false, 'in')) + outgoing(rule('<anonymous/>', true, 'out')));
    const rules = barringRules(readSimservs(text));
    expect(rules.incoming).to.deep.equal([
      { id: 'in', conditions: [{ kind: 'identity', members: [{ kind: 'one', id: 'sip:a@x' }] }], allow: false },
    ]);
    expect(rules.outgoing).to.deep.equal([{ id: 'out', conditions: [{ kind: 'anonymous' }], allow: true }]);
  });

  it('give no rules of a service that is not active', () => {
    for (const active of ['false', '0', ' false '])
      expect(barringRules(readSimservs(simservs(incoming(rule('', false), active)))).incoming).to.deep.equal([]);
    expect(barringRules(readSimservs(simservs(incoming(rule('', false), '1')))).incoming).to.have.lengthOf(1);
    expect(barringRules(readSimservs(simservs('')))).to.deep.equal({ incoming: [], outgoing: [] });
  });

  it('keep services that are not served here', () => {
    const other =
      '<communication-diversion active="maybe"><anything/></communication-diversion><x:y xmlns:x="urn:x">z</x:y>';
    expect(problem(simservs(other + incoming('')))).to.equal('none');
  });

  it('as phones write them are taken', () => {
    // A document with a switched-off rule beside another condition, and bare conditions, as handsets send it.
    const text = simservs(
      '<incoming-communication-barring active="true"><cp:ruleset>' +
        '<cp:rule id="call-barring-all-incoming"><cp:conditions><rule-deactivated/></cp:conditions><cp:actions><allow>false</allow></cp:actions></cp:rule>' +
        '<cp:rule id="in-roaming"><cp:conditions><rule-deactivated/><roaming/></cp:conditions><cp:actions><allow>false</allow></cp:actions></cp:rule>' +
        '</cp:ruleset></incoming-communication-barring><outgoing-communication-barring/>',
    );
    expect(problem(text)).to.equal('none');
    expect(validate('simservs', text)).to.deep.equal([]);
  });

  it('that are none of TS 24.623 and RFC 4745 are refused, by the schema as well', () => {
    const conditions = (inside: string): string => incoming(rule(inside, false));
    const wrong = [
      '<x/>',
      simservs(incoming('<cp:rule/>')),
      simservs(incoming('<cp:rule id="1"/>')),
      simservs(incoming('<cp:rule id="a b"/>')),
      simservs(incoming('<cp:rule id="a"/><cp:rule id="a"/>')),
      simservs(incoming('<cp:rule id="a"/>') + outgoing('<cp:rule id="a"/>')),
      simservs(incoming('', 'yes')),
      simservs(incoming('<rule id="a"/>')),
      simservs('<incoming-communication-barring><cp:ruleset/><cp:ruleset/></incoming-communication-barring>'),
      simservs('<incoming-communication-barring>text</incoming-communication-barring>'),
      simservs(incoming('<cp:rule id="a"><cp:actions/><cp:conditions/></cp:rule>')),
      simservs(incoming('<cp:rule id="a"><cp:conditions/><cp:conditions/></cp:rule>')),
      simservs(incoming('<cp:rule id="a"><cp:actions><allow>perhaps</allow></cp:actions></cp:rule>')),
      simservs(conditions('<cp:identity/>')),
      simservs(conditions('<cp:identity><cp:one/></cp:identity>')),
      simservs(conditions('<cp:identity><cp:all/></cp:identity>')),
      simservs(conditions('<cp:identity><cp:many><cp:one id="a:b"/></cp:many></cp:identity>')),
      simservs(conditions('<cp:weather/>')),
      simservs(conditions('text')),
      simservs(conditions('<media><cp:one id="a:b"/></media>')),
      simservs(conditions('<anonymous>yes</anonymous>')),
      simservs(conditions('<international><roaming/></international>')),
      simservs(conditions('<cp:sphere/>')),
      simservs(conditions('<cp:identity><cp:one id="a:b"><cp:one id="a:b"/></cp:one></cp:identity>')),
      simservs(conditions('<cp:identity><cp:many><cp:except id="a:b">x</cp:except></cp:many></cp:identity>')),
      ...[
        '',
        '<cp:from>2030-01-01T00:00:00Z</cp:from>',
        '<cp:until>2030-01-01T00:00:00Z</cp:until><cp:from>2030-01-01T00:00:00Z</cp:from>',
        '<cp:from>tomorrow</cp:from><cp:until>2030-01-01T00:00:00Z</cp:until>',
        '<cp:from>2030-02-30T00:00:00Z</cp:from><cp:until>2030-03-01T00:00:00Z</cp:until>',
        '<cp:from>2030-13-01T00:00:00Z</cp:from><cp:until>2030-03-01T00:00:00Z</cp:until>',
      ].map((inside) => simservs(incoming(validity(inside)))),
    ];
    for (const text of wrong) {
      expect(problem(text), text).to.equal('schema-validation-error');
      expect(validate('simservs', text), text).not.to.deep.equal([]);
    }
  });

  it('that say two things of one are refused', () => {
    expect(problem(simservs(incoming('') + incoming('')))).to.equal('schema-validation-error');
    const twice = '<cp:rule id="a"><cp:actions><allow>true</allow><allow>false</allow></cp:actions></cp:rule>';
    expect(problem(simservs(incoming(twice)))).to.equal('schema-validation-error');
  });

  it('that are hostile are refused without harm', () => {
    expect(problem('')).to.equal('not-well-formed');
    expect(problem('<simservs>')).to.equal('not-well-formed');
    expect(problem('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>')).to.equal('not-well-formed');
    expect(problem(Buffer.from('<a>\xff</a>', 'latin1'))).to.equal('not-utf-8');
    expect(problem('<a>'.repeat(33) + '</a>'.repeat(33))).to.equal('not-well-formed');
    expect(problem(simservs(incoming('<cp:rule id="a"/>'.repeat(2_000))))).to.equal('not-well-formed');
    expect(problem(simservs(' '.repeat(70_000)))).to.equal('not-well-formed');
  });

  it('that are taken are valid by the schema, whatever was done to them', () => {
    const start = simservs(
      incoming(
        rule(`${one('sip:a@x')}<media>audio</media>`, false, 'a') +
          validity('<cp:from>2030-01-01T00:00:00Z</cp:from><cp:until>2031-01-01T00:00:00Z</cp:until>'),
      ) +
        outgoing(rule('<cp:identity><cp:many domain="x"><cp:except id="sip:b@x"/></cp:many></cp:identity>', true, 'b')),
    );
    const pieces = start.match(/<[^>]*>|[^<]+/g) ?? [];
    let taken = 0;
    const change = fc.record({ at: fc.nat(pieces.length - 1), with: fc.nat(pieces.length - 1), drop: fc.boolean() });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 2 }), (changes) => {
        const made = [...pieces];
        for (const { at, with: other, drop } of changes) made[at] = drop ? '' : (pieces[other] ?? '');
        const text = made.join('');
        if (problem(text) !== 'none') return;
        taken += 1;
        expect(validate('simservs', serialize(parse(text))), text).to.deep.equal([]);
      }),
      { numRuns: 1_500 },
    );
    expect(taken).to.be.above(5);
  });
});
