import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { WebSocketServer } from 'ws';
import type { Json } from '../../../lib/mixer/janus/connection.ts';
import { janusDefaults, JanusMixer } from '../../../lib/mixer/janus/mixer.ts';
import { sdp } from '../../support/phone-call.ts';

const WIDEBAND = sdp('m=audio 40000 RTP/AVP 9 0', 'a=sendrecv');

/** An AudioBridge that has these codecs, and does nothing. */
function bridge(codecs: readonly string[]): WebSocketServer {
  let ids = 0;
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  const says = ({ body }: Json): Json => {
    const { request, codec } = body as Json;
    if (request !== 'join') return { audiobridge: 'success', list: [] };
    if (codecs.includes(String(codec))) return { audiobridge: 'joined', rtp: { ip: '127.0.0.1', port: 9 } };
    return { error_code: 487, error: 'Invalid element (codec can only be or opus, pcmu or pcma)' };
  };
  server.on('connection', (socket) =>
    socket.on('message', (data: Buffer) => {
      const request = JSON.parse(String(data)) as Json;
      const { transaction, janus } = request;
      const answer = janus === 'message' ? { plugindata: { data: says(request) } } : { data: { id: (ids += 1) } };
      socket.send(JSON.stringify({ janus: 'success', transaction, ...answer }));
    }),
  );
  return server;
}

describe('codecs of Janus', () => {
  let server: WebSocketServer;
  let mixer: JanusMixer;

  const open = async (codecs: readonly string[]): Promise<void> => {
    server = bridge(codecs);
    await once(server, 'listening');
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    mixer = new JanusMixer({
      ...{ ...janusDefaults, url, apiSecret: undefined, adminKey: undefined, key: 'key', recordings: undefined },
      ...{ listen: '127.0.0.1', advertise: undefined, inner: '127.0.0.1' },
      report: (error) => {
        throw error;
      },
    });
    await mixer.open();
  };
  afterEach(async () => {
    await mixer.close();
    for (const socket of server.clients) socket.terminate();
    server.close();
  });

  it('are G.722 too where it mixes that', async () => {
    await open(['opus', 'g722', 'pcmu', 'pcma']);
    const leg = await mixer.allocate('xcon:a@example.com', 'bob', { offer: WIDEBAND });
    expect(leg.media[0]?.codec).to.equal('G722');
    expect(leg.local).to.match(/^m=audio \d+ RTP\/AVP 9\r$/m);
    expect((await mixer.allocate('xcon:a@example.com', 'carol')).local).to.match(/^m=audio \d+ RTP\/AVP 96 9 0 8 /m);
  });

  it('are without it where it does not, as that of Debian', async () => {
    await open(['opus', 'pcmu', 'pcma']);
    const leg = await mixer.allocate('xcon:a@example.com', 'bob', { offer: WIDEBAND });
    expect(leg.media[0]?.codec).to.equal('PCMU');
    expect((await mixer.allocate('xcon:a@example.com', 'carol')).local).to.match(/^m=audio \d+ RTP\/AVP 96 0 8 /m);
    const alone = mixer.allocate('xcon:a@example.com', 'dave', { offer: sdp('m=audio 40000 RTP/AVP 9') });
    const refusal: unknown = await alone.catch((error: unknown) => error);
    expect(refusal).to.include({ reason: 'incompatible', warning: 305 });
  });
});
