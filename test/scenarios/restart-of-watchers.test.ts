import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serve, type RunningServer } from '../support/command.ts';
import { title } from '../support/messages.ts';
import { basic, Party } from '../support/party.ts';
import { Phone, type PhoneSubscription } from '../support/phone.ts';
import { made, PASSWORD } from '../support/system.ts';

const WATCHERS = 1_000;
const AT_ONCE = 25;

const versionOf = (body: string): number => Number(/ version="(\d+)"/.exec(body)?.[1]);

describe('a server that is killed', function () {
  this.timeout(240_000);
  let data = '';
  let server: RunningServer;
  let phone: Phone;
  const agent = new Agent({ keepAlive: true });
  const alice = new Party(() => server.url, agent, {
    id: 'xcon-userid:alice@example.com',
    authorization: basic('alice', PASSWORD),
  });

  const begin = async (): Promise<void> => {
    const environment = {
      PLENARY_SIP_TRANSPORT_UNLIMITED_PEERS: '127.0.0.1',
      PLENARY_NOTIFICATION_URGENT_INTERVAL: '1',
      // Nothing is known of what watchers have: who has all is told nothing.
      PLENARY_SUBSCRIPTIONS_ACKNOWLEDGED_INTERVAL: '3600000',
    };
    server = await serve(['--demo', '--data', data, '--sip', '127.0.0.1:0'], { environment });
  };

  before(async () => {
    data = mkdtempSync(join(tmpdir(), 'plenary-watchers-'));
    phone = await Phone.open('alice', PASSWORD, 'tcp');
  });
  after(async () => {
    server.process.kill('SIGKILL');
    await server.ended;
    agent.destroy();
    await phone.close();
    rmSync(data, { recursive: true });
  });

  it(`[N23] goes on with its ${WATCHERS} subscriptions: each gets the whole, then what changes`, async () => {
    await begin();
    const uri = made(await alice.clones('xcon:default@example.com'));
    const address = await server.told(/^SIP +sip:(\S+);transport=tcp$/m);
    const target = `sip:${uri.slice('xcon:'.length).replace(/@.*/, '')}@${address};transport=tcp`;
    const watches: PhoneSubscription[] = [];
    const versions: number[] = [];
    while (watches.length < WATCHERS) {
      const more = await Promise.all(Array.from({ length: AT_ONCE }, () => phone.watches(target, [], 3_600)));
      for (const watch of more) versions.push(versionOf((await watch.next()).body));
      watches.push(...more);
    }
    server.process.kill('SIGKILL');
    await server.ended;

    await begin();
    for (const [at, watch] of watches.entries()) {
      const again = await watch.next();
      expect(again).to.include({ state: 'active', contentType: 'application/conference-info+xml' });
      expect(again.body).to.include('state="full"').and.include(`entity="${target}"`);
      expect(versionOf(again.body)).to.be.above(versions[at] ?? Infinity);
    }
    await alice.updates(uri, title('After the kill'));
    for (const watch of watches) expect((await watch.next()).body).to.include('After the kill');
  });
});
