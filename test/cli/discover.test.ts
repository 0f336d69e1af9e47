import { Resolver } from 'node:dns/promises';
import { expect } from 'chai';
import { discover } from '../../lib/ccmp/client/discovery.ts';
import { naptrBy } from '../../lib/cli/discover.ts';
import { plenary } from '../support/command.ts';
import { DnsServer, type NaptrData, type Zone } from '../support/dns-server.ts';

const to = (url: string, rest: NaptrData = {}): NaptrData => ({ flags: 'u', regexp: `!.*!${url}!`, ...rest });
const A = 'https://a.example.com/ccmp';
const B = 'https://b.example.com/ccmp';
const C = 'http://c.example.com/ccmp';

describe('the discovery of a conference server', () => {
  let server: DnsServer;
  before(async () => (server = await DnsServer.start()));
  after(() => server.close());

  const found = async (zone: Readonly<Record<string, Zone extends ReadonlyMap<string, infer T> ? T : never>>) => {
    server.zone = new Map(Object.entries(zone));
    server.asked.length = 0;
    const resolver = new Resolver({ timeout: 10_000, tries: 1 });
    resolver.setServers([server.address]);
    return (await discover('Example.com.', naptrBy(resolver))).map(({ href }) => href);
  };

  it('[D1, D2] follows a delegation to the URL, as RFC 6503 figure 29 prints it and as it means it', async () => {
    for (const regexp of ['!*.!https://confs.example.com/!', '!.*!https://confs.example.com/!']) {
      const urls = await found({
        'example.com': [{ replacement: 'outsource.example.com' }],
        'outsource.example.com': [{ flags: 'u', regexp }],
      });
      expect(urls).to.deep.equal(['https://confs.example.com/']);
      expect(server.asked).to.deep.equal(['example.com', 'outsource.example.com']);
    }
  });

  it('[D1] takes the service of RFC 6503 and that of RFC 4848, in any case, and no other', async () => {
    for (const service of ['xcon-ccmp', 'XCON:CCMP', 'XCON:other:ccmp'])
      expect(await found({ 'example.com': [to(A, { service })] }), service).to.deep.equal([A]);
    for (const service of ['', 'XCON', 'XCON:', 'SIP+D2U', 'XCON-CCMP2', 'CCMP:XCON', 'XCON+CCMP'])
      expect(await found({ 'example.com': [to(A, { service })] }), service).to.deep.equal([]);
  });

  it('goes by order, then by preference; a later order is for when nothing before it leads anywhere', async () => {
    const later = to(C, { order: 200, preference: 1 });
    const both = [later, to(B, { preference: 20 }), to(A, { preference: 10 })];
    expect(await found({ 'example.com': both })).to.deep.equal([A, B]);
    expect(await found({ 'example.com': [later, { order: 100, replacement: 'nowhere.example.com' }] })).to.deep.equal([
      C,
    ]);
    expect(await found({ 'example.com': [to(A), to(A, { preference: 30 })] })).to.deep.equal([A]);
  });

  it('finds nothing where there is no name, no record and no other flag', async () => {
    expect(await found({})).to.deep.equal([]);
    expect(await found({ 'example.com': [] })).to.deep.equal([]);
    for (const flags of ['s', 'a', 'p', 'uu', 'x'])
      expect(await found({ 'example.com': [to(A, { flags })] }), flags).to.deep.equal([]);
  });

  it('[D2] passes over expressions that are none and URLs that are not of HTTP', async () => {
    for (const regexp of [
      ...['', '!', '!!', '!!!', '!.*!!', `!.*!${A}`, `.*!${A}!`, `!.*!${A}!i`, `!.*!${A}!${B}!`, `/.*/${A}/`],
      ...[`!^.*$!${A}!`, `!(.*)!${A}/\\1!`, '!.*!javascript:alert(1)!', '!.*!file:///etc/passwd!', '!.*!ftp://a/!'],
      ...[
        '!.*!https://!',
        '!.*!https://root:x@a.example.com/!',
        '!.*! https://a.example.com/!',
        '!.*!//a.example.com/!',
      ],
    ])
      expect(await found({ 'example.com': [to('', { regexp })] }), regexp).to.deep.equal([]);
    // What is wrong does not hide what is right.
    expect(await found({ 'example.com': [to('ftp://a/', { preference: 1 }), to(B)] })).to.deep.equal([B]);
  });

  it('ends where delegations go round or never end', async () => {
    expect(
      await found({
        'example.com': [{ replacement: 'other.example.com' }],
        'other.example.com': [{ replacement: 'EXAMPLE.com' }, to(B, { preference: 20 })],
      }),
    ).to.deep.equal([B]);
    expect(server.asked).to.have.length(2);
    const endless = Array.from(
      { length: 30 },
      (_, at) => [`z${at}.example.com`, [{ replacement: `z${at + 1}.example.com` }]] as const,
    );
    expect(
      await found({ 'example.com': [{ replacement: 'z0.example.com' }], ...Object.fromEntries(endless) }),
    ).to.deep.equal([]);
    expect(server.asked).to.have.length(10);
  });

  it('fails where the server refuses, or sends what is no answer', async () => {
    for (const answer of ['refused', Buffer.from([0xc0, 12, 0, 35, 0, 1]), Buffer.alloc(40, 0xff)] as const) {
      const outcome = await found({ 'example.com': answer }).then(
        () => 'found',
        (error: unknown) => (error as NodeJS.ErrnoException).code,
      );
      expect(outcome).to.be.oneOf(['EREFUSED', 'EBADRESP', 'ESERVFAIL', 'EFORMERR']);
    }
  });

  it('[D1] is a command: it prints the URL, or says that there is none', async function () {
    this.timeout(120_000); // each command is a process of its own
    server.zone = new Map([['example.com', [to(A)]]]);
    const run = (...args: string[]) => plenary(['discover', ...args, '--server', server.address]);
    expect(await run('example.com')).to.include({ code: 0, stdout: `${A}\n`, stderr: '' });
    const json = await run('example.com', '--json');
    expect(JSON.parse(json.stdout)).to.deep.equal({ domain: 'example.com', urls: [A] });
    const none = await run('example.org');
    expect(none).to.include({ code: 1, stdout: '' });
    expect(none.stderr).to.include('example.org names no conference server');
    server.zone = new Map([['example.com', 'refused']]);
    expect(await run('example.com')).to.include({ code: 3, stdout: '' });
    expect((await plenary(['discover', 'example.com', '--server', 'nonsense'])).code).to.equal(2);
  });
});
