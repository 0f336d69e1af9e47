import { expect } from 'chai';
import { baresip } from './baresip.ts';
import type { Program } from './program.ts';
import { PeerServer } from './server.ts';

for (const transport of ['udp', 'tcp'] as const) {
  describe(`baresip over ${transport}`, () => {
    let server: PeerServer;
    let phone: Program | undefined;

    // Of this age it gives up where SHA-256 is offered, even beside MD5.
    beforeEach(async () => (server = await PeerServer.open({ algorithms: ['MD5'], challengesCalls: true })));
    afterEach(async () => {
      await phone?.stop();
      await server.close();
      expect(server.errors).to.deep.equal([]);
    });

    it('registers and calls by digest, hangs up and takes its registration back', async () => {
      phone = baresip({ proxy: server.address, transport, calls: 'sip:bob@example.com' });
      await phone.says(/Call established/);
      await phone.says(/200 OK \(\) \[1 binding\]/);
      expect(server.locations('alice')).to.have.length(1);
      await phone.stop();
      await server.until(() => server.registrar.size === 0 && server.ends.length === 1);
      expect(server.ends).to.deep.equal(['left']);
    });

    it('is called where it has registered, and hears that we hang up', async () => {
      phone = baresip({ proxy: server.address, transport });
      await server.until(() => server.locations('alice').length === 1);
      const session = await server.callsUser('alice');
      await session.bye();
      await phone.says(/session closed|terminated/);
    });
  });
}
