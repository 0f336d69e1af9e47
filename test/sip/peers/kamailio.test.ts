import { expect } from 'chai';
import { baresip } from './baresip.ts';
import { edgeBefore } from './kamailio.ts';
import type { Program } from './program.ts';
import { PeerServer } from './server.ts';

describe('kamailio as an edge proxy', () => {
  let server: PeerServer;
  let edge: Program;
  let edgePort: number;
  let phone: Program | undefined;

  beforeEach(async () => {
    server = await PeerServer.open({ algorithms: ['MD5'], challengesCalls: true });
    ({ edge, port: edgePort } = await edgeBefore(server.port));
  });
  afterEach(async () => {
    await phone?.stop();
    await edge.stop();
    await server.close();
    expect(server.errors).to.deep.equal([]);
  });

  for (const transport of ['udp', 'tcp'] as const) {
    it(`stands between us and a telephone that registers and calls over ${transport}`, async () => {
      phone = baresip({ proxy: `127.0.0.1:${edgePort}`, transport, calls: 'sip:bob@example.com' });
      await phone.says(/Call established/);
      await server.until(() => server.locations('alice').length === 1 && server.calls.length === 1);
      const [call] = server.calls;
      expect(call?.request.recordRoutes).to.have.length.at.least(1);
      expect(call?.request.vias).to.have.length(2);
      await call?.session.bye();
      await phone.says(/session closed|terminated/);
    });

    it(`brings our calls to a telephone that registered over ${transport} (RFC 3327)`, async () => {
      phone = baresip({ proxy: `127.0.0.1:${edgePort}`, transport });
      await server.until(() => server.locations('alice').length === 1);
      const [location] = server.locations('alice')[0] ?? [];
      expect(location?.routes).to.have.length(1);
      expect(location?.routes[0]).to.include(`127.0.0.1:${edgePort}`);
      const session = await server.callsUser('alice');
      await session.bye();
      await phone.says(/session closed|terminated/);
    });
  }
});
