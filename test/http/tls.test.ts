import { expect } from 'chai';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingHttpHeaders } from 'node:http';
import { connect as connectHttp2, type ClientHttp2Session } from 'node:http2';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { connect as connectTcp } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { Attempts } from '../../lib/directory/attempts.ts';
import { createLogger } from '../../lib/http/access-log.ts';
import { HttpAuthentication } from '../../lib/http/authentication.ts';
import { readBody } from '../../lib/http/body.ts';
import { readCertificates, UnusableCertificate } from '../../lib/http/certificates.ts';
import { createEdge } from '../../lib/http/edge.ts';
import type { Exchange } from '../../lib/http/exchange.ts';
import { listenerDefaults, type ListenerLimits } from '../../lib/http/listener-limits.ts';
import { HttpListeners } from '../../lib/http/listeners.ts';
import { CertificationAuthority, identity, type Issued } from '../support/certificates.ts';
import { emptyDirectory } from '../directory/users.ts';
import { signal } from './connection.ts';
import { basic } from './digest-client.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('HTTP over TLS', function () {
  let ca: CertificationAuthority;
  let server: Issued;
  let folder: string;
  let files: { certificate: string; key: string; clientCa: string };
  let listeners: HttpListeners;
  let authentication: HttpAuthentication;
  let port: number;
  let begun: ReturnType<typeof signal>;
  let release: ReturnType<typeof signal>;
  const logged: Record<string, unknown>[] = [];

  before(() => {
    ca = new CertificationAuthority();
    server = ca.issue('DNS:localhost', 'IP:127.0.0.1');
    folder = mkdtempSync(join(tmpdir(), 'plenary-tls-'));
    files = { certificate: join(folder, 'server.pem'), key: join(folder, 'server.key'), clientCa: ca.file };
  });
  after(() => {
    ca.close();
    rmSync(folder, { recursive: true });
  });

  const install = ({ certificate, key }: Issued) => {
    copyFileSync(certificate, files.certificate);
    copyFileSync(key, files.key);
  };

  async function serve(exchange: Exchange): Promise<void> {
    const { request, facts, path } = exchange;
    const say = (text: string) => exchange.answer(200, 'text/plain', text);
    if (path === '/who') {
      const outcome = await authentication.authenticate(facts);
      say(outcome.kind === 'user' ? `${outcome.scheme} ${outcome.principal.userId}` : outcome.kind);
      return;
    }
    if (path === '/facts') {
      const { source, secure } = facts;
      say(JSON.stringify({ source, secure }));
      return;
    }
    if (path === '/slow') {
      begun.give();
      await release.given;
    }
    if (path === '/expect') exchange.answerText(request.headers.expect === undefined ? 200 : 501, 'answered');
    else exchange.answer(200, 'text/plain', await readBody(request, { bytes: 100 }));
  }

  async function start(limits: Partial<ListenerLimits> = {}, watchInterval = 3_600_000): Promise<void> {
    const { directory } = emptyDirectory();
    await directory.addUser({
      login: 'alice',
      password: 'sesame',
      addresses: ['sip:alice@example.com', 'mailto:alice@example.net'],
    });
    await directory.addUser({ login: 'bob', password: 'bobs', addresses: ['dns:bot.example.com'] });
    authentication = new HttpAuthentication(directory, new Attempts(Date.now));
    const write = (line: string) => void logged.push(JSON.parse(line) as Record<string, unknown>);
    const logger = createLogger({ level: 'info', destination: { write } });
    const edge = createEdge(serve, logger, { hsts: 600 });
    listeners = new HttpListeners(edge, { ...listenerDefaults, ...limits }, logger);
    const listen = { address: '127.0.0.1', port: 0 };
    port = Number(new URL(await listeners.serveOverTls({ listen, files, watchInterval })).port);
  }

  beforeEach(async () => {
    logged.length = 0;
    [begun, release] = [signal(), signal()];
    install(server);
    await start();
  });
  afterEach(async () => {
    await listeners.close();
    authentication.close();
  });

  /** One request by HTTP/1.1, over a connection of its own. */
  function ask(path: string, body = '', more: RequestOptions = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const options: RequestOptions = {
        host: 'localhost',
        port,
        path,
        method: 'POST',
        ca: ca.pem,
        agent: false,
        ...more,
      };
      const sent = httpsRequest(options, (received) => {
        text(received).then(
          (content) => resolve({ status: received.statusCode ?? 0, headers: received.headers, body: content }),
          reject,
        );
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  async function session(): Promise<ClientHttp2Session> {
    const one = connectHttp2(`https://localhost:${port}`, { ca: ca.pem });
    await once(one, 'connect');
    return one;
  }

  /** One request by HTTP/2. */
  async function stream(over: ClientHttp2Session, path: string, body = '', headers = {}): Promise<Answer> {
    const sent = over.request({ ':method': 'POST', ':path': path, ...headers });
    const cut = once(sent, 'close').then(() => {
      throw new Error('cut');
    });
    const response = Promise.race([once(sent.end(body), 'response'), cut]);
    const [received] = (await response) as [IncomingHttpHeaders & { ':status': number }];
    cut.catch(() => undefined);
    return { status: received[':status'], headers: received, body: await text(sent) };
  }

  async function handshake(options: ConnectionOptions): Promise<TLSSocket> {
    const socket = connect({ host: 'localhost', port, ca: ca.pem, ...options });
    await once(socket, 'secureConnect');
    return socket;
  }

  it('serves HTTP/1.1 under a certificate for its name and its address, and tells browsers to stay [H1] [H2]', async () => {
    for (const host of ['localhost', '127.0.0.1']) {
      const answer = await ask('/', 'hello', { host });
      expect(answer).to.include({ status: 200, body: 'hello' });
      expect(answer.headers).to.include({ 'strict-transport-security': 'max-age=600' });
    }
    const elsewhere = await ask('/', '', { servername: 'elsewhere.example' }).catch((error: unknown) => error);
    expect(elsewhere).to.have.property('code', 'ERR_TLS_CERT_ALTNAME_INVALID');
  });

  it('speaks TLS 1.2 and 1.3 and nothing older [H2]', async () => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await handshake({ minVersion: version, maxVersion: version });
      expect(socket.getProtocol()).to.equal(version);
      socket.destroy();
    }
    const old = connect({
      host: 'localhost',
      port,
      ca: ca.pem,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const [error] = (await once(old, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.match(/ERR_SSL.*(PROTOCOL|VERSION|ALERT)/);
  });

  it('tells the application that passwords are safe here', async () => {
    const over = await session();
    for (const answer of [await ask('/facts'), await stream(over, '/facts')])
      expect(JSON.parse(answer.body)).to.deep.equal({ source: '127.0.0.1', secure: true });
    over.close();
  });

  describe('by HTTP/2', () => {
    it('serves requests at the same time, each over its stream', async () => {
      const one = await session();
      const slow = stream(one, '/slow', 'slow');
      await begun.given;
      expect(await stream(one, '/', 'fast')).to.include({ status: 200, body: 'fast' });
      release.give();
      const answer = await slow;
      expect(answer).to.include({ status: 200, body: 'slow' });
      expect(answer.headers).to.include({ 'strict-transport-security': 'max-age=600', 'content-length': '4' });
      one.close();
      const line = logged.find(({ path }) => path === '/');
      expect(line).to.include({ status: 200, source: '127.0.0.1' }).and.not.to.have.property('aborted');
    });

    it('refuses a body that is too long and goes on', async () => {
      const one = await session();
      expect((await stream(one, '/', 'x'.repeat(101))).status).to.equal(413);
      expect((await stream(one, '/', 'x'.repeat(100))).status).to.equal(200);
      one.close();
    });

    it('leaves Expect to the application [H10]', async () => {
      const one = await session();
      for (const expect_ of ['100-continue', 'wonders'])
        expect((await stream(one, '/expect', 'body', { expect: expect_ })).status).to.equal(501);
      one.close();
    });

    it('refuses headers that are too many', async () => {
      const one = await session();
      const many = Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`x-${index}`, 'y']));
      const sent = one.request({ ':method': 'POST', ':path': '/', ...many });
      const [error] = (await once(sent, 'error')) as [Error];
      expect(error.message).to.contain('ENHANCE_YOUR_CALM');
      one.destroy();
    });

    it('cuts a body that comes too slowly', async () => {
      await listeners.close();
      await start({ requestTime: 500 });
      const one = await session();
      const sent = one.request({ ':method': 'POST', ':path': '/' });
      sent.write('a');
      sent.on('error', () => undefined);
      await once(sent, 'close');
      expect(sent.rstCode).not.to.equal(0);
      expect((await stream(one, '/', 'whole')).body).to.equal('whole');
      one.close();
    });

    it('ends a session that waits too long, and one that had its requests', async () => {
      await listeners.close();
      await start({ keepAliveTime: 20 });
      const idle = await session();
      await once(idle, 'close');
      await listeners.close();
      await start({ requestsPerConnection: 2 });
      const busy = await session();
      await Promise.all([stream(busy, '/', 'a'), stream(busy, '/', 'b'), once(busy, 'close')]);
    });

    it('finishes what is in flight when it closes, and takes nothing more', async () => {
      const one = await session();
      const slow = stream(one, '/slow', 'slow');
      await begun.given;
      const told = once(one, 'goaway');
      const closed = listeners.close();
      await told;
      release.give();
      expect((await slow).body).to.equal('slow');
      await closed;
    });
  });

  for (const version of ['HTTP/1.1', 'HTTP/2']) {
    it(`cuts off what is not finished after the grace time, over ${version}`, async () => {
      await listeners.close();
      await start({ grace: 20 });
      const answer = version === 'HTTP/2' ? stream(await session(), '/slow') : ask('/slow');
      const cut = answer.then(
        () => 'answered',
        () => 'cut',
      );
      await begun.given;
      await listeners.close();
      expect(await cut).to.equal('cut');
      release.give();
    });
  }

  describe('keeps HTTP/1.1 to the limits that it has in clear', () => {
    const head = (path: string, more = '') => `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
    /** Everything received over a connection until the server closes it. */
    async function exchange(sent: string): Promise<string> {
      const socket = await handshake({ ALPNProtocols: ['http/1.1'] });
      socket.on('error', () => undefined);
      socket.write(sent);
      return text(socket);
    }
    const restart = async (limits: Partial<ListenerLimits>) => {
      await listeners.close();
      await start({ checkInterval: 10, ...limits });
    };

    it('time for headers and bodies', async () => {
      await restart({ headersTime: 40, requestTime: 80 });
      expect(await exchange('POST / HTTP/1.1\r\nHost:')).to.match(/^HTTP\/1\.1 408 /);
      expect(await exchange(`${head('/', 'Content-Length: 9\r\n')}abc`)).to.match(/^HTTP\/1\.1 4\d\d /);
    });

    it('time between requests', async () => {
      await restart({ keepAliveTime: 20 });
      expect(await exchange(head('/', 'Content-Length: 0\r\n'))).to.match(/^HTTP\/1\.1 20[04] /);
    });

    it('length of headers, and a Host', async () => {
      await restart({ headerBytes: 1_000 });
      expect(await exchange(head('/', `X: ${'x'.repeat(1_000)}\r\n`))).to.match(/^HTTP\/1\.1 431 /);
      expect(await exchange('POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n')).to.match(/^HTTP\/1\.1 400 /);
    });

    it('two lengths, or a length and chunks, in one request', async () => {
      const lengths = 'Content-Length: 1\r\nContent-Length: 2\r\n';
      const both = 'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n';
      for (const smuggling of [lengths, both])
        expect(await exchange(`${head('/', smuggling)}0\r\n\r\n`)).to.match(/^HTTP\/1\.1 400 /);
    });

    it('connections at the same time', async () => {
      await restart({ connections: 1 });
      const first = await handshake({});
      const closed = once(first, 'close');
      expect(await exchange(head('/', 'Content-Length: 0\r\nConnection: close\r\n'))).to.match(/^HTTP\/1\.1 20[04] /);
      await closed;
    });

    it('requests over one connection, and their order', async () => {
      await restart({ requestsPerConnection: 2, keepAliveTime: 50 });
      const requests = ['one', 'two'].map((body) => head('/', `Content-Length: 3\r\n`) + body);
      const answers = await exchange(requests.join(''));
      expect(answers).to.match(/one[^]*Connection: close[^]*two$/);
    });

    it('Expect is the application’s to answer, and ends the connection', async () => {
      const answers = await exchange(head('/expect', 'Content-Length: 5\r\nExpect: 100-continue\r\n'));
      expect(answers).to.match(/^HTTP\/1\.1 501 [^]*Connection: close/i);
    });
  });

  it('cuts a connection that does not come to its handshake', async () => {
    await listeners.close();
    await start({ headersTime: 30 });
    const silent = connectTcp(port, '127.0.0.1');
    silent.on('error', () => undefined).resume();
    await once(silent, 'close');
  });

  describe('with a client certificate', () => {
    const who = (issued: Issued, more = {}) => ask('/who', '', { ...identity(issued), ...more });

    it('knows the user by the id or an address in its SAN', async () => {
      const rows: [string[], string][] = [
        [['URI:xcon-userid:alice@example.com'], 'alice'],
        [['URI:sip:Alice@example.com'], 'alice'],
        [['email:alice@example.net'], 'alice'],
        [['DNS:bot.example.com'], 'bob'],
        [['URI:sip:alice@example.com', 'email:alice@example.net', 'DNS:nobody.example.com'], 'alice'],
      ];
      for (const [names, login] of rows)
        expect((await who(ca.issue(...names))).body, names.join()).to.equal(
          `certificate xcon-userid:${login}@example.com`,
        );
    });

    it('knows nobody by names of several users, of none, or without names', async () => {
      for (const names of [['URI:sip:alice@example.com', 'DNS:bot.example.com'], ['DNS:other.example.com'], []])
        expect((await who(ca.issue(...names))).body).to.equal('none');
    });

    it('knows nobody by a certificate of another CA', async () => {
      const other = new CertificationAuthority('Other');
      expect((await who(other.issue('URI:sip:alice@example.com'))).body).to.equal('none');
      other.close();
    });

    it('goes by the Authorization header where there is one', async () => {
      const alice = ca.issue('URI:sip:alice@example.com');
      const headers = { authorization: basic('bob', 'bobs') };
      expect((await who(alice, { headers })).body).to.equal('Basic xcon-userid:bob@example.com');
      headers.authorization = basic('bob', 'wrong');
      expect((await who(alice, { headers })).body).to.equal('refused');
    });

    it('asks for it no more than once in a connection', async () => {
      const one = connectHttp2(`https://localhost:${port}`, {
        ca: ca.pem,
        ...identity(ca.issue('DNS:bot.example.com')),
      });
      for (const body of ['a', 'b']) expect((await stream(one, '/who', body)).body).to.match(/^certificate .*bob/);
      one.close();
    });
  });

  describe('takes a new certificate without a pause', () => {
    const served = async () => {
      const socket = await handshake({});
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };

    it('when it is told to, while connections go on', async () => {
      const before = await served();
      const one = await session();
      install(ca.issue('DNS:localhost'));
      expect(await served()).to.equal(before);
      await listeners.reload();
      expect(await served()).not.to.equal(before);
      expect(listeners.certificateUntil).to.be.closeTo(Date.now() / 1_000 + 2 * 86_400, 3_600);
      expect((await stream(one, '/', 'still here')).body).to.equal('still here');
      one.close();
    });

    it('when the files change', async () => {
      await listeners.close();
      await start({}, 5);
      const before = await served();
      install(ca.issue('DNS:localhost'));
      while ((await served()) === before);
    });

    it('and keeps the old one while the new one is broken, and says so once', async () => {
      const before = await served();
      const broken = [
        () => copyFileSync(ca.issue('DNS:localhost').certificate, files.certificate), // of another key
        () => writeFileSync(files.certificate, 'nonsense'),
        () => rmSync(files.certificate),
        () => install(ca.issue()), // without a name
      ];
      for (const [times, breakIt] of broken.entries()) {
        breakIt();
        await listeners.reload();
        await listeners.reload();
        expect(await served()).to.equal(before);
        expect(logged.filter(({ level }) => level === 50)).to.have.length(times + 1);
      }
      install(ca.issue('DNS:localhost'));
      await listeners.reload();
      expect(await served()).not.to.equal(before);
    });

    it('but does not start with one that can not be used', async () => {
      const other = ca.issue('DNS:localhost');
      for (const wrong of [
        { ...server, key: other.key },
        { ...server, certificate: join(folder, 'absent') },
        ca.issue(),
      ]) {
        const error = await readCertificates(wrong).catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(UnusableCertificate);
      }
    });
  });
});
