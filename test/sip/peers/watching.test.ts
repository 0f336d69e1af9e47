import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serve, type RunningServer } from '../../support/command.ts';
import { basic, Party } from '../../support/party.ts';
import { Phone } from '../../support/phone.ts';
import { made, PASSWORD } from '../../support/system.ts';
import { edgeBefore } from './kamailio.ts';
import { Program } from './program.ts';

const SCENARIO = fileURLToPath(new URL('./watch.xml', import.meta.url));
const WATCHERS = 20;

/** The command itself, with a conference of alice's. */
describe('plenary serve, watched by SIPp and through kamailio', function () {
  this.timeout(60_000);
  const data = mkdtempSync(join(tmpdir(), 'plenary-watched-'));
  const agent = new Agent({ keepAlive: true });
  let server: RunningServer;
  let address = '';
  let conference = '';
  let edge: Program | undefined;

  before(async () => {
    // SIPp of this age gives up where SHA-256 is offered, even beside MD5.
    const environment = { PLENARY_SIP_DIGEST: 'MD5', PLENARY_SIP_TRANSPORT_UNLIMITED_PEERS: '127.0.0.1' };
    server = await serve(['--demo', '--data', data, '--sip', '127.0.0.1:0'], { environment });
    address = await server.told(/^SIP +sip:(\S+);transport=tcp$/m);
    const identity = { id: 'xcon-userid:alice@example.com', authorization: basic('alice', PASSWORD) };
    const alice = new Party(() => server.url, agent, identity);
    conference = made(await alice.clones('xcon:default@example.com')).replace(/^xcon:|@.*/g, '');
  });
  afterEach(() => edge?.stop());
  after(async () => {
    agent.destroy();
    await server.stop();
    rmSync(data, { recursive: true });
  });

  const watch = (at: string, option: string): Promise<string> =>
    new Program('sipp', () => [
      ...['-sf', SCENARIO, '-s', conference, '-i', '127.0.0.1', '-t', option, '-nostdin', '-trace_err', at],
      ...['-m', String(WATCHERS), '-r', '100', '-timeout', '30s', '-timeout_error'],
    ]).succeeds();

  for (const [transport, option] of [
    ['UDP', 'u1'],
    ['TCP', 't1'],
  ] as const) {
    it(`tells ${String(WATCHERS)} subscribers its state over ${transport}`, async () => {
      expect(await watch(address, option)).to.include('Successful call');
    });

    it(`tells a telephone through kamailio, which stays on the way, over ${transport}`, async () => {
      const before = await edgeBefore(Number(address.split(':')[1]));
      ({ edge } = before);
      const protocol = option === 'u1' ? 'udp' : 'tcp';
      const phone = await Phone.open('alice', PASSWORD, protocol);
      const route = `<sip:127.0.0.1:${String(before.port)};lr;transport=${protocol}>`;
      const watch = await phone.watches(`sip:${conference}@example.com`, [['Route', route]]);
      const first = await watch.next();
      expect(first).to.include({ state: 'active', contentType: 'application/conference-info+xml' });
      expect(first.request.vias).to.have.length(2);
      await watch.refreshes(0);
      expect(await watch.next()).to.include({ state: 'terminated', reason: 'timeout' });
      await phone.close();
    });
  }
});
