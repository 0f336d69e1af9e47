import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { loadConfig, loadSetting, section, SETTINGS, type SettingName } from '../lib/config.ts';
import { fromFlag, InvalidSetting, variableOf } from '../lib/config/sources.ts';
import { bodyDefaults } from '../lib/http/body.ts';
import { listenerDefaults } from '../lib/http/listener-limits.ts';

const names = Object.keys(SETTINGS) as SettingName[];
const numbers = names.filter((name) => SETTINGS[name].type.startsWith('integer'));
const home = fromFlag('domain=example.com');

describe('settings', () => {
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'plenary-config-'))));
  after(() => rmSync(folder, { recursive: true }));

  const file = (settings: unknown): string => {
    const path = join(folder, 'settings.json');
    writeFileSync(path, typeof settings === 'string' ? settings : JSON.stringify(settings));
    return path;
  };

  it('have defaults that pass their own checks', () => {
    const config = loadConfig({ flags: [home] });
    expect(Object.keys(config)).to.deep.equal(names);
    expect(config['http.listen']).to.deep.equal({ address: '127.0.0.1', port: 8080 });
    expect(config.domains).to.deep.equal([]);
    for (const name of numbers) expect(config[name], name).to.be.a('number');
  });

  it('come from the file, over it the environment, over that the flags', () => {
    fc.assert(
      fc.property(fc.constantFrom(...numbers), fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()), (name, given) => {
        const value = Number(SETTINGS[name].default);
        const [inFile, inEnvironment, inFlags] = given;
        const config = loadConfig({
          file: file({ domain: 'example.com', ...(inFile && { [name]: value + 1 }) }),
          environment: inEnvironment ? { [variableOf(name)]: String(value + 2) } : {},
          flags: inFlags ? [fromFlag(`${name}=${value + 3}`)] : [],
        });
        const steps = inFlags ? 3 : inEnvironment ? 2 : inFile ? 1 : 0;
        // Where a greatest value is set, the default is well below it.
        expect(config[name]).to.equal(value + steps);
      }),
      { numRuns: 60 },
    );
  });

  it('send no password in clear, and offer no TLS without a certificate', () => {
    const mail = (server: string, tls?: string) =>
      loadConfig({
        flags: [home, ...[`mail.server=${server}`, 'mail.user=x', ...(tls ? [`mail.tls=${tls}`] : [])].map(fromFlag)],
      });
    expect(mail('smtp.example.com:587')['mail.tls']).to.equal('required');
    for (const tls of ['none', 'offered']) {
      expect(() => mail('smtp.example.com:587', tls)).to.throw(InvalidSetting, 'mail.tls');
      for (const own of ['127.0.0.1:25', 'localhost:25', '[::1]:25']) expect(mail(own, tls)['mail.user']).to.equal('x');
    }
    expect(() => loadConfig({ flags: [home, fromFlag('mail.listenTls=offered')] })).to.throw('https.certificate');
  });

  it('are nested objects in a file', () => {
    const config = loadConfig({
      file: file({ domain: 'Example.COM', domains: ['a.example'], http: { listen: '[::1]:0' } }),
    });
    expect(config.domain).to.equal('example.com');
    expect(config.domains).to.deep.equal(['a.example']);
    expect(config['http.listen']).to.deep.equal({ address: '::1', port: 0 });
  });

  it('take a list with commas from the environment', () => {
    const config = loadConfig({
      environment: { PLENARY_DOMAIN: 'example.com', PLENARY_DOMAINS: 'a.example, b.example' },
    });
    expect(config.domains).to.deep.equal(['a.example', 'b.example']);
  });

  it('are handed to each part under the names that it uses', () => {
    const { listen, bodyBytes, trustedProxies, forwardedHeader, ...limits } = section(
      loadConfig({ flags: [home] }),
      'http',
    );
    expect(limits).to.deep.equal(listenerDefaults);
    expect([listen.port, bodyBytes]).to.deep.equal([8080, bodyDefaults.bytes]);
    expect([trustedProxies, forwardedHeader]).to.deep.equal([[], 'X-Forwarded-For']);
  });

  it('have one variable each', () => {
    expect(variableOf('http.requestsPerConnection')).to.equal('PLENARY_HTTP_REQUESTS_PER_CONNECTION');
    expect(new Set(names.map(variableOf)).size).to.equal(names.length);
  });

  const refusal = (load: () => unknown): InvalidSetting => {
    try {
      load();
    } catch (error) {
      if (error instanceof InvalidSetting) return error;
      throw error;
    }
    throw new Error('it was accepted');
  };

  it('that are wrong are named with their source and what is wrong', () => {
    const rows: [() => unknown, string][] = [
      [() => loadConfig({}), 'domain (not set): has no default; give --set domain=… or PLENARY_DOMAIN'],
      [
        () => loadConfig({ flags: [home], environment: { PLENARY_HTTP_HEADERS: 'many' } }),
        'http.headers (environment PLENARY_HTTP_HEADERS): "many" is not a whole number',
      ],
      [
        () => loadConfig({ flags: [home, fromFlag('http.listen=8080')] }),
        'http.listen (flag --set): "8080" is not ADDRESS:PORT, for example 127.0.0.1:8080 or [::1]:8080',
      ],
      [
        () => loadConfig({ flags: [fromFlag('domain=no domain')] }),
        'domain (flag --set): "no domain" is not a domain like example.com',
      ],
      [
        () => loadConfig({ flags: [home, fromFlag('ccmp.path=ccmp')] }),
        'ccmp.path (flag --set): "ccmp" is not a path like /ccmp',
      ],
      [() => fromFlag('domain'), 'domain (flag --set): is not name=value'],
    ];
    for (const [load, message] of rows) expect(refusal(load).message).to.equal(message);
    const path = file({ domain: 'example.com', http: { grace: 0.5 } });
    expect(refusal(() => loadConfig({ file: path })).message).to.equal(
      `http.grace (file ${path}): 0.5 is not a whole number`,
    );
  });

  it('that do not exist are refused, wherever they stand', () => {
    expect(refusal(() => loadConfig({ flags: [home, fromFlag('http.port=1')] })).setting).to.equal('http.port');
    expect(refusal(() => loadConfig({ flags: [home, fromFlag('toString=1')] })).setting).to.equal('toString');
    expect(refusal(() => loadConfig({ environment: { PLENARY_DOMAN: 'a.example' } })).setting).to.equal(
      'PLENARY_DOMAN',
    );
    expect(refusal(() => loadConfig({ file: file({ http: { port: 1 } }) })).setting).to.equal('http.port');
  });

  it('need a file that is a JSON object', () => {
    for (const wrong of ['{', '[]', '"http"']) {
      expect(refusal(() => loadConfig({ file: file(wrong) })).setting).to.equal('config');
    }
    expect(refusal(() => loadConfig({ file: join(folder, 'absent.json') })).message).to.include('ENOENT');
  });

  it('of TLS need a certificate and its key', () => {
    const listen = fromFlag('https.listen=127.0.0.1:0');
    const certificate = fromFlag('https.certificate=a.pem');
    expect(refusal(() => loadConfig({ flags: [home, listen] })).setting).to.equal('https.certificate');
    expect(refusal(() => loadConfig({ flags: [home, listen, certificate] })).setting).to.equal('https.key');
    expect(loadConfig({ flags: [home, certificate] })['https.listen']).to.equal(undefined);
  });

  it('of addresses, origins and URLs are checked', () => {
    const wrong = ['http.trustedProxies=localhost', 'cors.origins=https://a.example/', 'ccmp.redirect=ftp://a.example'];
    for (const one of [...wrong, 'sip.outboundProxy=tel:+1234', 'sip.outboundProxy=sip:'])
      expect(refusal(() => loadConfig({ flags: [home, fromFlag(one)] })).message).to.match(/is not|Malformed/);
    const proxied = loadConfig({ flags: [home, fromFlag('sip.outboundProxy=sip:proxy.example;transport=tcp')] });
    expect(proxied['sip.outboundProxy']?.toString()).to.equal('sip:proxy.example;transport=tcp');
    const flags = [
      home,
      fromFlag('http.trustedProxies=10.0.0.0/8, ::1'),
      fromFlag('cors.origins=https://a.example:8443'),
    ];
    const config = loadConfig({ flags });
    expect(config['http.trustedProxies']).to.deep.equal(['10.0.0.0/8', '::1']);
    expect(config['cors.origins']).to.deep.equal(['https://a.example:8443']);
  });

  it('can be read one by one where the others do not matter', () => {
    expect(loadSetting('data', { flags: [fromFlag('data=here')] })).to.equal('here');
  });

  it('ignore what the command itself takes from the environment', () => {
    const environment = {
      PLENARY_SERVER: 'http://localhost/ccmp',
      PLENARY_USER: 'a:b',
      PLENARY_CONFIG: 'x',
      PATH: '/bin',
    };
    expect(loadConfig({ flags: [home], environment })).to.have.property('domain', 'example.com');
  });

  it('of a demonstration serve example.com on loopback only', () => {
    expect(loadConfig({ demo: true }).domain).to.equal('example.com');
    const open = () => loadConfig({ demo: true, environment: { PLENARY_HTTP_LISTEN: '0.0.0.0:8080' } });
    expect(refusal(open).message).to.match(/^http\.listen \(environment PLENARY_HTTP_LISTEN\): .*loopback/);
    const flags = ['https.listen=0.0.0.0:8443', 'https.certificate=a', 'https.key=b'].map(fromFlag);
    expect(refusal(() => loadConfig({ demo: true, flags })).setting).to.equal('https.listen');
    for (const address of ['127.0.0.2:0', '[::1]:0', 'localhost:0']) {
      expect(loadConfig({ demo: true, flags: [fromFlag(`http.listen=${address}`)] })).to.have.property('http.listen');
    }
  });
});
