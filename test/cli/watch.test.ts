import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import type { SubscriptionView } from '../../lib/admin/administration.ts';
import { plenary, serve, type RunningServer } from '../support/command.ts';
import { basic } from '../support/party.ts';
import { EventReader } from '../support/event-reader.ts';

const MAIN = fileURLToPath(new URL('../../lib/main.ts', import.meta.url));

describe('plenary watch and subscriptions', function () {
  this.timeout(180_000); // each command is a process of its own

  let data = '';
  let server: RunningServer;
  before(async () => {
    data = mkdtempSync(join(tmpdir(), 'plenary-watch-'));
    server = await serve(['--demo', '--data', data, '--set', 'notification.urgentInterval=1']);
  });
  after(async () => {
    await server.stop();
    rmSync(data, { recursive: true });
  });

  const as = (user: string, args: readonly string[]) => plenary([...args, '--server', server.url, '--user', user]);
  const create = async (): Promise<string> => {
    const { stdout } = await as('alice:demo', ['conference', 'create', '--json']);
    return (JSON.parse(stdout) as { uri: string }).uri;
  };

  /** Runs the command and reads what it prints, line by line. */
  const follow = (args: readonly string[]) => {
    const command = ['--import', 'tsx', MAIN, 'watch', ...args, '--server', server.url, '--user', 'alice:demo'];
    const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const next = async (): Promise<string | undefined> => {
      const line = await lines.next();
      return line.done === true ? undefined : line.value;
    };
    return { next, ended: new Promise((done) => child.once('close', done)) };
  };

  it('prints a line for each change, and ends with the conference', async () => {
    const uri = await create();
    const watch = follow([uri]);
    expect(await watch.next()).to.match(/^\d\d:\d\d:\d\d {2}Audio conference: 1 users$/);
    expect(await watch.next()).to.match(/Alice|alice/);
    await as('alice:demo', ['conference', 'update', uri, '--display-text', 'Board', '--json']);
    expect(await watch.next()).to.match(/now called Board$/);
    await as('alice:demo', ['conference', 'delete', uri]);
    expect(await watch.next()).to.match(/the stream ended: noresource$/);
    expect(await watch.ended).to.equal(0);
  });

  it('prints raw events', async () => {
    const uri = await create();
    const watch = follow([uri, '--json']);
    const first = JSON.parse((await watch.next()) ?? '') as { event: string; data: { entity: string } };
    expect(first).to.have.property('event', 'full');
    expect(first.data.entity).to.equal(uri);
    await as('alice:demo', ['conference', 'delete', uri]);
    expect(JSON.parse((await watch.next()) ?? '')).to.deep.equal({ event: 'end', data: 'noresource' });
    expect(await watch.ended).to.equal(0);
  });

  it('says why it may not watch, with the exit code of that', async () => {
    const uri = await create();
    expect(await as('bob:demo', ['watch', uri])).to.include({ code: 1 });
    expect(await as('alice:wrong', ['watch', uri])).to.include({ code: 4 });
    expect(await plenary(['watch', uri, '--server', 'http://127.0.0.1:1/ccmp'])).to.include({ code: 3 });
  });

  it('lists who watches, which version he has, and how often he was told', async () => {
    const uri = await create();
    const url = `${new URL(server.url).origin}/conferences/${encodeURIComponent(uri)}/events`;
    const stream = await EventReader.open(url, { Authorization: basic('alice', 'demo') });
    await stream.next();
    const { stdout } = await plenary(['subscriptions', '--data', data, '--json']);
    const views = (JSON.parse(stdout) as SubscriptionView[]).filter(({ conference }) => conference === uri);
    expect(views).to.deep.equal([
      {
        conference: uri,
        watcher: 'xcon-userid:alice@example.com',
        format: 'xcon-conference-info-diff',
        transport: 'http',
        acknowledged: 1,
        newest: 1,
        outstanding: false,
        notifications: 1,
        rate: 1,
      },
    ]);
    const table = await plenary(['subscriptions', '--data', data]);
    expect(table.stdout)
      .to.match(/^CONFERENCE +WATCHER/)
      .and.include(uri);
    stream.close();
  });
});
