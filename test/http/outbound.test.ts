import { expect } from 'chai';
import { ForbiddenTarget, Outbound } from '../../lib/http/outbound.ts';

const PUBLIC = { address: '8.8.8.8', family: 4 };

describe('requests to URLs that others name', () => {
  const outbound = (answers: readonly { address: string; family: number }[], allowed: readonly string[] = []) =>
    new Outbound({ resolve: () => Promise.resolve(answers), allowed, own: () => ['9.9.9.9', '2a00::9'] });

  const verdict = (one: Outbound, url: string): Promise<string> =>
    one.addressesOf(new URL(url)).then(
      (addresses) => addresses.map(({ address }) => address).join(' '),
      (error: unknown) => (error instanceof ForbiddenTarget ? 'forbidden' : Promise.reject(error as Error)),
    );

  it('go to addresses of the public Internet, by https', async () => {
    expect(await verdict(outbound([PUBLIC]), 'https://example.com/')).to.equal('8.8.8.8');
    expect(await verdict(outbound([]), 'https://1.1.1.1/')).to.equal('1.1.1.1');
    expect(await verdict(outbound([]), 'https://[2606:4700::1]/')).to.equal('2606:4700::1');
  });

  for (const url of [
    ...['http://example.com/', 'http://8.8.8.8/', 'ftp://8.8.8.8/', 'file:///etc/passwd', 'https://user:pw@8.8.8.8/'],
    ...['https://127.0.0.1/', 'https://2130706433/', 'https://0x7f.1/', 'https://0/', 'https://10.1.2.3/'],
    ...['https://172.31.0.1/', 'https://192.168.1.1/', 'https://169.254.169.254/', 'https://100.64.0.1/'],
    ...['https://224.0.0.1/', 'https://255.255.255.255/', 'https://[::1]/', 'https://[::]/', 'https://[fe80::1]/'],
    ...['https://[fd00::1]/', 'https://[::ffff:127.0.0.1]/', 'https://[::ffff:8.8.8.8]/', 'https://[64:ff9b::7f00:1]/'],
    ...['https://[2002:7f00:1::]/', 'https://[::127.0.0.1]/', 'https://[ff02::1]/', 'https://9.9.9.9/'],
    ...['https://[2a00::9]/'],
  ]) {
    it(`do not go to ${url}`, async () => {
      expect(await verdict(outbound([PUBLIC]), url)).to.equal('forbidden');
    });
  }

  it('do not go where one of the addresses of a name is closed, whichever it is', async () => {
    for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '9.9.9.9', '0.0.0.0', 'no address'])
      for (const answers of [
        [PUBLIC, { address, family: 4 }],
        [{ address, family: 4 }, PUBLIC],
      ])
        expect(await verdict(outbound(answers), 'https://example.com/'), address).to.equal('forbidden');
    for (const address of ['::1', 'fe80::1%eth0', '::ffff:10.0.0.1', '64:ff9b::a00:1'])
      expect(await verdict(outbound([{ address, family: 6 }]), 'https://example.com/'), address).to.equal('forbidden');
    expect(await verdict(outbound([]), 'https://example.com/')).to.equal('forbidden');
  });

  it('go to closed networks that the administrator allows, and to loopback without TLS', async () => {
    const open = outbound([{ address: '10.0.0.7', family: 4 }], ['10.0.0.0/24', '127.0.0.1']);
    expect(await verdict(open, 'https://hooks.internal/')).to.equal('10.0.0.7');
    expect(await verdict(open, 'http://127.0.0.1:99/')).to.equal('127.0.0.1');
    expect(await verdict(open, 'http://10.0.0.7/')).to.equal('forbidden');
    expect(await verdict(open, 'http://127.0.0.2/')).to.equal('forbidden');
    expect(await verdict(open, 'https://10.0.1.7/')).to.equal('forbidden');
  });
});
