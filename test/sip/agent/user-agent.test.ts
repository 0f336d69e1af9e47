import { expect } from 'chai';
import { Response } from '../../../lib/sip/message/index.ts';
import { newTag } from '../../../lib/sip/token.ts';
import { closeAgents, openAgent } from './agents.ts';

const ALICE = '"Alice" <sip:alice@example.com>';

describe('a SIP user agent', () => {
  afterEach(closeAgents);

  for (const protocol of ['udp', 'tcp', 'ws'] as const) {
    it(`answers OPTIONS with what it can do, over ${protocol}`, async () => {
      const server = await openAgent(protocol, { supported: ['replaces'] });
      const client = await openAgent(protocol);
      server.agent.handle('MESSAGE', () => undefined);
      const { response } = await client.agent.request('OPTIONS', server.uri('bob'), { from: ALICE });
      expect(response.status).to.equal(200);
      expect(response.header('Allow')).to.include('MESSAGE').and.include('SUBSCRIBE');
      expect(response.header('Supported')).to.include('replaces').and.include('timer');
      expect(response.to.tag).to.be.a('string');
    });
  }

  it('gives a request to the handler of its method', async () => {
    const server = await openAgent();
    const client = await openAgent();
    const heard: string[] = [];
    server.agent.handle('MESSAGE', (transaction) => {
      heard.push(transaction.request.body.toString());
      transaction.respond(Response.to(transaction.request, 202, { toTag: newTag() }));
    });
    const content = { from: ALICE, fields: [['Content-Type', 'text/plain']] as const, body: Buffer.from('hello') };
    const { response } = await client.agent.request('MESSAGE', server.uri('bob'), content);
    expect(response.status).to.equal(202);
    expect(heard).to.deep.equal(['hello']);
  });

  it('refuses what it has no handler for, extensions that it does not know, and schemes that nobody here knows', async () => {
    const server = await openAgent();
    const client = await openAgent();
    const statusOf = async (method: string, uri: string, fields: readonly (readonly [string, string])[] = []) => {
      const way = server.uri('bob').replace('sip:bob@', 'sip:');
      const route = [['Route', `<${way};lr>`] as const, ...fields];
      return (await client.agent.request(method, uri, { from: ALICE, fields: route })).response;
    };
    const unknown = await statusOf('INFO', server.uri('bob'));
    expect(unknown.status).to.equal(405);
    expect(unknown.header('Allow')).to.include('OPTIONS');
    const extended = await statusOf('OPTIONS', server.uri('bob'), [['Require', 'timer, rocket-science']]);
    expect(extended.status).to.equal(420);
    expect(extended.header('Unsupported')).to.equal('rocket-science');
    expect((await statusOf('OPTIONS', 'soap:bob@example.com')).status).to.equal(416);
  });

  it('answers 500 for a handler that fails, and goes on', async () => {
    const server = await openAgent();
    const client = await openAgent();
    server.agent.handle('MESSAGE', () => {
      throw new Error('broken');
    });
    expect((await client.agent.request('MESSAGE', server.uri('bob'), { from: ALICE })).response.status).to.equal(500);
    expect(server.errors).to.have.length(1);
    expect((await client.agent.request('OPTIONS', server.uri('bob'), { from: ALICE })).response.status).to.equal(200);
  });

  it('shows its handlers no identity that nobody trusted asserts', async () => {
    const trusted = await openAgent('tcp', { trust: { addresses: ['127.0.0.1'] } });
    const wary = await openAgent('tcp');
    const client = await openAgent('tcp');
    for (const { agent } of [trusted, wary]) {
      agent.handle('MESSAGE', (transaction) => {
        const { request } = transaction;
        const asserted = request.header('P-Asserted-Identity') ?? 'nobody';
        transaction.respond(Response.to(request, 200, { toTag: newTag(), fields: [['Subject', asserted]] }));
      });
    }
    const parts = { from: ALICE, fields: [['P-Asserted-Identity', '<sip:alice@example.com>']] as const };
    const seenBy = async (uri: string) =>
      (await client.agent.request('MESSAGE', uri, parts)).response.header('Subject');
    expect(await seenBy(trusted.uri('bob'))).to.equal('<sip:alice@example.com>');
    expect(await seenBy(wary.uri('bob'))).to.equal('nobody');
  });
});
