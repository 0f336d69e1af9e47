import { expect } from 'chai';
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
  });
}
