import { chmodSync, existsSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ADMIN_SOCKET } from '../lib/admin/administration.ts';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect } from 'node:http2';
import { request as httpsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { pino } from 'pino';
import { ccmpDefaults } from '../lib/ccmp/server.ts';
import { commitDefaults } from '../lib/conference/commits.ts';
import { controlDefaults } from '../lib/conference/control-parts.ts';
import { loadConfig, section, type Config } from '../lib/config.ts';
import { attemptLimits, ccmpSettings, controlLimits, directoryLimits } from '../lib/config/limits.ts';
import { fromFlag } from '../lib/config/sources.ts';
import { attemptDefaults } from '../lib/directory/attempts.ts';
import { directoryDefaults } from '../lib/directory/directory.ts';
import { nonceDefaults } from '../lib/http/nonce.ts';
import { SQLITE_STORE_DEFAULTS } from '../lib/store/sqlite/store.ts';
import { ConferencingSystem } from '../lib/system.ts';
import { CertificationAuthority } from './support/certificates.ts';
import { requestText } from './support/messages.ts';

const silent = pino({ level: 'silent' });
const defaults = loadConfig({ demo: true });

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.fail('it was accepted'),
    (error: unknown) => error,
  );

describe('conferencing system', () => {
  let data = '';
  let config: Config;
  beforeEach(() => {
    data = mkdtempSync(join(tmpdir(), 'plenary-system-'));
    config = loadConfig({ demo: true, flags: [fromFlag(`data=${data}`), fromFlag('http.listen=127.0.0.1:0')] });
  });
  afterEach(() => rmSync(data, { recursive: true }));

  it('holds its data directory from open to close', async () => {
    const system = await ConferencingSystem.open(config, silent);
    expect(await rejection(ConferencingSystem.open(config, silent))).to.have.property('name', 'DirectoryInUse');
    await system.close();
    await (await ConferencingSystem.open(config, silent)).close();
  });

  it('lets the data directory go when it can not be opened', async () => {
    await (await ConferencingSystem.open(config, silent)).close();
    const key = join(data, 'plenary.key');
    chmodSync(key, 0o644);
    expect(await rejection(ConferencingSystem.open(config, silent)))
      .to.have.property('message')
      .that.includes('chmod 600');
    chmodSync(key, 0o600);
    await (await ConferencingSystem.open(config, silent)).close();
  });

  it('does not start with another key than the one that sealed its users', async () => {
    const system = await ConferencingSystem.open(config, silent);
    await system.administration.addUser({ name: 'alice', password: 'secret' });
    await system.close();
    writeFileSync(join(data, 'plenary.key'), Buffer.alloc(32));
    expect(await rejection(ConferencingSystem.open(config, silent)))
      .to.have.property('message')
      .that.includes('key file');
  });

  it('does not make a new key where users need the one that is gone', async () => {
    const system = await ConferencingSystem.open(config, silent);
    await system.administration.addUser({ name: 'alice', password: 'secret' });
    await system.close();
    const key = join(data, 'plenary.key');
    unlinkSync(key);
    expect(await rejection(ConferencingSystem.open(config, silent)))
      .to.have.property('message')
      .that.includes('is gone');
    expect(existsSync(key)).to.equal(false);
  });

  it('serves CCMP and the admin socket, until it closes', async () => {
    const system = await ConferencingSystem.open(config, silent);
    expect(existsSync(join(data, ADMIN_SOCKET))).to.equal(false);
    const { ccmp } = await system.serve();
    expect((await fetch(ccmp)).status).to.equal(405);
    expect((await fetch(new URL('/', ccmp))).status).to.equal(404);
    expect(existsSync(join(data, ADMIN_SOCKET))).to.equal(true);
    await Promise.all([system.close(), system.close()]);
    expect(existsSync(join(data, ADMIN_SOCKET))).to.equal(false);
    expect(await rejection(fetch(ccmp))).to.be.instanceOf(TypeError);
  });

  it('serves CCMP over TLS too, by HTTP/1.1 and HTTP/2 [H1] [H2]', async () => {
    const authority = new CertificationAuthority();
    const { certificate, key } = authority.issue('DNS:localhost');
    const flags = [`data=${data}`, 'http.listen=127.0.0.1:0', 'https.listen=127.0.0.1:0', `https.key=${key}`];
    const tls = loadConfig({ demo: true, flags: [...flags, `https.certificate=${certificate}`].map(fromFlag) });
    const system = await ConferencingSystem.open(tls, silent);
    await system.administration.addUser({ name: 'alice', password: 'sesame' });
    const { secureCcmp = '' } = await system.serve();
    const url = new URL(secureCcmp);
    expect(url.protocol).to.equal('https:');
    const session = connect(`https://localhost:${url.port}`, { ca: authority.pem });
    const subject = { username: 'alice', password: 'sesame' };
    const body = requestText('confs', { confUserID: 'xcon-userid:alice@example.com', subject });
    const headers = { ':method': 'POST', ':path': url.pathname, 'content-type': 'application/ccmp+xml' };
    const stream = session.request(headers);
    expect(await text(stream.end(body))).to.contain('<response-code>200</response-code>');
    session.close();
    const older = httpsRequest({
      host: 'localhost',
      port: url.port,
      path: url.pathname,
      method: 'POST',
      ca: authority.pem,
      headers: { 'Content-Type': 'application/ccmp+xml' },
    });
    const [answer] = (await once(older.end(body), 'response')) as [IncomingMessage];
    expect(await text(answer)).to.contain('<response-code>200</response-code>');
    expect(answer.headers).to.have.property('strict-transport-security', 'max-age=31536000');
    await system.close();
    authority.close();
  });

  it('takes passwords through a trusted proxy when the client came to it over TLS, and tokens of an issuer', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256');
    const keys = join(data, 'issuer.pem');
    writeFileSync(keys, await exportSPKI(publicKey));
    const issuer = 'https://id.example.com';
    const settings = {
      data,
      'http.listen': '127.0.0.1:0',
      'http.trustedProxies': ['127.0.0.1'],
      'bearer.issuers': [{ issuer, audience: 'plenary', algorithm: 'ES256', keys }],
    };
    const flags = Object.entries(settings).map(([name, raw]) => ({ name, raw, source: 'test' }));
    const system = await ConferencingSystem.open(loadConfig({ demo: true, flags }), silent);
    await system.administration.addUser({ name: 'alice', password: 'sesame' });
    const { ccmp } = await system.serve();
    const body = requestText('confs', { confUserID: 'xcon-userid:alice@example.com' });
    const send = async (headers: Record<string, string>) => {
      const all = { 'Content-Type': 'application/ccmp+xml', 'X-Forwarded-For': '192.0.2.1', ...headers };
      const answer = await fetch(ccmp, { method: 'POST', headers: all, body });
      const schemes = answer.headers.get('www-authenticate')?.match(/\b(Bearer|Basic|Digest)\b/g);
      return { status: answer.status, schemes };
    };
    const secure = { 'X-Forwarded-Proto': 'https' };
    const password = { Authorization: `Basic ${Buffer.from('alice:sesame').toString('base64')}` };
    expect(await send({ ...secure, ...password })).to.include({ status: 200 });
    expect(await send(password), 'in clear').to.deep.equal({ status: 401, schemes: ['Digest', 'Digest'] });
    expect(await send(secure)).to.deep.equal({ status: 401, schemes: ['Bearer', 'Basic', 'Digest', 'Digest'] });
    const token = await new SignJWT({ sub: 'alice' })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(issuer)
      .setAudience('plenary')
      .setExpirationTime('1 minute')
      .sign(privateKey);
    expect(await send({ ...secure, Authorization: `Bearer ${token}` })).to.include({ status: 200 });
    expect((await send({ Authorization: `Bearer ${token}` })).status, 'in clear').to.equal(401);
    await system.close();
  });

  it('tells operators how it does, and that it is ready until it ends', async () => {
    const flags = [`data=${data}`, 'http.listen=127.0.0.1:0', 'admin.listen=127.0.0.1:0', 'http.drainTime=200'];
    const system = await ConferencingSystem.open(loadConfig({ demo: true, flags: flags.map(fromFlag) }), silent);
    await system.administration.addUser({ name: 'alice', password: 'sesame' });
    const { ccmp, admin = '' } = await system.serve();
    const page = async (path: string) => {
      const answer = await fetch(new URL(path, admin));
      return { status: answer.status, text: await answer.text() };
    };
    const subject = { username: 'alice', password: 'sesame' };
    const body = requestText('conf', {
      confUserID: 'xcon-userid:alice@example.com',
      operation: 'create',
      subject,
    });
    const headers = { 'Content-Type': 'application/ccmp+xml' };
    const made = await fetch(ccmp, { method: 'POST', headers, body });
    expect(await made.text()).to.contain('<response-code>200</response-code>');
    const long = await fetch(ccmp, { method: 'POST', headers, body: 'x'.repeat(2_000_000) });
    expect(long.status).to.equal(413);
    expect(await page('/readyz')).to.deep.equal({ status: 200, text: 'ready\n' });
    expect(await page('/healthz')).to.deep.equal({ status: 200, text: 'alive\n' });
    const { text: metrics } = await page('/metrics');
    for (const line of [
      'plenary_requests_seconds_count{type="conf",operation="create",code="200",status="200"} 1',
      'plenary_commits_total 1',
      'plenary_flush_seconds_count 1',
      'plenary_limits_crossed_total{limit="http.bodyBytes"} 1',
      'plenary_requests_in_flight 0',
      'plenary_remembered{of="nonces"} 0',
    ])
      expect(metrics.split('\n')).to.include(line);
    expect(metrics).to.match(/^nodejs_eventloop_lag_p99_seconds \d/m);
    const closed = system.close();
    expect(await page('/readyz')).to.deep.equal({ status: 503, text: 'not ready: the server is ending\n' });
    expect((await page('/healthz')).status).to.equal(200);
    expect((await fetch(ccmp, { method: 'POST', headers, body })).status).to.equal(503);
    await closed;
    expect(await rejection(page('/healthz'))).to.be.instanceOf(TypeError);
  });

  it('ships its blueprints once: what an administrator removed stays away', async () => {
    const uris = async ({ administration }: ConferencingSystem): Promise<string[]> =>
      (await administration.blueprints()).map(({ uri }) => uri).sort();
    const all = ['audio-video', 'closed', 'default', 'webinar'].map((id) => `xcon:${id}@example.com`);
    const first = await ConferencingSystem.open(config, silent);
    expect(await uris(first)).to.deep.equal(all);
    await first.administration.removeBlueprint({ uri: 'xcon:webinar@example.com' });
    await first.close();
    const second = await ConferencingSystem.open(config, silent);
    expect(await uris(second)).to.deep.equal(all.slice(0, 3));
    await second.close();
  });

  it('gives each part, without settings, the limits that it documents', () => {
    const store = { ...section(defaults, 'store'), logVersions: defaults['log.versions'] };
    expect(store).to.deep.equal(SQLITE_STORE_DEFAULTS);
    const control = { ...controlLimits(defaults), ...section(defaults, 'conference') };
    expect(control).to.deep.equal({ ...controlDefaults, ...commitDefaults });
    expect(section(defaults, 'nonces')).to.deep.equal(nonceDefaults);
    expect(ccmpSettings(defaults)).to.deep.equal(ccmpDefaults);
    expect(attemptLimits(defaults)).to.deep.include(attemptDefaults);
    expect(directoryLimits(defaults)).to.deep.equal(directoryDefaults);
  });
});
