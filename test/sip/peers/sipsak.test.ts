import { expect } from 'chai';
import { SipUri } from '../../../lib/sip/message/index.ts';
import { Program } from './program.ts';
import { PeerServer } from './server.ts';

for (const transport of ['udp', 'tcp'] as const) {
  describe(`sipsak over ${transport}`, () => {
    let server: PeerServer;
    let sipsak: Program | undefined;

    beforeEach(async () => (server = await PeerServer.open({ algorithms: ['MD5'] })));
    afterEach(async () => {
      await sipsak?.stop();
      await server.close();
      expect(server.errors).to.deep.equal([]);
    });

    const runs = (...options: string[]): Promise<string> => {
      sipsak = new Program('sipsak', () => ['-E', transport, '-H', '127.0.0.1', '-v', '-v', ...options]);
      return sipsak.succeeds();
    };

    it('asks what we can do', async () => {
      const heard = await runs('-s', `sip:bob@${server.address}`);
      expect(heard)
        .to.match(/SIP\/2\.0 200 OK/)
        .and.match(/Allow: .*INVITE/);
    });

    it('registers by digest', async () => {
      const contact = ['-C', 'sip:alice@192.0.2.7:5060', '-x', '600'];
      await runs('-U', ...contact, '-a', 'secret', '-s', `sip:alice@${server.address}`);
      const [device] = server.registrar.locations(SipUri.of({ user: 'alice', host: '127.0.0.1' }));
      expect(device?.[0].uri.toString()).to.equal('sip:alice@192.0.2.7:5060');
    });
  });
}
