import { expect } from 'chai';
import { fileURLToPath } from 'node:url';
import { Program } from './program.ts';
import { PeerServer } from './server.ts';

const CALLS = 10;

for (const [transport, option] of [
  ['UDP', 'u1'],
  ['TCP', 't1'],
] as const) {
  describe(`SIPp over ${transport}`, () => {
    let server: PeerServer;
    let sipp: Program | undefined;

    beforeEach(async () => (server = await PeerServer.open({ algorithms: ['MD5'] })));
    afterEach(async () => {
      await sipp?.stop();
      await server.close();
      expect(server.errors).to.deep.equal([]);
    });

    /** Ten at the same time; SIPp fails when one message is not as the scenario says. */
    function plays(scenario: string): Promise<string> {
      const file = fileURLToPath(new URL(`./${scenario}.xml`, import.meta.url));
      const speed = ['-m', `${CALLS}`, '-r', '100', '-timeout', '30s', '-timeout_error'];
      sipp = new Program('sipp', () => [
        ...['-sf', file, '-s', 'bob', '-i', '127.0.0.1', '-t', option, '-nostdin', '-trace_err', server.address],
        ...speed,
      ]);
      return sipp.succeeds();
    }

    it('registers by digest, and takes it back', async () => {
      await plays('register');
      expect(server.registrar.size).to.equal(0);
    });

    it('calls, changes the session and hangs up', async () => {
      await plays('call');
      await server.until(() => server.ends.length === CALLS);
      expect(new Set(server.ends)).to.deep.equal(new Set(['left']));
    });

    it('subscribes, is notified, and ends it', async () => {
      await plays('subscribe');
      expect(server.agent.notifier.size).to.equal(0);
    });

    it('publishes, refreshes and removes', () => plays('publish'));
  });
}
