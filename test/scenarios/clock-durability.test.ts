import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect } from 'chai';
import { calendar } from '../schedule/calendars.ts';
import { serve, type RunningServer } from '../support/command.ts';
import { description } from '../support/messages.ts';
import { basic, Party } from '../support/party.ts';
import { textAt } from '../support/reading.ts';
import { made } from '../support/system.ts';

const LATER = new URL('../support/later.mjs', import.meta.url).href;
const COUNT = 3;
const HOUR = 3_600_000;

const stamp = (moment: number): string => new Date(moment).toISOString().replace(/[-:]|\.\d+/g, '');
const at = (start: number): string => {
  const base = calendar([`DTSTART:${stamp(start)}`, 'DURATION:PT2H']);
  return description(
    `<xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base></xcon:entry></xcon:conference-time>`,
  );
};

describe('the clock of conferences and a killed server', function () {
  this.timeout(120_000);
  const data = mkdtempSync(join(tmpdir(), 'plenary-clock-'));
  const agent = new Agent({ keepAlive: true });
  let server: RunningServer | undefined;
  const alice = new Party(() => server?.url ?? '', agent, {
    id: 'xcon-userid:alice@example.com',
    authorization: basic('alice', 'demo'),
  });
  after(async () => {
    server?.process.kill('SIGKILL');
    await server?.ended;
    agent.destroy();
    rmSync(data, { recursive: true });
  });

  /** A life of the server, some hours later; nobody takes over a lease of another for a day. */
  const serves = async (later = ''): Promise<RunningServer> => {
    const options = `--import tsx${later === '' ? '' : ` --import ${LATER}?${later}`}`;
    const args = ['--demo', '--data', data, '--set', `schedule.lease=${24 * HOUR}`];
    return (server = await serve(args, { environment: { NODE_OPTIONS: options } }));
  };

  const leases = (): unknown => {
    const db = new Database(join(data, 'plenary.db'));
    try {
      return db.prepare('SELECT count(*) FROM lease').pluck().get();
    } finally {
      db.close();
    }
  };

  it('begin after kill -9 between claim and step, each once, without waiting for the leases of the life before', async () => {
    const first = await serves();
    const start = Date.now() + HOUR;
    const uris = await Promise.all(Array.from({ length: COUNT }, async () => made(await alice.creates(at(start)))));
    await first.stop();
    expect(leases()).to.equal(0);

    server = undefined;
    const ended = await serves('hours=2&killed').then(
      () => 'it lives',
      (error: unknown) => String(error),
    );
    expect(ended).to.include('the server ended');
    expect(leases(), 'what was claimed').to.equal(COUNT);

    const last = await serves('hours=2');
    for (const uri of uris) {
      const { code, version, info } = await alice.retrieves(uri);
      expect({ code, version }).to.deep.equal({ code: 200, version: 2 });
      expect(textAt(info, 'conference-state/active')).to.equal('true');
    }
    expect((await last.stop()).code).to.equal(0);
    expect(leases()).to.equal(0);
  });
});
