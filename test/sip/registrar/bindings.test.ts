import { expect } from 'chai';
import fc from 'fast-check';
import { contactsIn, Stage } from './stage.ts';

/** A REGISTER of one of two user agents, for some of four contacts. */
const register = fc.record({
  callId: fc.constantFrom('desk', 'mobile'),
  cseq: fc.integer({ min: 1, max: 12 }),
  contacts: fc.oneof(
    {
      weight: 6,
      arbitrary: fc.uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c', 'd'), fc.constantFrom(0, 60, 90, 300)), {
        maxLength: 3,
        selector: ([user]) => user,
      }),
    },
    { weight: 1, arbitrary: fc.constant('*' as const) },
  ),
  /** Seconds before the next. */
  pause: fc.constantFrom(0, 0, 10, 50, 100),
});

interface Kept {
  readonly callId: string;
  readonly cseq: number;
  readonly until: number;
}

/** RFC 3261 §10.3 steps 6 and 7, word by word. */
function model(
  kept: Map<string, Kept>,
  { callId, cseq, contacts }: typeof register extends fc.Arbitrary<infer T> ? T : never,
  now: number,
): Map<string, Kept> | 'failed' {
  const next = new Map([...kept].filter(([, { until }]) => until > now));
  const users = contacts === '*' ? [...next.keys()].map((user) => [user, 0] as const) : contacts;
  for (const [user, seconds] of users) {
    const binding = next.get(user);
    if (binding?.callId === callId && cseq <= binding.cseq) return 'failed';
    if (seconds === 0) next.delete(user);
    else next.set(user, { callId, cseq, until: now + seconds });
  }
  return next;
}

describe('the bindings of an address', () => {
  it('are what RFC 3261 §10.3 makes of any registrations', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(register, { maxLength: 20 }), async (registers) => {
        const stage = new Stage({ expires: { default: 60, minimum: 1, maximum: 3_600 } });
        let expected = new Map<string, Kept>();
        for (const one of registers) {
          const now = stage.clock.now() / 1_000;
          const outcome = model(expected, one, now);
          const answer = await stage.register({
            'Call-ID': one.callId,
            CSeq: `${one.cseq} REGISTER`,
            ...(one.contacts === '*'
              ? { Contact: '*', Expires: '0' }
              : { Contact: one.contacts.map(([user, seconds]) => `<sip:${user}@192.0.2.7>;expires=${seconds}`) }),
          });
          if (outcome === 'failed') expect(answer.status).to.equal(500);
          else {
            expected = outcome;
            const lines = [...outcome].map(([user, { until }]) => `<sip:${user}@192.0.2.7>;expires=${until - now}`);
            expect(contactsIn(answer)).to.have.members(lines);
          }
          await stage.clock.pass(one.pause * 1_000);
          const left = [...expected].filter(([, { until }]) => until > stage.clock.now() / 1_000);
          expect(stage.uris().flat()).to.have.members(left.map(([user]) => `sip:${user}@192.0.2.7`));
        }
        expect(stage.problems).to.deep.equal([]);
      }),
      { numRuns: 200 },
    );
  });
});
