import { expect } from 'chai';
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Connection } from '../../../lib/sip/transport/connection.ts';
import type { Listener } from '../../../lib/sip/transport/listener.ts';
import { bytes, ending, eventually, Party, request, Wire } from './party.ts';

const UPGRADE = [
  'GET / HTTP/1.1',
  'Host: sip.example.com',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
];

describe('SIP over WebSocket (RFC 7118)', () => {
  let server: Party;
  let listener: Listener;

  beforeEach(async () => {
    server = Party.create({ messageLimits: { headBytes: 2_000, bodyBytes: 1_000 } });
    listener = await server.listen('ws');
  });
  afterEach(async () => {
    await server.close();
    expect(server.errors).to.deep.equal([]);
  });

  const url = () => `ws://127.0.0.1:${listener.local.port}/any`;
  async function browser(): Promise<WebSocket> {
    const socket = new WebSocket(url(), ['other', 'sip']);
    socket.on('error', () => undefined);
    await once(socket, 'open');
    return socket;
  }
  const own = () => request({ transport: 'ws', sentBy: 'df7jal23ls0d.invalid', via: '' });

  it('takes text and binary messages, and answers over the connection as text', async () => {
    const socket = await browser();
    expect(socket.protocol).to.equal('sip');
    for (const message of [bytes(own()), bytes(own()).toString()]) {
      const answer = once(socket, 'message') as Promise<[Buffer, boolean]>;
      socket.send(message);
      const { message: seen } = await server.answers();
      expect(seen.via).to.include({ received: '127.0.0.1', sentBy: 'df7jal23ls0d.invalid' });
      const [text, isBinary] = await answer;
      expect(text.toString()).to.match(/^SIP\/2\.0 200 OK\r\n/);
      expect(isBinary).to.equal(false);
    }
    socket.terminate();
  });

  it('sends what is no text as binary', async () => {
    const socket = await browser();
    socket.send(bytes(own()));
    const { flow } = await server.nextRequest();
    const answer = once(socket, 'message') as Promise<[Buffer, boolean]>;
    await server.sends(flow, { body: Buffer.from([0xff, 0x00]) });
    const [message, isBinary] = await answer;
    expect(isBinary).to.equal(true);
    expect(message.subarray(-2)).to.deep.equal(Buffer.from([0xff, 0x00]));
    socket.terminate();
  });

  it('needs no Content-Length, as each message of WebSocket is one of SIP', async () => {
    const socket = await browser();
    socket.send(bytes(own()).toString().replace('Content-Length: 0\r\n', ''));
    expect((await server.nextRequest()).message.method).to.equal('OPTIONS');
    socket.terminate();
  });

  it('ends a connection with a message that is too long', async () => {
    const socket = await browser();
    socket.send(bytes(own()));
    const { flow } = await server.nextRequest();
    const gone = ending(flow);
    socket.send('x'.repeat(3_001));
    expect((await gone).message).to.include('payload');
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).to.equal(1009);
  });

  it('ends a connection with a message that does not end', async () => {
    const socket = await browser();
    socket.send(bytes(own()));
    const { flow } = await server.nextRequest();
    socket.send('OPTIONS', { fin: false });
    await eventually(() => flow instanceof Connection && flow.unfinished > 0);
    socket.ping();
    await once(socket, 'pong');
    server.clock.advance(33_000);
    expect(flow.open).to.equal(false);
    await once(socket, 'close');
  });

  it('opens only for the subprotocol sip', async () => {
    for (const [protocol, status] of [
      ['', 400],
      ['Sec-WebSocket-Protocol: chat', 400],
      ['Sec-WebSocket-Protocol: chat, SIP', 101],
    ] as const) {
      const wire = new Wire(listener.local).send(`${[...UPGRADE, protocol].filter(Boolean).join('\r\n')}\r\n\r\n`);
      expect(await wire.until('\r\n\r\n')).to.match(new RegExp(`^HTTP/1.1 ${status} `));
      wire.socket.destroy();
    }
  });

  it('opens for pages of the origins that are named, and for whoever is no page (RFC 6455 §10.2)', async () => {
    const named = await server.listen('ws', { origins: ['https://example.com'] });
    const answerTo = async (origin?: string): Promise<string> => {
      const fields = ['Sec-WebSocket-Protocol: sip', ...(origin === undefined ? [] : [`Origin: ${origin}`])];
      const wire = new Wire(named.local).send(`${[...UPGRADE, ...fields].join('\r\n')}\r\n\r\n`);
      const [status = ''] = (await wire.until('\r\n\r\n')).split('\r\n');
      wire.socket.destroy();
      return status;
    };
    expect(await answerTo('https://example.com')).to.match(/101/);
    expect(await answerTo()).to.match(/101/);
    for (const other of ['https://evil.example', 'http://example.com', 'null'])
      expect(await answerTo(other)).to.match(/403/);
  });

  it('serves nothing else by HTTP', async () => {
    const wire = new Wire(listener.local).send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await wire.closed()).to.match(/^HTTP\/1.1 426 Upgrade Required\r\n/);
  });
});
