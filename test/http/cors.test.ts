import { expect } from 'chai';
import { createLogger } from '../../lib/http/access-log.ts';
import { createEdge } from '../../lib/http/edge.ts';
import { HttpListener } from '../../lib/http/listener.ts';

const PAGE = 'https://calendar.example.com';

describe('requests from pages of other origins', () => {
  const listeners: HttpListener[] = [];
  afterEach(() => Promise.all(listeners.splice(0).map((listener) => listener.close())));

  async function serve(origins: string[]): Promise<string> {
    const logger = createLogger({ level: 'silent' });
    const edge = createEdge(
      (exchange) => exchange.answerText(exchange.request.method === 'POST' ? 200 : 405, 'served'),
      logger,
      { cors: { origins, maxAge: 60 } },
    );
    const listener = new HttpListener(edge);
    listeners.push(listener);
    const { port } = await listener.start({ address: '127.0.0.1', port: 0 });
    return `http://127.0.0.1:${port}/`;
  }

  const send = async (url: string, method: string, headers: Record<string, string>) => {
    const answer = await fetch(url, { method, headers });
    const named = [...answer.headers].filter(([name]) => name.startsWith('access-control') || name === 'vary');
    return { status: answer.status, headers: Object.fromEntries(named) };
  };
  const preflight = { 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'authorization' };

  it('are told nothing when no origin is configured', async () => {
    const url = await serve([]);
    expect(await send(url, 'OPTIONS', { Origin: PAGE, ...preflight })).to.deep.equal({ status: 405, headers: {} });
    expect(await send(url, 'POST', { Origin: PAGE })).to.deep.equal({ status: 200, headers: {} });
  });

  it('are allowed what a request needs and no more, when their origin is', async () => {
    const url = await serve([PAGE]);
    expect(await send(url, 'OPTIONS', { Origin: PAGE, ...preflight })).to.deep.equal({
      status: 204,
      headers: {
        'access-control-allow-origin': PAGE,
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'Accept, Authorization, Content-Type',
        'access-control-max-age': '60',
        vary: 'Origin',
      },
    });
    expect(await send(url, 'POST', { Origin: PAGE })).to.deep.equal({
      status: 200,
      headers: {
        'access-control-allow-origin': PAGE,
        'access-control-expose-headers': 'Retry-After, WWW-Authenticate',
        vary: 'Origin',
      },
    });
  });

  it('are told nothing when their origin is another, or none', async () => {
    const url = await serve([PAGE]);
    for (const origin of [`${PAGE}.evil.example`, 'http://calendar.example.com', `${PAGE}:8443`, 'null', '*'])
      for (const method of ['OPTIONS', 'POST'])
        expect((await send(url, method, { Origin: origin, ...preflight })).headers).to.deep.equal({ vary: 'Origin' });
    expect((await send(url, 'OPTIONS', preflight)).status).to.equal(405);
  });
});
