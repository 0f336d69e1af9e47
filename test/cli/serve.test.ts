import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { encodeRequest } from '../../lib/ccmp/codec/request.ts';
import { CertificationAuthority } from '../support/certificates.ts';
import { plenary, serve, type RunningServer } from '../support/command.ts';

describe('plenary serve', function () {
  this.timeout(180_000); // each command is a process of its own

  let data = '';
  let server: RunningServer | undefined;

  beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'plenary-serve-'))));
  afterEach(async () => {
    server?.process.kill('SIGKILL');
    await server?.ended;
    server = undefined;
    rmSync(data, { recursive: true });
  });

  const begin = async (...args: string[]): Promise<RunningServer> =>
    (server = await serve(['--demo', '--data', data, ...args]));

  const connection = async ({ url }: RunningServer): Promise<Socket> => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };

  /** A request whose body is not there yet; the answer before it shows that the server has got that far. */
  const halfRequest = async (running: RunningServer): Promise<Socket> => {
    const socket = await connection(running);
    const head =
      'POST /ccmp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/ccmp+xml\r\nContent-Length: 4\r\n\r\n';
    socket.write(`GET /ccmp HTTP/1.1\r\nHost: localhost\r\n\r\n${head}`);
    await once(socket, 'data');
    return socket;
  };

  it('tells where it serves and what', async () => {
    const { url, stop } = await begin();
    expect(url).to.match(/^http:\/\/127\.0\.0\.1:\d+\/ccmp$/);
    expect(new URL(url).port).not.to.equal('0');
    const { stdout, code } = await stop();
    expect(code).to.equal(0);
    for (const told of ['example.com', 'alice, bob, carol; password demo', data]) expect(stdout).to.include(told);
  });

  it('[Z14] keeps what is in the data directory for its owner', async () => {
    await begin();
    for (const file of ['plenary.db', 'plenary.key', 'admin.sock']) {
      expect(statSync(join(data, file)).mode & 0o777, file).to.equal(0o600);
    }
  });

  it('starts again on what it left, also after it was killed', async () => {
    const first = await begin();
    first.process.kill('SIGKILL');
    await first.ended;
    const key = readFileSync(join(data, 'plenary.key'));
    await begin();
    expect(readFileSync(join(data, 'plenary.key'))).to.deep.equal(key);
    const { stdout } = await plenary(['user', 'list', '--data', data, '--json']);
    expect((JSON.parse(stdout) as { login: string }[]).map(({ login }) => login)).to.deep.equal([
      'alice',
      'bob',
      'carol',
    ]);
  });

  it('ends on SIGTERM: takes no new requests, lets those in flight finish, and closes the store', async () => {
    const running = await begin();
    const ending = running.logged('ending');
    const inFlight = await halfRequest(running);
    running.process.kill('SIGTERM');
    await ending;
    const refused = connect(Number(new URL(running.url).port), '127.0.0.1');
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('ECONNREFUSED');
    const answer = text(inFlight);
    inFlight.write('<a/>');
    expect(await answer).to.match(/^HTTP\/1\.1 200 OK\r\n/);
    const { code } = await running.ended;
    expect(code).to.equal(0);
    const { code: whole } = await plenary(['check', '--data', data, '--domain', 'example.com']);
    expect(whole, 'the store can be opened and is whole').to.equal(0);
  });

  it('takes a new certificate on SIGHUP and goes on', async () => {
    const authority = new CertificationAuthority();
    const files = { certificate: join(data, 'tls.pem'), key: join(data, 'tls.key') };
    const install = (): void => {
      const issued = authority.issue('DNS:localhost');
      for (const name of ['certificate', 'key'] as const) copyFileSync(issued[name], files[name]);
    };
    install();
    const settings = ['https.listen=127.0.0.1:0', `https.certificate=${files.certificate}`, `https.key=${files.key}`];
    const running = await begin(...settings.flatMap((setting) => ['--set', setting]));
    const port = Number(new URL(await running.told(/^over TLS +(\S+)$/m)).port);
    const serialNumber = async (): Promise<string> => {
      const socket = connectTls({ host: 'localhost', port, ca: authority.pem });
      await once(socket, 'secureConnect');
      const { serialNumber: number } = socket.getPeerCertificate();
      socket.destroy();
      return number;
    };
    const before = await serialNumber();
    install();
    const taken = running.logged('took a new certificate');
    running.process.kill('SIGHUP');
    await taken;
    expect(await serialNumber()).not.to.equal(before);
    expect((await running.stop()).code).to.equal(0);
    authority.close();
  });

  it('does not wait for those in flight after a second signal', async () => {
    const running = await begin();
    const ending = running.logged('ending');
    const inFlight = await halfRequest(running);
    inFlight.on('error', () => undefined);
    running.process.kill('SIGINT');
    await ending;
    running.process.kill('SIGINT');
    expect((await running.ended).code).to.equal(1);
  });

  it('logs one line per request with its duration and codes, and no secret', async () => {
    const running = await begin();
    const authorization = `Basic ${Buffer.from('alice:demo').toString('base64')}`;
    await fetch(running.url, { method: 'POST', headers: { authorization }, body: 'x' });
    const subject = { username: 'alice@example.com', password: 'demo' };
    const call = {
      confUserID: 'xcon-userid:alice@example.com',
      confObjID: 'xcon:none@example.com',
      conferencePassword: '4711',
    };
    for (const fields of [{ subject }, { subject: { ...subject, password: 'wrong word' } }]) {
      const body = encodeRequest({ type: 'conf', operation: 'retrieve', ...call, ...fields });
      await fetch(running.url, { method: 'POST', headers: { 'content-type': 'application/ccmp+xml' }, body });
    }
    const { stderr } = await running.stop();
    const requests = stderr.split('\n').filter((line) => line.includes('"msg":"request"'));
    const told = requests.map((line) => JSON.parse(line) as Record<string, unknown>);
    for (const { method, path, duration } of told) {
      expect({ method, path }).to.deep.equal({ method: 'POST', path: '/ccmp' });
      expect(duration).to.be.a('number');
    }
    expect(told.map(({ status, code }) => [status, code])).to.deep.equal([
      [406, undefined],
      [200, 404],
      [200, 424],
    ]);
    for (const secret of [authorization.slice('Basic '.length), 'demo"', 'wrong word', '4711'])
      expect(stderr).not.to.include(secret);
  });

  it('holds its data directory alone', async () => {
    await begin();
    const { code, stderr } = await plenary(['serve', '--demo', '--data', data, '--http', '127.0.0.1:0']);
    expect({ code, stderr }).to.deep.equal({
      code: 1,
      stderr: `plenary: the data directory ${data} is in use by another process\n`,
    });
  });

  it('makes no demonstration of a data directory with users of its own', async () => {
    const add = ['user', 'add', 'dora', '--data', data, '--domain', 'example.com'];
    expect((await plenary(add, { input: 'secret of dora\n' })).code).to.equal(0);
    const { code, stderr } = await plenary(['serve', '--demo', '--data', data, '--http', '127.0.0.1:0']);
    expect(code).to.equal(2);
    expect(stderr).to.include('users of its own');
    const { stdout } = await plenary(['user', 'list', '--json', '--data', data, '--domain', 'example.com']);
    expect(JSON.parse(stdout)).to.have.length(1);
  });

  it('ends when its address is taken', async () => {
    const { url } = await begin();
    const other = mkdtempSync(join(tmpdir(), 'plenary-serve-'));
    const { host } = new URL(url);
    const { code, stderr } = await plenary(['serve', '--demo', '--data', other, '--http', host]);
    rmSync(other, { recursive: true });
    expect(code).to.equal(1);
    expect(stderr).to.include('EADDRINUSE').and.include(host);
  });

  it('refuses to start with a setting that is wrong, and names it', async () => {
    const rows: [string[], Record<string, string>, string][] = [
      [['--demo', '--http', '0.0.0.0:0'], {}, 'http.listen (flag --http)'],
      [[], {}, 'domain (not set)'],
      [['--demo', '--set', 'http.port=1'], {}, 'http.port (flag --set)'],
      [['--demo'], { PLENARY_XML_DEPTH: 'deep' }, 'xml.depth (environment PLENARY_XML_DEPTH)'],
      [['--demo', '--config', join(data, 'absent')], {}, `config (file ${join(data, 'absent')})`],
    ];
    await Promise.all(
      rows.map(async ([args, environment, named]) => {
        const { code, stderr } = await plenary(['serve', '--data', data, ...args], { environment });
        expect(stderr).to.include(named);
        expect(code).to.equal(2);
      }),
    );
  });
});
