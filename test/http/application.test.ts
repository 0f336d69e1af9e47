import { expect } from 'chai';
import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';
import { Attempts } from '../../lib/directory/attempts.ts';
import { createLogger } from '../../lib/http/access-log.ts';
import { HttpAuthentication } from '../../lib/http/authentication.ts';
import { readBody } from '../../lib/http/body.ts';
import { createEdge } from '../../lib/http/edge.ts';
import { listenerDefaults, type ListenerLimits } from '../../lib/http/listener-limits.ts';
import { HttpListener } from '../../lib/http/listener.ts';
import { emptyDirectory } from '../directory/users.ts';
import { Connection, post, signal } from './connection.ts';
import { basic } from './digest-client.ts';

type Line = Record<string, unknown>;

describe('an HTTP application', () => {
  let lines: Line[];
  let written: () => void;
  let serve: (limits?: Partial<ListenerLimits>) => Promise<number>;
  const listeners: HttpListener[] = [];
  let authentication: HttpAuthentication;
  let port: number;
  let url: string;

  beforeEach(async () => {
    lines = [];
    written = () => undefined;
    const write = (text: string) => {
      lines.push(JSON.parse(text) as Line);
      written();
    };
    const { directory } = emptyDirectory();
    await directory.addUser({ login: 'alice', password: 'sesame 🔑' });
    authentication = new HttpAuthentication(directory, new Attempts(Date.now));
    const edge = createEdge(
      async (exchange) => {
        const { facts, headers, log, path } = exchange;
        if (path === '/broken') throw new Error('the disk says no: sesame');
        if (path !== '/who') {
          exchange.answer(200, 'text/plain', await readBody(exchange.request, { bytes: 10 }));
          return;
        }
        const outcome = await authentication.authenticate(facts);
        if (outcome.kind !== 'user') {
          const refusal = authentication.refusal(facts, outcome);
          Object.assign(headers, refusal.headers);
          exchange.answer(refusal.status, 'text/plain', 'Unauthorized');
          return;
        }
        Object.assign(log, { user: outcome.principal.userId, password: 'sesame' });
        exchange.answer(200, 'text/plain', `${outcome.scheme} ${outcome.principal.userId}`);
      },
      createLogger({ level: 'info', destination: { write } }),
    );
    serve = async (limits = {}) => {
      const listener = new HttpListener(edge, { ...listenerDefaults, ...limits });
      listeners.push(listener);
      return (await listener.start({ address: '127.0.0.1', port: 0 })).port;
    };
    port = await serve();
    url = `http://127.0.0.1:${port}`;
  });

  afterEach(async () => {
    authentication.close();
    await Promise.all(listeners.splice(0).map((listener) => listener.close()));
  });

  /** The lines when there are so many. */
  async function linesOf(count: number): Promise<Line[]> {
    while (lines.length < count) {
      const one = signal();
      written = one.give;
      await one.given;
    }
    return lines;
  }

  describe('reads a body', () => {
    it('up to the limit', async () => {
      const answer = await fetch(url, { method: 'POST', body: '0123456789' });
      expect(await answer.text()).to.equal('0123456789');
    });

    it('and refuses one that is longer with 413, announced or not, and ends the connection [H20]', async () => {
      const announced = await new Connection(port).send(post('0123456789a')).closed();
      expect(announced).to.match(/^HTTP\/1\.1 413 [^]*Connection: close[^]*at most 10 bytes/i);
      const chunked = post('b\r\n0123456789a\r\n', 'Transfer-Encoding: chunked\r\n');
      expect(await new Connection(port).send(chunked).closed()).to.match(/^HTTP\/1\.1 413 /);
    });

    it('and refuses a coded one with 415', async () => {
      const answer = await fetch(url, { method: 'POST', body: 'x', headers: { 'Content-Encoding': 'gzip' } });
      expect(answer.status).to.equal(415);
    });

    it('and survives a client that goes away in the middle of it [H18]', async () => {
      const connection = new Connection(port).send(post('012', 'Content-Length: 9\r\n'));
      connection.socket.end();
      await connection.closed();
      const [line] = await linesOf(1);
      expect(line).to.deep.include({ method: 'POST', aborted: true });
      expect((await fetch(url, { method: 'POST', body: 'next' })).status).to.equal(200);
    });

    it('and cuts one that comes too slowly', async () => {
      const impatient = await serve({ headersTime: 50, requestTime: 100, checkInterval: 10 });
      const cut = await new Connection(impatient).send(post('012', 'Content-Length: 9\r\n')).closed();
      expect(cut).to.match(/^HTTP\/1\.1 4\d\d /);
    });
  });

  it('answers 500 without detail to what nobody expected, logs it and goes on', async () => {
    const answer = await fetch(`${url}/broken`, { method: 'POST', body: 'x' });
    expect(answer.status).to.equal(500);
    expect(await answer.text()).to.equal('internal error\n');
    const [failure, line] = await linesOf(2);
    expect(failure).to.deep.include({ level: 50, msg: 'unexpected failure', path: '/broken' });
    expect(failure!['err']).to.have.property('message', 'the disk says no: sesame');
    expect(line).to.include({ status: 500 });
    expect((await fetch(url, { method: 'POST', body: 'next' })).status).to.equal(200);
  });

  it('writes one line per request with duration and the fields of the application, without secrets', async () => {
    const authorization = basic('alice', 'sesame 🔑');
    await fetch(`${url}/who?token=sesame`, { headers: { authorization, cookie: 'sesame' } });
    const [line, ...more] = await linesOf(1);
    expect(more).to.deep.equal([]);
    expect(line).to.include({
      level: 30,
      msg: 'request',
      method: 'GET',
      path: '/who',
      status: 200,
      source: '127.0.0.1',
      user: 'xcon-userid:alice@example.com',
      password: '[secret]',
    });
    expect(line!['duration']).to.be.a('number').within(0, 10_000);
    expect(JSON.stringify(line)).not.to.match(/sesame|Basic/);
  });

  it('never writes secrets that lie deeper', () => {
    const out: string[] = [];
    const logger = createLogger({ level: 'info', destination: { write: (text) => void out.push(text) } });
    const authorization = 'sesame';
    logger.info({
      authorization,
      user: { password: 'sesame' },
      a: { b: { secret: 'sesame' }, headers: { cookie: 'sesame' } },
    });
    expect(out).to.have.length(1);
    expect(out[0]).to.contain('[secret]').and.not.contain('sesame');
  });

  describe('serves curl', () => {
    const curl = async (...flags: string[]) => {
      const { stdout } = await promisify(execFile)('curl', ['-sS', ...flags, `${url}/who?a=b%20c`]);
      return stdout;
    };

    before(() => {
      if (spawnSync('curl', ['--version']).error) throw new Error('this test needs curl: apt-get install curl');
    });

    for (const [way, scheme] of [
      ['--basic', 'Basic'],
      ['--digest', 'Digest SHA-256'],
      ['--anyauth', 'Digest SHA-256'],
    ] as const) {
      it(`with ${way} by ${scheme}, with a password in UTF-8`, async () => {
        for (const name of ['alice', 'alice@example.com']) {
          const known = await curl(way, '--user', `${name}:sesame 🔑`);
          expect(known).to.equal(`${scheme} xcon-userid:alice@example.com`);
        }
        expect(await curl(way, '--user', 'alice:wrong', '-w', '%{http_code}')).to.equal('Unauthorized401');
      });
    }

    it('twice over one connection, counting on with the same nonce', async () => {
      const twice = await curl('--digest', '--user', 'alice:sesame 🔑', `${url}/who`);
      expect(twice).to.equal('Digest SHA-256 xcon-userid:alice@example.com'.repeat(2));
      const statuses = (await linesOf(3)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).to.have.length(2);
    });
  });
});
