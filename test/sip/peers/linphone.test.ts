import { expect } from 'chai';
import { linphone } from './linphone.ts';
import type { Program } from './program.ts';
import { PeerServer } from './server.ts';

for (const transport of ['udp', 'tcp'] as const) {
  describe(`Linphone over ${transport}`, () => {
    let server: PeerServer;
    let phone: Program;

    beforeEach(async () => {
      server = await PeerServer.open({ challengesCalls: true });
      phone = linphone({ proxy: server.address, transport });
      await server.until(() => server.locations('alice').length === 1);
    });
    afterEach(async () => {
      await phone.stop();
      await server.close();
      expect(server.errors).to.deep.equal([]);
    });

    it('registers and calls by digest with SHA-256, hangs up and takes its registration back', async () => {
      await phone.says(/Authorization:[^\n]*algorithm=SHA-256[^]*LinphoneRegistrationOk/);
      phone.type('call sip:bob@example.com\n');
      await phone.says(/Call 1 with sip:bob@example\.com connected/);
      await server.until(() => server.calls.length === 1);
      expect(server.calls[0]?.request.header('Authorization')).to.include('SHA-256');
      phone.type('quit\n');
      await phone.succeeds();
      await server.until(() => server.registrar.size === 0 && server.ends.length === 1);
      expect(server.ends).to.deep.equal(['left']);
    });

    it('is called where it has registered, and hears that we hang up', async () => {
      const session = await server.callsUser('alice');
      await session.bye();
      await phone.says(/Call 1 with [^\n]* ended/);
    });
  });
}
