import { expect } from 'chai';
import fc from 'fast-check';
import { Response } from '../../../lib/sip/message/response.ts';
import { TransactionLayer } from '../../../lib/sip/transaction/layer.ts';
import { Network } from '../network.ts';
import { newRequest } from '../requests.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** What the network does to one message: lost, or arriving after some milliseconds, once or more. */
const fate = fc.array(fc.integer({ min: 0, max: 6_000 }), { maxLength: 3 });

const scenario = fc.record({
  method: fc.constantFrom('INVITE', 'OPTIONS', 'NOTIFY'),
  /** Of the n-th message, whoever sends it; then the network is calm. */
  fates: fc.array(fate, { maxLength: 30 }),
  provisional: fc.array(fc.constantFrom(100, 180, 183), { maxLength: 2 }),
  final: fc.option(fc.constantFrom(200, 302, 404, 408, 503, 603), { nil: undefined }),
  answerAfter: fc.integer({ min: 0, max: 40_000 }),
  cancelAfter: fc.option(fc.integer({ min: 0, max: 20_000 }), { nil: undefined }),
});

describe('Transactions in bad weather', () => {
  it('always end on both sides, with at most one final response to the user and exactly one end', () => {
    fc.assert(
      fc.property(scenario, ({ method, fates, provisional, final, answerAfter, cancelAfter }) => {
        const clock = new VirtualClock();
        const network = new Network(clock);
        const alice = network.host('192.0.2.1');
        const client = new TransactionLayer({ clock, transport: alice });
        const server = new TransactionLayer({ clock, transport: network.host('192.0.2.2') });
        let messages = 0;
        network.weather = () => fates[messages++] ?? [10];

        let served = 0;
        let serverEnds = 0;
        server.onRequest((transaction) => {
          served += 1;
          const respond = (status: number) =>
            transaction.respond(Response.to(transaction.request, status, { toTag: 'b' }));
          transaction.onEnd(() => (serverEnds += 1));
          transaction.onCancel(() => respond(487));
          for (const status of provisional) respond(status);
          // An INVITE may ring for ever; in the end its user gives up.
          clock.after(answerAfter, () => respond(final ?? (method === 'INVITE' ? 480 : 408)));
        });
        const finals: number[] = [];
        const ends: string[] = [];
        const transaction = client.send(newRequest(method), alice.flowTo('192.0.2.2'), {
          response: ({ status }) => {
            expect(ends).to.deep.equal([]);
            if (status >= 200) finals.push(status);
          },
          end: (reason) => ends.push(reason),
        });
        if (cancelAfter !== undefined) clock.after(cancelAfter, () => transaction.cancel());
        // Patience, absorption, and what the network still holds.
        clock.advance(400_000);

        expect(ends).to.have.length(1);
        if (ends[0] === 'done') expect(new Set(finals).size).to.equal(1);
        else expect(finals).to.deep.equal([]);
        if (finals[0] !== undefined && finals[0] >= 300) expect(finals).to.have.length(1);
        expect(serverEnds).to.equal(served);
        expect([client.size, server.size, clock.pending]).to.deep.equal([0, 0, 0]);
      }),
      { numRuns: 300 },
    );
  });
});
