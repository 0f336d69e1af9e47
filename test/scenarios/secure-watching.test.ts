import { expect } from 'chai';
import { once } from 'node:events';
import { connect } from 'node:tls';
import { title } from '../support/messages.ts';
import { CertificationAuthority } from '../support/certificates.ts';
import { Phone } from '../support/phone.ts';
import { expectValid } from '../support/schemas.ts';
import { made, PASSWORD, TestSystem } from '../support/system.ts';

describe('a conference that is watched over TLS and WebSocket', () => {
  const authority = new CertificationAuthority();
  let system: TestSystem;
  before(async () => {
    const { certificate, key } = authority.issue('IP:127.0.0.1');
    system = await TestSystem.start({
      'sip.tls': '127.0.0.1:0',
      'sip.ws': '127.0.0.1:0',
      'sip.wss': '127.0.0.1:0',
      'https.certificate': certificate,
      'https.key': key,
      'notification.minInterval': 1,
    });
  });
  after(async () => {
    await system.close();
    authority.close();
  });

  for (const protocol of ['tls', 'ws', 'wss'] as const)
    it(`[N29] is told of over the connection of the subscriber (${protocol}), who believes the certificate`, async () => {
      const uri = made(await system.as('alice').clones('xcon:default@example.com'));
      const target = system.sip(uri.slice('xcon:'.length).replace(/@.*/, ''), protocol);
      const phone = Phone.openSecure('alice', PASSWORD, authority.pem, protocol);
      const watch = await phone.watches(target);
      const first = await watch.next();
      expectValid('conference-info', first.body);
      expect(first.request.vias[0]?.toString()).to.match(new RegExp(`^SIP/2\\.0/${protocol.toUpperCase()} `));
      await system.as('alice').updates(uri, title('In private'));
      expect((await watch.next()).body).to.include('In private');
      const views = await system.administration.subscriptions();
      const view = views.find(({ conference }) => conference === uri);
      expect(view).to.include({ transport: `sip over ${protocol}` });
      await phone.close();
    });

  it('[N29] is not told to one who does not believe it', async () => {
    const other = new CertificationAuthority('Another CA');
    const port = Number(/:(\d+);/.exec(system.sip('x', 'tls'))?.[1]);
    const socket = connect({ host: '127.0.0.1', port, ca: other.pem });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).to.equal('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
    other.close();
  });
});
