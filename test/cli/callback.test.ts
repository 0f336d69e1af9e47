import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { plenary, serve, type RunningServer } from '../support/command.ts';

const URL_OF_HOOK = 'https://hooks.example.com/plenary';

describe('plenary callback', function () {
  this.timeout(180_000); // each command is a process of its own

  let data = '';
  let server: RunningServer;
  before(async () => {
    data = mkdtempSync(join(tmpdir(), 'plenary-callback-'));
    server = await serve(['--demo', '--data', data]);
  });
  after(async () => {
    await server.stop();
    rmSync(data, { recursive: true });
  });

  const as = (user: string, args: readonly string[]) => plenary([...args, '--server', server.url, '--user', user]);
  const add = (...scope: string[]) => as('alice:demo', ['callback', 'add', URL_OF_HOOK, ...scope, '--json']);

  it('[X1] adds callbacks for a conference and for one’s own, lists them without secrets, and removes them', async () => {
    const conference = await as('alice:demo', ['conference', 'create', '--json']);
    const { uri } = JSON.parse(conference.stdout) as { uri: string };
    const [one, mine] = [await add('--conference', uri), await add('--mine')].map(
      ({ stdout }) => JSON.parse(stdout) as { id: string; url: string; secret: string },
    );
    expect([one?.url, mine?.url]).to.deep.equal([URL_OF_HOOK, URL_OF_HOOK]);
    expect(one?.secret).to.match(/^[\w-]{40,}$/);

    const listed = await as('alice:demo', ['callback', 'list']);
    for (const line of [one?.id, mine?.id, uri, 'mine', URL_OF_HOOK]) expect(listed.stdout).to.include(line);
    expect(listed.stdout).not.to.include(one?.secret);

    for (const id of [one?.id ?? '', mine?.id ?? ''])
      expect((await as('alice:demo', ['callback', 'remove', id])).code).to.equal(0);
    expect((await as('alice:demo', ['callback', 'list'])).stdout).to.equal('there are none\n');
  });

  it('says what is wrong by its exit code', async () => {
    expect((await add()).code, 'no scope').to.equal(2);
    expect((await add('--all')).code, 'all are for system administrators').to.equal(1);
    expect((await as('alice:demo', ['callback', 'add', 'http://example.com/', '--mine'])).code).to.equal(1);
    expect((await as('alice:demo', ['callback', 'remove', 'nothing'])).code).to.equal(1);
  });
});
