import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSqliteStore } from '../../lib/store/sqlite/store.ts';
import { plenary, serve, type Ended } from '../support/command.ts';

describe('plenary user', function () {
  this.timeout(180_000); // each command is a process of its own

  let data = '';
  before(() => (data = mkdtempSync(join(tmpdir(), 'plenary-user-'))));
  after(() => rmSync(data, { recursive: true }));

  const user = (args: string[], input?: string): Promise<Ended> =>
    plenary(['user', ...args, '--data', data, '--domain', 'example.com'], input === undefined ? {} : { input });

  const shared = (): void => {
    it('adds, shows, changes and removes a user', async () => {
      const added = await user(
        [
          'add',
          'Dave',
          '--address',
          'sip:dave@example.com',
          '--address',
          'tel:+1-555',
          '--display-text',
          'Dave D',
          '--json',
        ],
        'secret\n',
      );
      expect(added.stderr).to.equal('');
      const view = JSON.parse(added.stdout) as { created: string };
      expect(view).to.deep.include({
        id: 'xcon-userid:dave@example.com',
        login: 'dave',
        domain: 'example.com',
        displayText: 'Dave D',
        addresses: ['sip:dave@example.com', 'tel:+1555'],
        systemAdministrator: false,
      });
      expect(Date.parse(view.created)).to.be.closeTo(Date.now(), 60_000);
      const file = join(data, 'password');
      writeFileSync(file, 'other');
      const changed = await user(['password', 'dave@example.com', '--password-file', file, '--json']);
      expect(JSON.parse(changed.stdout)).to.deep.equal(view);
      const shown = await user(['show', 'sip:dave@example.com', '--json']);
      expect(JSON.parse(shown.stdout)).to.deep.equal(view);
      const removed = await user(['remove', 'dave', '--json']);
      expect(JSON.parse(removed.stdout)).to.deep.equal({ removed: 'dave' });
      const gone = await user(['show', 'dave']);
      expect(gone).to.deep.equal({ code: 1, stdout: '', stderr: 'plenary: there is no user dave\n' });
    });

    it('prints for people', async () => {
      await user(['add', 'erin', '--system-administrator', '--no-digest'], 'secret');
      const { stdout } = await user(['show', 'erin']);
      expect(stdout)
        .to.match(/^xcon-userid:erin@example\.com\n/)
        .and.match(/system administrator +yes\n/);
      expect((await user(['list'])).stdout).to.match(/^erin@example\.com +sip:erin@example\.com$/m);
      await user(['remove', 'erin']);
    });
  };

  describe('on a data directory that nobody holds', shared);

  describe('through the admin socket of a running server', () => {
    let stop: () => Promise<unknown> = () => Promise.resolve();
    before(async () => ({ stop } = await serve(['--demo', '--data', data])));
    after(() => stop());

    shared();

    it('refuses who can not be a user', async () => {
      await user(['add', 'frank'], 'secret');
      const rows: [string[], string, RegExp][] = [
        [['add', 'frank'], 'secret', /belongs to another user/],
        [['add', 'grace@elsewhere.example'], 'secret', /elsewhere\.example is not served here/],
        [['add', 'a@b@c'], 'secret', /is not a name like/],
        [
          ['add', 'heidi', '--address', 'sip:frank@example.com'],
          'secret',
          /sip:frank@example\.com belongs to another user/,
        ],
        [['remove', 'nobody'], '', /there is no user nobody/],
      ];
      const refusals = rows.map(async ([args, input, message]) => {
        const { code, stderr } = await user(args, input);
        expect(stderr).to.match(message);
        expect(code).to.equal(1);
      });
      await Promise.all(refusals);
      const { code, stderr } = await user(['add', 'ivan'], '\n');
      expect({ code, stderr }).to.deep.equal({ code: 2, stderr: 'plenary: the password is empty\n' });
      await user(['remove', 'frank']);
    });

    it('needs nothing but to know the data directory', async () => {
      const { code, stdout } = await plenary(['user', 'list'], { environment: { PLENARY_DATA: data } });
      expect(code).to.equal(0);
      expect(stdout.match(/^\w+@example\.com/gm)).to.deep.equal(
        ['alice', 'bob', 'carol'].map((name) => `${name}@example.com`),
      );
    });
  });

  it('keeps without digest secrets who has none, until told otherwise', async () => {
    const kind = async (): Promise<boolean> => {
      const store = await openSqliteStore({ directory: data });
      try {
        const [found] = await store.users({ limit: 1, after: 'xcon-userid:judith' });
        return found !== undefined && found.secret.length > 100;
      } finally {
        await store.close();
      }
    };
    await user(['add', 'judith', '--no-digest'], 'secret');
    expect(await kind()).to.equal(false);
    await user(['password', 'judith'], 'other');
    expect(await kind()).to.equal(false);
    await user(['password', 'judith', '--digest'], 'other');
    expect(await kind()).to.equal(true);
    await user(['password', 'judith'], 'third');
    expect(await kind()).to.equal(true);
    await user(['remove', 'judith']);
  });

  it('makes no data directory by mistake', async () => {
    const { code, stderr } = await plenary(['user', 'list', '--data', join(data, 'typo'), '--domain', 'example.com']);
    expect(stderr).to.match(/there is no data directory .*typo/);
    expect(code).to.equal(1);
  });
});
