import { expect } from 'chai';
import { listenerDefaults, MailListener } from '../../../lib/calendar/mail/listener.ts';
import { formatAddress, parseAddress } from '../../../lib/http/address.ts';
import { CertificationAuthority, identity } from '../../support/certificates.ts';
import { handIn } from './mail-server.ts';

describe('the mailbox', () => {
  let old: CertificationAuthority;
  let fresh: CertificationAuthority;
  before(() => {
    old = new CertificationAuthority('An old CA');
    fresh = new CertificationAuthority('A new CA');
  });
  after(() => [old, fresh].forEach((authority) => authority.close()));

  let listener: MailListener;
  beforeEach(() => {
    listener = new MailListener({
      accepts: () => true,
      take: () => Promise.resolve(),
      ...{ trusted: ['127.0.0.1'], authservId: undefined, domain: 'example.com', limits: listenerDefaults },
      onError: (error) => {
        throw error;
      },
    });
  });
  afterEach(() => listener.close());

  const mail = { from: 'x@y.example', to: 'meet@example.com', raw: 'From: <x@y.example>\n\nHello.\n' };
  for (const [how, tls] of [
    ['required', 'starttls'],
    ['implicit', 'implicit'],
  ] as const) {
    it(`shows another certificate as soon as it has one, where TLS is ${how}`, async () => {
      const tlsOf = (authority: CertificationAuthority) => ({ how, ...identity(authority.issue('IP:127.0.0.1')) });
      const address = formatAddress(await listener.listen(parseAddress('127.0.0.1:0'), tlsOf(old)));
      const taken = async (): Promise<number[]> => [
        await handIn(address, mail, { tls, ca: old.pem }),
        await handIn(address, mail, { tls, ca: fresh.pem }),
      ];
      expect(await taken()).to.deep.equal([250, 0]);
      listener.reload(tlsOf(fresh));
      expect(await taken()).to.deep.equal([0, 250]);
    });
  }
});
