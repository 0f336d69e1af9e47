import { expect } from 'chai';
import { digestCredentials } from '../../../lib/sip/agent/credentials.ts';
import { ha1Of } from '../../../lib/sip/digest/algorithm.ts';
import { DigestServer } from '../../../lib/sip/digest/server.ts';
import { parseUri, Response, SipUri } from '../../../lib/sip/message/index.ts';
import { MemoryLocationStore } from '../../../lib/sip/registrar/location-store.ts';
import type { RegistrarPolicy } from '../../../lib/sip/registrar/policy.ts';
import { newTag } from '../../../lib/sip/token.ts';
import type { Flow, Protocol } from '../../../lib/sip/transport/flow.ts';
import { closeAgents, openAgent, type TestAgent } from './agents.ts';

const INSTANCE = '"<urn:uuid:00000000-0000-1000-8000-000a95a0e128>"';
const ALICE = SipUri.of({ user: 'alice', host: 'example.com' });

/** Everybody's password is `secret`, and his address that of his name. */
function policy(): RegistrarPolicy {
  const digest = new DigestServer({
    credentials: {
      lookup: (user, realm) => Promise.resolve({ ha1: ha1Of(user, realm, 'secret', ['SHA-256', 'MD5']) }),
    },
    now: () => performance.now(),
  });
  return {
    serves: (domain) => domain === 'example.com',
    async authorise({ request, flow }, address) {
      const outcome = await digest.authenticate(request, 'example.com', flow.remote.address);
      if (outcome.kind !== 'user') return { status: 401, fields: digest.challenge('example.com') };
      return address === `sip:${outcome.user}@example.com` ? undefined : { status: 403 };
    },
  };
}

for (const protocol of ['udp', 'tcp', 'tls', 'ws', 'wss'] as const) {
  describe(`registrations over ${protocol}`, () => {
    let server: TestAgent;
    let alice: TestAgent;
    let flow: Flow;

    beforeEach(async () => {
      server = await openAgent(protocol, { registrar: { store: new MemoryLocationStore(), policy: policy() } });
      alice = await phone(protocol, 'secret');
      flow = await reach(alice);
    });
    afterEach(async () => {
      await closeAgents();
      expect([server.errors, alice.errors]).to.deep.equal([[], []]);
    });

    const phone = (over: Protocol, password: string): Promise<TestAgent> =>
      openAgent(over, { credentials: digestCredentials(() => ({ user: 'alice', password })) });

    function reach({ agent }: TestAgent): Promise<Flow> {
      const { port = 0 } = parseUri(server.uri('x')) as SipUri;
      return agent.transport.connect({ protocol, address: '127.0.0.1', port });
    }

    /** REGISTER and its answer. */
    async function register(
      fields: Readonly<Record<string, string>>,
      { from = alice, over = flow, to = '<sip:alice@example.com>' } = {},
    ): Promise<Response> {
      const parts = { from: '<sip:alice@example.com>', to, fields: Object.entries(fields) };
      return (await from.agent.request('REGISTER', 'sip:example.com', parts, { flow: over })).response;
    }

    it('§2.1, §2.3, §2.4, §2.2 Alice registers, asks, refreshes and leaves (RFC 3665)', async () => {
      const Contact = alice.agent.contact(flow, 'alice');
      const made = await register({ Contact, Expires: '600' });
      expect([made.status, made.lines('Contact')]).to.deep.equal([200, [`${Contact};expires=600`]]);
      expect((await register({})).contacts).to.have.length(1);
      expect((await register({ Contact, Expires: '900' })).lines('Contact')).to.deep.equal([`${Contact};expires=900`]);
      expect((await register({ Contact: '*', Expires: '0' })).contacts).to.deep.equal([]);
      expect(server.agent.registrar?.size).to.equal(0);
    });

    it('§2.5 a wrong password binds nothing, and a right one nobody else', async () => {
      const mallory = await phone(protocol, 'guess');
      const over = await reach(mallory);
      const Contact = mallory.agent.contact(over, 'mallory');
      expect((await register({ Contact }, { from: mallory, over })).status).to.equal(401);
      expect((await register({ Contact }, { to: '<sip:bob@example.com>' })).status).to.equal(403);
      expect(server.agent.registrar?.size).to.equal(0);
    });

    it('lets requests to Alice take the flow that she opened, whatever her Contact says (RFC 5626)', async () => {
      const heard: string[] = [];
      alice.agent.handle('MESSAGE', (transaction) => {
        heard.push(transaction.request.uriText);
        expect(transaction.flow.id).to.equal(flow.id);
        transaction.respond(Response.to(transaction.request, 200, { toTag: newTag() }));
      });
      // An address for documentation: nobody is there.
      const uri = `sip:alice@192.0.2.1:9${protocol === 'udp' ? '' : `;transport=${protocol}`}`;
      const Contact = `<${uri}>;reg-id=1;+sip.instance=${INSTANCE}`;
      const answer = await register({ Contact, Supported: 'path, outbound' });
      expect([answer.status, answer.require]).to.deep.equal([200, ['outbound']]);
      const [location] = server.agent.registrar?.locations(ALICE)[0] ?? [];
      const way = server.agent.transport.flow(location?.flow ?? '');
      const parts = { from: '<sip:bob@example.com>', to: '<sip:alice@example.com>' };
      const { response } = await server.agent.request('MESSAGE', location?.uri.toString() ?? '', parts, { flow: way });
      expect([response.status, heard]).to.deep.equal([200, [uri]]);
    });

    if (protocol === 'udp') return;
    it('has no way to Alice when her connection has ended', async () => {
      const Contact = `<sip:alice@192.0.2.1:9;transport=${protocol}>;reg-id=1;+sip.instance=${INSTANCE}`;
      await register({ Contact, Supported: 'path, outbound' });
      const [location] = server.agent.registrar?.locations(ALICE)[0] ?? [];
      const gone = new Promise((resolve) => server.agent.transport.flow(location?.flow ?? '')?.onClose(resolve));
      await alice.agent.close();
      await gone;
      expect(server.agent.registrar?.locations(ALICE)).to.deep.equal([]);
    });
  });
}
