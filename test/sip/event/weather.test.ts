import { expect } from 'chai';
import fc from 'fast-check';
import { Notifier } from '../../../lib/sip/event/notifier.ts';
import type { EventPackage } from '../../../lib/sip/event/package.ts';
import { Subscriber } from '../../../lib/sip/event/subscriber.ts';
import type { Subscription } from '../../../lib/sip/event/subscription.ts';
import { Response } from '../../../lib/sip/message/response.ts';
import { Network } from '../network.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { ALICE, BOB, party } from './stage.ts';

const EXPIRES = 120;

/** Both sides over a network that loses, doubles and reorders datagrams. */
function stage(weather: readonly number[], { maxRate, hasTags }: { maxRate: number | undefined; hasTags: boolean }) {
  const clock = new VirtualClock();
  const network = new Network(clock);
  const alice = party(network, ALICE);
  const bob = party(network, BOB);
  let at = 0;
  // 0 is lost, 1 arrives, 2 arrives twice, more arrives late.
  network.weather = () => {
    const fate = weather[(at += 1) % weather.length] ?? 1;
    return fate === 0 ? [] : fate === 2 ? [10, 700] : [fate * 10];
  };
  const world = { version: 0 };
  const watched = new Set<Subscription>();
  const pack: EventPackage = {
    name: 'conference',
    mediaTypes: ['text/plain'],
    expires: { default: EXPIRES, minimum: 10, maximum: EXPIRES },
    ...(maxRate !== undefined && { maxRate }),
    admit: () => Promise.resolve({ context: undefined }),
    keep: (subscription) => {
      watched.add(subscription);
      return Promise.resolve();
    },
    state: () => ({
      contentType: 'text/plain',
      body: Buffer.from(String(world.version)),
      ...(hasTags && { entityTag: `v${world.version}` }),
    }),
    ended: (subscription) => {
      watched.delete(subscription);
    },
    ...(hasTags && { entityTag: () => `v${world.version}` }),
  };
  const notifier = new Notifier({
    clock,
    date: () => clock.now(),
    dialogs: bob.dialogs,
    contact: () => `<sip:conference@${BOB}:5060>`,
    report: (error) => bob.errors.push(error),
  });
  notifier.add(pack);
  bob.transactions.onRequest(async (server) => {
    if (!(await bob.dialogs.receive(server))) await notifier.subscribe(server);
  });
  alice.transactions.onRequest(async (server) => {
    if (!(await alice.dialogs.receive(server))) server.respond(Response.to(server.request, 481));
  });
  const seen: number[] = [];
  const subscriber = new Subscriber({
    clock,
    dialogs: alice.dialogs,
    send: (request) => alice.outgoing.send(request),
    target: `sip:conference@${BOB}`,
    from: '<sip:alice@example.com>',
    contact: `<sip:alice@${ALICE}:5060>`,
    event: 'conference',
    expires: EXPIRES,
    notified: (request) => {
      if (request.body.length > 0) seen.push(Number(request.body.toString()));
    },
    ended: () => expect.fail('it may always subscribe again'),
  });
  const change = () => {
    world.version += 1;
    for (const subscription of watched) subscription.changed();
  };
  return { clock, network, alice, bob, world, watched, notifier, subscriber, seen, change };
}

describe('a subscription in any weather', () => {
  const weather = fc.array(fc.constantFrom(0, 0, 1, 1, 1, 1, 2, 3, 40), { minLength: 1, maxLength: 60 });
  const act = fc.oneof(
    fc.record({ kind: fc.constant('change' as const), wait: fc.nat(8_000) }),
    fc.record({ kind: fc.constant('refresh' as const), wait: fc.nat(8_000) }),
    fc.record({ kind: fc.constant('move' as const), wait: fc.nat(8_000) }),
    fc.record({ kind: fc.constant('wait' as const), wait: fc.nat(90_000) }),
  );
  const policy = fc.record({ maxRate: fc.constantFrom(undefined, 0.2), hasTags: fc.boolean() });

  it('tells the newest state at last, one NOTIFY at a time, and leaves nothing behind [N8] [N27]', async () => {
    await fc.assert(
      fc.asyncProperty(weather, fc.array(act, { maxLength: 15 }), policy, async (fates, acts, rules) => {
        const { clock, network, alice, bob, world, watched, notifier, subscriber, seen, change } = stage(fates, rules);
        void subscriber.start();
        for (const { kind, wait } of acts) {
          if (kind === 'change') change();
          if (kind === 'refresh') for (const usage of subscriber.usages) void usage.subscribe();
          if (kind === 'move') for (const subscription of watched) subscription.terminate('deactivated');
          await clock.pass(wait);
        }
        network.weather = () => [10];
        change();
        // Time for an expiry, the wait after it and a subscription anew.
        await clock.pass((3 * EXPIRES + 200) * 1_000);
        expect(seen.at(-1), 'the newest state').to.equal(world.version);
        expect(subscriber.usages.map(({ state }) => state)).to.deep.equal(['active']);
        expect(outstandingAtOnce(network), 'in each dialog').to.be.at.most(1);

        subscriber.stop();
        await clock.pass(2 * EXPIRES * 1_000);
        expect([subscriber.usages.length, notifier.size, watched.size]).to.deep.equal([0, 0, 0]);
        expect([alice.dialogs.size, bob.dialogs.size, clock.pending]).to.deep.equal([0, 0, 0]);
        expect([...alice.errors, ...bob.errors]).to.deep.equal([]);
      }),
      { numRuns: 60 },
    );
  });
});

/** The most NOTIFYs of one dialog that had been sent for the first time and not been answered yet. */
function outstandingAtOnce(network: Network): number {
  let most = 0;
  /** By Call-ID and CSeq: when it was sent, or that it was answered. */
  const dialogs = new Map<string, Map<number, number | 'answered'>>();
  for (const { at, from, message } of network.sent) {
    if (message.cseq.method !== 'NOTIFY') continue;
    const { number } = message.cseq;
    const notifies = dialogs.get(message.callId) ?? new Map<number, number | 'answered'>();
    dialogs.set(message.callId, notifies);
    if (message instanceof Response) notifies.set(number, 'answered');
    else if (from === BOB && !notifies.has(number)) notifies.set(number, at);
    // Timer F gives up what was never answered.
    const outstanding = [...notifies.values()].filter((since) => since !== 'answered' && at - since < 32_000);
    most = Math.max(most, outstanding.length);
  }
  return most;
}
