import { expect } from 'chai';
import { contactsIn, Stage, type Fields } from './stage.ts';

const DEVICE = '"<urn:uuid:00000000-0000-1000-8000-000a95a0e128>"';
const EDGE = '<sip:token@edge.example.com;lr;ob>';

/** A Contact by RFC 5626 §4.2. */
const flowOf = (regId: number, parameters = ''): string =>
  `<sip:a@192.0.2.7:5060;transport=tcp>;reg-id=${regId};+sip.instance=${DEVICE}${parameters}`;

const VIA = 'SIP/2.0/TCP 192.0.2.7;branch=z9hG4bK1';

describe('a registrar of flows (RFC 5626)', () => {
  let stage: Stage;
  const outbound = (fields: Fields): Fields => ({ Supported: 'path, outbound', ...fields });

  beforeEach(() => (stage = new Stage()));

  it('reaches a user over the flow that she registered by', async () => {
    const answer = await stage.register(outbound({ Contact: flowOf(1) }), { flow: stage.flow('tcp/1') });
    expect([answer.status, answer.header('Require'), answer.header('Flow-Timer')]).to.deep.equal([
      200,
      'outbound',
      '120',
    ]);
    expect(contactsIn(answer)).to.deep.equal([flowOf(1, ';expires=3600')]);
    expect(stage.devices()[0]?.[0].flow).to.equal('tcp/1');
  });

  it('keeps several flows of one device, of which one is tried at a time', async () => {
    for (const regId of [1, 2]) {
      await stage.register(outbound({ Contact: flowOf(regId), 'Call-ID': `${regId}` }), {
        flow: stage.flow(`tcp/${regId}`),
      });
      stage.clock.advance(1_000);
    }
    expect(stage.devices().map((ways) => ways.map(({ flow }) => flow))).to.deep.equal([['tcp/2', 'tcp/1']]);
    await stage.register(outbound({ Contact: flowOf(1), 'Call-ID': 'reboot' }), { flow: stage.flow('tcp/3') });
    expect(stage.devices().map((ways) => ways.map(({ flow }) => flow))).to.deep.equal([['tcp/3', 'tcp/2']]);
  });

  it('has no binding left whose flow has ended', async () => {
    for (const regId of [1, 2])
      await stage.register(outbound({ Contact: flowOf(regId) }), { flow: stage.flow(`tcp/${regId}`) });
    stage.flows.delete('tcp/1');
    expect(
      stage
        .devices()
        .flat()
        .map(({ flow }) => flow),
    ).to.deep.equal(['tcp/2']);
    expect(contactsIn(await stage.register())).to.have.length(1);
    stage.flows.delete('tcp/2');
    expect(stage.devices()).to.deep.equal([]);
  });

  it('removes the flow that its device names, whatever its URI', async () => {
    for (const regId of [1, 2])
      await stage.register(outbound({ Contact: flowOf(regId) }), { flow: stage.flow(`tcp/${regId}`) });
    const moved = flowOf(2).replace('192.0.2.7', '192.0.2.99');
    await stage.register(outbound({ Contact: `${moved};expires=0` }), { flow: stage.flow('tcp/2') });
    expect(
      stage
        .devices()
        .flat()
        .map(({ flow }) => flow),
    ).to.deep.equal(['tcp/1']);
  });

  it('applies it through an edge proxy that keeps flows, and sends through that proxy', async () => {
    const Via = ['SIP/2.0/UDP edge.example.com;branch=z9hG4bK2', VIA];
    const answer = await stage.register(
      outbound({ Via, Path: ['<sip:core.example.com;lr>', EDGE], Contact: flowOf(1) }),
    );
    expect([answer.status, answer.header('Require'), answer.header('Flow-Timer')]).to.deep.equal([
      200,
      'outbound',
      undefined,
    ]);
    const location = stage.devices()[0]?.[0];
    expect(location?.flow).to.equal(undefined);
    expect(location?.routes).to.deep.equal(['<sip:core.example.com;lr>', EDGE]);
  });

  it('refuses with 439 when the first hop keeps no flows and the device relies on it', async () => {
    const Via = ['SIP/2.0/UDP edge.example.com;branch=z9hG4bK2', VIA];
    for (const Path of [undefined, '<sip:edge.example.com;lr>'])
      expect((await stage.register(outbound({ Via, Path, Contact: flowOf(1) }))).status).to.equal(439);
    const plain = await stage.register({ Via, Contact: flowOf(1) });
    expect([plain.status, plain.header('Require')]).to.deep.equal([200, undefined]);
    await stage.register({ Via, Contact: flowOf(2) });
    expect(stage.devices(), 'told apart by URI alone').to.have.length(1);
  });

  it('refuses with 400 two contacts that are to stay when one names a flow', async () => {
    const two = await stage.register(outbound({ Contact: [flowOf(1), '<sip:b@192.0.2.7>'] }));
    expect(two.status).to.equal(400);
    const one = await stage.register(outbound({ Contact: [flowOf(1), '<sip:b@192.0.2.7>;expires=0'] }), {
      flow: stage.flow('tcp/1'),
    });
    expect(one.status).to.equal(200);
  });

  it('ignores a reg-id without a device, and a device without a reg-id', async () => {
    for (const Contact of ['<sip:a@192.0.2.7>;reg-id=1', `<sip:a@192.0.2.7>;+sip.instance=${DEVICE}`]) {
      const answer = await stage.register(outbound({ Contact }), { flow: stage.flow('tcp/1') });
      expect([answer.status, answer.header('Require')]).to.deep.equal([200, undefined]);
    }
    expect(stage.devices()).to.have.length(1);
  });

  it('asks for no flow where the device does not say that it can', async () => {
    const answer = await stage.register({ Contact: flowOf(1) }, { flow: stage.flow('tcp/1') });
    expect([answer.status, answer.header('Require')]).to.deep.equal([200, undefined]);
    expect(stage.devices()[0]?.[0].flow).to.equal('tcp/1');
  });

  it('leaves it to the device how often it keeps a datagram flow alive', async () => {
    stage.flows.set('udp:1', stage.flow('udp:1'));
    const answer = await stage.register(outbound({ Contact: flowOf(1) }));
    expect([answer.header('Require'), answer.header('Flow-Timer')]).to.deep.equal(['outbound', undefined]);
  });
});

describe('a registrar of plain contacts', () => {
  it('reaches who registers himself over his connection while it is open, and then by his URI', async () => {
    const stage = new Stage();
    const Via = 'SIP/2.0/TCP 192.0.2.7:5062;branch=z9hG4bK1';
    await stage.register({ Via, Contact: '<sip:a@192.0.2.7:5062;transport=tcp>' }, { flow: stage.flow('tcp/1') });
    expect(stage.devices()[0]?.[0].flow).to.equal('tcp/1');
    stage.flows.clear();
    expect(stage.devices()[0]?.[0].flow).to.equal(undefined);
    expect(stage.uris()).to.deep.equal([['sip:a@192.0.2.7:5062;transport=tcp']]);
  });

  it('reaches a browser over its WebSocket (RFC 7118 §5)', async () => {
    const stage = new Stage();
    const flow = { ...stage.flow('ws/1'), protocol: 'ws' } as const;
    const Via = 'SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK1';
    await stage.register({ Via, Contact: '<sip:a@q3r5.invalid;transport=ws>' }, { flow });
    expect(stage.devices()[0]?.[0].flow).to.equal('ws/1');
  });

  it('reaches a contact elsewhere by its URI', async () => {
    const stage = new Stage();
    await stage.register({ Via: VIA, Contact: '<sip:a@198.51.100.9>' }, { flow: stage.flow('tcp/1') });
    expect(stage.devices()[0]?.[0].flow).to.equal(undefined);
  });

  it('sends through the proxies of Path, and shows them to who registered (RFC 3327)', async () => {
    const stage = new Stage();
    const Path = ['<sip:p2.example.com;lr>, <sip:p1.example.com;lr>'];
    const answer = await stage.register({ Path, Supported: 'path', Contact: '<sip:a@192.0.2.7>' });
    const hops = ['<sip:p2.example.com;lr>', '<sip:p1.example.com;lr>'];
    expect(answer.responses[0]?.headers('Path')).to.deep.equal(hops);
    expect(stage.devices()[0]?.[0].routes).to.deep.equal(hops);
  });
});
