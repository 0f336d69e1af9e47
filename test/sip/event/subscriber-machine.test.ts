import { expect } from 'chai';
import { AFTERMATH, aftermathOf } from '../../../lib/sip/event/reason.ts';
import { SUBSCRIBER } from '../../../lib/sip/event/subscriber-machine.ts';
import type { SubscriberInput, SubscriberState } from '../../../lib/sip/event/subscriber-machine.ts';
import { matrix } from './tables.ts';

const TABLE = `
             subscribe          active       pending       terminated       unneeded      refused          failed           N           expired
init         notify_wait/start  .            .             .                .             .                .                .           .
notify_wait  .                  active/stop  pending/stop  terminated/stop  .             terminated/stop  terminated/stop  terminated  terminated/stop
pending      pending/start      active/stop  pending/stop  terminated/stop  pending/stop  terminated/stop  pending/stop     terminated  terminated/stop
active       active/start       active/stop  pending/stop  terminated/stop  active/stop   terminated/stop  active/stop      terminated  terminated/stop
terminated   .                  .            .             .                .             .                .                .           .
`;

describe('the subscriber of a subscription (RFC 6665 §4.1.2)', () => {
  const { inputs, rows } = matrix(TABLE);
  for (const [state, cells] of rows)
    for (const [at, input] of inputs.entries())
      it(`${state} on ${input}: ${cells[at]!}`, () => {
        const step = SUBSCRIBER[state as SubscriberState][input as SubscriberInput];
        expect(step?.join('/') ?? '.').to.equal(cells[at]);
      });

  it('knows no other states', () => expect(Object.keys(SUBSCRIBER)).to.deep.equal(rows.map(([state]) => state)));
});

describe('after a subscription was terminated (RFC 6665 §4.1.3)', () => {
  const cases: readonly (readonly [
    reason: string | undefined,
    again: boolean,
    obeysRetryAfter: boolean,
    waits: boolean,
  ])[] = [
    ['deactivated', true, false, false],
    ['probation', true, true, true],
    ['rejected', false, false, false],
    ['timeout', true, false, false],
    ['giveup', true, true, true],
    ['noresource', false, false, false],
    ['invariant', false, false, false],
    ['toString', true, true, true],
    [undefined, true, true, true],
  ];
  for (const [reason, again, obeysRetryAfter, waits] of cases)
    it(`as ${String(reason)}: ${again ? 'again' : 'never again'}`, () =>
      expect(aftermathOf(reason)).to.deep.equal({ again, obeysRetryAfter, waits }));

  it('every reason is there', () => expect(cases.map(([reason]) => reason)).to.include.members(Object.keys(AFTERMATH)));
});
