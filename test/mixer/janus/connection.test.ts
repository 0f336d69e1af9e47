import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { WebSocketServer, type WebSocket } from 'ws';
import {
  connectionDefaults,
  JanusConnection,
  JanusError,
  type ConnectionEvents,
  type Json,
} from '../../../lib/mixer/janus/connection.ts';

/** What the other side does with each request; `ws` speaks for it. */
type Script = (request: Json, socket: WebSocket) => Json | undefined;

describe('a connection to Janus', () => {
  let server: WebSocketServer;
  let script: Script;
  const events: (string | number)[] = [];
  const closed = (): { promise: Promise<void>; listener: ConnectionEvents } => {
    let close: () => void = () => undefined;
    const promise = new Promise<void>((resolve) => (close = resolve));
    const listener = {
      event: (handle: number, data: Json) => events.push(handle, String(data['audiobridge'])),
      ended: (handle: number) => events.push('ended', handle),
      closed: () => close(),
    };
    return { promise, listener };
  };
  const connect = async (more: Partial<typeof connectionDefaults> = {}) => {
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { promise, listener } = closed();
    const options = { ...connectionDefaults, url, apiSecret: 'secret', ...more };
    return { connection: await JanusConnection.open(options, listener), over: promise };
  };
  const refusal = (asked: Promise<unknown>): Promise<[number, string]> =>
    asked.then(
      () => [-1, 'granted'],
      (error: unknown) => (error instanceof JanusError ? [error.code, error.message] : [-2, String(error)]),
    );

  beforeEach(async () => {
    events.length = 0;
    script = () => undefined;
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    server.on('connection', (socket) =>
      socket.on('message', (data: Buffer) => {
        const request = JSON.parse(String(data)) as Json;
        const answer = script(request, socket);
        if (answer !== undefined) socket.send(JSON.stringify({ transaction: request['transaction'], ...answer }));
      }),
    );
    await once(server, 'listening');
  });

  afterEach(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });

  it('resolves a request to its answer, past an acknowledgement', async () => {
    script = ({ transaction, apisecret }, socket) => {
      socket.send(JSON.stringify({ janus: 'ack', transaction }));
      return { janus: 'event', secret: apisecret };
    };
    const { connection } = await connect();
    expect(await connection.request({ janus: 'message' })).to.include({ janus: 'event', secret: 'secret' });
  });

  it('rejects it with the error of Janus, or of its plugin', async () => {
    script = ({ janus }) =>
      janus === 'create'
        ? { janus: 'error', error: { code: 403, reason: 'Unauthorized' } }
        : { janus: 'success', plugindata: { data: { error_code: 485, error: 'No such room' } } };
    const { connection } = await connect();
    expect(await refusal(connection.request({ janus: 'create' }))).to.deep.equal([403, 'Unauthorized']);
    expect(await refusal(connection.request({ janus: 'message' }))).to.deep.equal([485, 'No such room']);
  });

  it('does not wait for ever, nor for too many', async () => {
    const { connection } = await connect({ timeout: 50, requests: 1 });
    const first = refusal(connection.request({ janus: 'create' }));
    expect(await refusal(connection.request({ janus: 'create' }))).to.deep.equal([
      0,
      'too many requests wait for Janus',
    ]);
    expect(await first).to.deep.equal([0, 'Janus does not answer']);
  });

  it('ends with what still waits', async () => {
    script = (_, socket) => {
      socket.terminate();
      return undefined;
    };
    const { connection, over } = await connect();
    expect(await refusal(connection.request({ janus: 'create' }))).to.deep.equal([0, 'the connection to Janus ended']);
    await over;
    expect(await refusal(connection.request({ janus: 'create' }))).to.deep.equal([0, 'not connected to Janus']);
  });

  it('ends where Janus speaks no JSON, says too much, or forgets our session', async () => {
    const sayings = ['hello', '[]', JSON.stringify({ janus: 'timeout' }), `"${'x'.repeat(1_000)}"`];
    for (const saying of sayings) {
      script = (_, socket) => {
        socket.send(saying);
        return undefined;
      };
      const { connection, over } = await connect({ messageBytes: 500 });
      const asked = refusal(connection.request({ janus: 'create' }));
      await over;
      expect(await asked).to.deep.equal([0, 'the connection to Janus ended']);
    }
  });

  it('tells what happens to handles', async () => {
    script = (_, socket) => {
      const data = { audiobridge: 'talking' };
      socket.send(JSON.stringify({ janus: 'event', sender: 7, plugindata: { data } }));
      socket.send(JSON.stringify({ janus: 'detached', sender: 7 }));
      return { janus: 'success' };
    };
    const { connection } = await connect();
    await connection.request({ janus: 'keepalive' });
    expect(events).to.deep.equal([7, 'talking', 'ended', 7]);
  });

  it('is refused where nobody is', async () => {
    const { url } = { url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}` };
    server.close();
    await once(server, 'close');
    const opened = JanusConnection.open({ ...connectionDefaults, url, apiSecret: undefined }, closed().listener);
    expect((await refusal(opened))[0]).to.equal(0);
  });
});
