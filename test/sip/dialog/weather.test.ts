import { expect } from 'chai';
import fc from 'fast-check';
import { sdp } from '../phone.ts';
import { stage } from '../two-phones.ts';

/** What the network does to one message: lost, or arriving after some milliseconds, once or more. */
const fate = fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 0, maxLength: 2 });

const scenario = fc.record({
  fates: fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant([10]) }, { weight: 2, arbitrary: fate }), {
    maxLength: 40,
  }),
  rings: fc.constantFrom('not', 'plainly', 'reliably'),
  answer: fc.constantFrom('accept', 'refuse', 'never'),
  offer: fc.boolean(),
  cancelAfter: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined }),
  /** What both do in the call, at which moment. */
  deeds: fc.array(
    fc.record({
      by: fc.constantFrom('alice', 'bob'),
      deed: fc.constantFrom('invite', 'update', 'info', 'bye'),
      at: fc.integer({ min: 0, max: 20_000 }),
    }),
    { maxLength: 5 },
  ),
});

describe('Calls in bad weather', () => {
  it('always end on both sides, each session once, with nothing left and no problem', async () => {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ fates, rings, answer, offer, cancelAfter, deeds }) => {
        const { clock, network, alice, bob } = stage({ settings: { timer: { interval: 0, minimum: 90 } } });
        let messages = 0;
        network.weather = () => fates[messages++] ?? [10];
        bob.ring = async (call) => {
          if (rings === 'plainly') await call.progress(180);
          if (rings === 'reliably') await call.progress(183, { description: sdp('early') });
          if (answer === 'refuse') call.refuse(603);
          if (answer === 'never') clock.after(60_000, () => call.refuse(480));
          if (answer === 'accept' && call.isOpen)
            bob.sessions.push(await call.accept(rings === 'reliably' ? undefined : sdp('bob')));
        };
        const call = alice.call(bob.uri, offer ? sdp('offer') : null);
        if (cancelAfter !== undefined) clock.after(cancelAfter, () => call.cancel());
        for (const { by, deed, at } of deeds)
          clock.after(5_000 + at, () => {
            const [session] = by === 'alice' ? alice.sessions : bob.sessions;
            if (session === undefined || session.isOver) return;
            if (deed === 'bye') void session.bye();
            else if (deed === 'info') void session.request('INFO').catch(String);
            else void session[deed](sdp(deed)).catch(String);
          });
        await clock.pass(200_000);
        for (const session of [...alice.sessions, ...bob.sessions]) void session.bye();
        await clock.pass(300_000);

        expect(alice.problems.concat(bob.problems)).to.deep.equal([]);
        const ends = (log: string[]) => log.filter((line) => line.startsWith('ended')).length;
        // One dialog at most: the callee is one.
        expect([ends(alice.log), ends(bob.log)].every((count) => count <= 1)).to.equal(true);
        const { response } = await call.answer;
        expect(response.status).to.be.at.least(200);
        expect([alice.isIdle, bob.isIdle, clock.pending]).to.deep.equal([true, true, 0]);
      }),
      { numRuns: 100 },
    );
  });
});
