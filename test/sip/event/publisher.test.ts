import { expect } from 'chai';
import { PUBLISHER } from '../../../lib/sip/event/publisher-machine.ts';
import type { PublisherInput, PublisherState } from '../../../lib/sip/event/publisher-machine.ts';
import { Publisher } from '../../../lib/sip/event/publisher.ts';
import { Response } from '../../../lib/sip/message/response.ts';
import type { Answer } from '../../../lib/sip/transaction/outgoing.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { matrix } from './tables.ts';

const TABLE = `
            publish          refresh          remove                accepted              again            failed                refused
idle        publishing/send  .                .                     .                     .                .                     .
publishing  behind           .                leaving               published/rest        publishing/send  waiting/wait          idle/tell
behind      .                .                leaving               publishing/send       publishing/send  waiting/wait          idle/tell
published   publishing/send  publishing/send  removing/sendRemoval  .                     .                .                     .
waiting     publishing/send  publishing/send  removing/sendRemoval  .                     .                .                     .
leaving     behind           .                .                     removing/sendRemoval  idle             removing/sendRemoval  idle
removing    behind           .                .                     idle                  idle             idle                  idle
`;

describe('a publication at its publisher (RFC 3903 §4)', () => {
  const { inputs, rows } = matrix(TABLE);
  for (const [state, cells] of rows)
    for (const [at, input] of inputs.entries())
      it(`${state} on ${input}: ${cells[at]!}`, () => {
        expect(PUBLISHER[state as PublisherState][input as PublisherInput]?.join('/') ?? '.').to.equal(cells[at]);
      });
  it('knows no other states', () => expect(Object.keys(PUBLISHER)).to.deep.equal(rows.map(([state]) => state)));
});

type Reply = readonly [status: number, fields?: Readonly<Record<string, string>>];

function stage(...replies: Reply[]) {
  const clock = new VirtualClock();
  const sent: string[] = [];
  const refusals: number[] = [];
  let tag = 0;
  const publisher = new Publisher({
    clock,
    target: 'sip:bob@example.com',
    from: '<sip:bob@example.com>',
    event: 'presence',
    refused: (status) => refusals.push(status),
    send: (request) => {
      const [status, fields = { 'SIP-ETag': `e${(tag += 1)}` }] = replies.shift() ?? [200];
      const match = request.header('SIP-If-Match') ?? '-';
      sent.push(
        `${Math.round(clock.now() / 1_000)} ${match} ${request.header('Expires') ?? ''} ${request.body.toString()}`.trim(),
      );
      return new Promise<Answer>((resolve) => {
        const response = Response.to(request, status, { fields: Object.entries(fields) });
        clock.after(500, () => resolve({ response, request, flow: undefined, cause: undefined }));
      });
    },
  });
  const publish = (body: string) => publisher.publish({ contentType: 'application/pidf+xml', body: Buffer.from(body) });
  return { clock, publisher, publish, sent, refusals };
}

describe('a publisher', () => {
  it('publishes, refreshes, modifies and removes, always by the newest entity-tag', async () => {
    const { clock, publish, publisher, sent } = stage();
    publish('open');
    await clock.pass(3_600_000);
    publish('busy');
    await clock.pass(1_000);
    publisher.remove();
    await clock.pass(10_000_000);
    expect(sent).to.deep.equal(['0 - 3600 open', '3541 e1 3600', '3600 e2 3600 busy', '3601 e3 0']);
    expect([publisher.state, clock.pending]).to.deep.equal(['idle', 0]);
  });

  it('has one PUBLISH outstanding, and then sends the newest state (RFC 3903 §4)', async () => {
    const { clock, publish, sent } = stage();
    for (const body of ['1', '2', '3']) publish(body);
    await clock.pass(2_000);
    expect(sent).to.deep.equal(['0 - 3600 1', '1 e1 3600 3']);
  });

  it('removes behind what is outstanding', async () => {
    const { clock, publish, publisher, sent } = stage();
    publish('1');
    publisher.remove();
    await clock.pass(2_000);
    expect(sent).to.deep.equal(['0 - 3600 1', '1 e1 0']);
  });

  it('publishes initially after 412 (§5)', async () => {
    const { clock, publish, sent } = stage([200, { 'SIP-ETag': 'x', Expires: '100' }], [412, {}]);
    publish('open');
    await clock.pass(60_000);
    expect(sent).to.deep.equal(['0 - 3600 open', '51 x 3600', '51 - 3600 open']);
  });

  it('asks for what 423 wants (§5)', async () => {
    const { clock, publish, sent } = stage([423, { 'Min-Expires': '7200' }]);
    publish('open');
    await clock.pass(1_000);
    expect(sent).to.deep.equal(['0 - 3600 open', '1 - 7200 open']);
  });

  it('tries again after a failure that may pass', async () => {
    const { clock, publish, sent } = stage([503, { 'Retry-After': '10' }], [408, {}]);
    publish('open');
    await clock.pass(100_000);
    expect(sent).to.deep.equal(['0 - 3600 open', '11 - 3600 open', '71 - 3600 open']);
  });

  it('tells what was refused for good, and tries once more with new state', async () => {
    const { clock, publish, sent, refusals, publisher } = stage([403, {}], [412, {}], [423, { 'Min-Expires': '1' }]);
    for (const body of ['1', '2', '3', '4']) {
      publish(body);
      await clock.pass(100_000);
    }
    expect(refusals).to.deep.equal([403, 412, 423]);
    expect(sent).to.have.length(4);
    expect(publisher.state).to.equal('published');
  });

  it('removes nothing that is not there', async () => {
    const { clock, publish, publisher, sent } = stage([503, { 'Retry-After': '10' }]);
    publisher.remove();
    publish('open');
    await clock.pass(1_000);
    publisher.remove();
    await clock.pass(100_000);
    expect(sent).to.deep.equal(['0 - 3600 open']);
    expect(publisher.state).to.equal('idle');
  });
});
