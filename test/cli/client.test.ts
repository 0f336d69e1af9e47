import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { calendar } from '../schedule/calendars.ts';
import { plenary, serve, type Ended, type RunningServer } from '../support/command.ts';

interface Conference {
  readonly uri: string;
  readonly sipUri: string;
  readonly version: number;
  readonly displayText?: string;
  readonly subject?: string;
  readonly description?: string;
  readonly users: readonly { readonly entity: string; readonly roles: readonly string[] }[];
}

const run = promisify(execFile);

const weekly = (base: string): string =>
  `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" xmlns:x="urn:ietf:params:xml:ns:xcon-conference-info"
    entity="xcon:AUTO_GENERATE_1@example.com"><conference-description><x:conference-time><x:entry><x:base>${base}</x:base>
    </x:entry></x:conference-time></conference-description></conference-info>`;

describe('plenary as a client of a demonstration', function () {
  this.timeout(180_000); // each command is a process of its own

  let data = '';
  let server: RunningServer;
  before(async () => {
    data = mkdtempSync(join(tmpdir(), 'plenary-client-'));
    server = await serve(['--demo', '--data', data]);
  });
  after(async () => {
    await server.stop();
    rmSync(data, { recursive: true });
  });

  const as = (user: string, args: string[], input = ''): Promise<Ended> =>
    plenary(args, { input, environment: { PLENARY_SERVER: server.url, PLENARY_USER: user } });

  const conference = async (user: string, ...args: string[]): Promise<Conference> => {
    const { code, stdout, stderr } = await as(user, ['conference', ...args, '--json']);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    return JSON.parse(stdout) as Conference;
  };

  it('[E17] changes one occurrence of a series, and lists what stands for which', async () => {
    const file = join(data, 'weekly.xml');
    const lines = ['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'];
    writeFileSync(file, weekly(calendar(lines)));
    const { uri } = await conference('alice:demo', 'create', '--file', file);
    const asked = ['--occurrence', '20300114T090000Z', '--start', '2030-01-14T11:00:00Z', '--minutes', '30'];
    const changed = await as('alice:demo', ['conference', 'change', uri, ...asked, '--subject', 'Late']);
    expect(changed.stderr).to.equal('');
    const child = changed.stdout.trim();
    const { stdout } = await as('alice:demo', [
      'conference',
      'occurrences',
      uri,
      '--from',
      '2030-01-01T00:00:00Z',
      '--json',
      '--limit',
      '3',
    ]);
    const rows = JSON.parse(stdout) as { start: string; conference: string }[];
    expect(rows.map(({ start, conference: of }) => [start, of])).to.deep.equal([
      ['2030-01-07T09:00:00Z', uri],
      ['2030-01-14T11:00:00Z', child],
      ['2030-01-21T09:00:00Z', uri],
    ]);
    expect((await conference('alice:demo', 'show', child)).subject).to.equal('Late');
  });

  it('clones a conference that has a password', async () => {
    const { uri } = await conference(
      'alice:demo',
      'create',
      '--blueprint',
      'xcon:closed@example.com',
      '--invite',
      'sip:bob@example.com',
    );
    const shown = await as('alice:demo', ['conference', 'show', uri, '--xml']);
    const password = /conference-password>(\d+)</.exec(shown.stdout)?.[1] ?? '';
    const refused = await as('bob:demo', ['conference', 'create', '--blueprint', uri]);
    expect(refused).to.include({ code: 1, stdout: '' });
    const clone = await conference('bob:demo', 'create', '--blueprint', uri, '--conference-password', password);
    expect(clone.uri).to.not.equal(uri);
    await conference('bob:demo', 'delete', clone.uri);
    await conference('alice:demo', 'delete', uri);
  });

  it('makes, lists, shows, changes and deletes a conference', async () => {
    const made = await conference(
      'alice:demo',
      'create',
      '--subject',
      'Plans',
      '--display-text',
      'Board',
      '--invite',
      'sip:bob@example.com',
    );
    const id = /^xcon:([a-z2-7]{24}@example\.com)$/.exec(made.uri)?.[1];
    expect(id, made.uri).to.be.a('string');
    expect(made).to.include({ sipUri: `sip:${id!}`, version: 2, displayText: 'Board', subject: 'Plans' });
    expect(made.users[0]).to.deep.include({ entity: 'xcon-userid:alice@example.com' });
    expect(made.users[0]?.roles).to.include('organizer');
    expect(made.users.map(({ entity }) => entity)).to.include('xcon-userid:bob@example.com');

    const listed = await as('bob@example.com:demo', ['conference', 'list', '--json']);
    expect(JSON.parse(listed.stdout)).to.deep.equal([{ uri: made.uri, displayText: 'Board' }]);

    const updated = await conference('alice:demo', 'update', made.uri, '--description', 'What next?');
    expect(updated).to.include({ version: 3, subject: 'Plans', description: 'What next?' });
    expect(await conference('alice:demo', 'show', made.uri)).to.deep.equal(updated);
    expect(await conference('alice:demo', 'summary', made.uri)).to.deep.equal({
      ...{ uri: made.uri, version: 3, title: 'Board', status: 'registered', public: true, media: ['audio'] },
    });
    const changed = await as('alice:demo', ['conference', 'changes', made.uri, '--since', '2', '--json']);
    expect(JSON.parse(changed.stdout)).to.deep.equal({
      uri: made.uri,
      since: 2,
      version: 3,
      retrieve: false,
      operations: [
        {
          operation: 'replace',
          selector: 'info:conference-info/info:conference-description/info:free-text/text()',
          content: 'What next?',
        },
      ],
    });
    expect((await as('alice:demo', ['conference', 'changes', made.uri, '--since', '0'])).code).to.equal(2);

    const { stdout } = await as('alice:demo', ['conference', 'delete', made.uri, '--json']);
    expect(JSON.parse(stdout)).to.deep.equal({ deleted: made.uri });
    const gone = await as('alice:demo', ['conference', 'show', made.uri]);
    expect(gone.code).to.equal(1);
    expect(gone.stderr).to.match(/^plenary: 404 /);
  });

  it('clones the blueprint that it is told to, and takes documents', async () => {
    const video = await conference('alice:demo', 'create', '--blueprint', 'xcon:audio-video@example.com');
    expect(video).to.include({ displayText: 'Audio and video conference', version: 1 });
    const file = join(data, 'conference.xml');
    writeFileSync(
      file,
      `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="xcon:AUTO_GENERATE_1@example.com">
         <conference-description><subject>From a file</subject></conference-description></conference-info>`,
    );
    expect(await conference('alice:demo', 'create', '--file', file)).to.include({ subject: 'From a file' });
  });

  it('prints a command that works as it stands', async () => {
    const command = await server.told(/^(curl [\s\S]*<\/ccmp:ccmpRequest>')$/m);
    const { stdout } = await run('sh', ['-c', command]);
    expect(stdout).to.include('<response-code>200</response-code>');
  });

  it('sends a request from a file or standard input and prints the answer', async () => {
    const request = (type: string, user: string): string =>
      `<c:ccmpRequest xmlns:c="urn:ietf:params:xml:ns:xcon-ccmp" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
         <ccmpRequest xsi:type="c:ccmp-${type}-request-message-type">
           <confUserID>xcon-userid:${user}@example.com</confUserID><c:${type}Request/></ccmpRequest></c:ccmpRequest>`;
    const good = await as('alice:demo', ['ccmp', '-'], request('blueprints', 'alice'));
    expect(good.code).to.equal(0);
    expect(good.stdout).to.include('<response-code>200</response-code>').and.include('xcon:default@example.com');
    const file = join(data, 'request.xml');
    writeFileSync(file, request('blueprints', 'bob'));
    const refused = await as('alice:demo', ['ccmp', file]);
    expect(refused.stdout).to.include('<response-code>401</response-code>');
    expect({ code: refused.code, stderr: refused.stderr }).to.deep.equal({
      code: 1,
      stderr: 'plenary: the server answered 401\n',
    });
  });

  it('lists, exports, removes and imports blueprints', async () => {
    const blueprint = (...args: string[]): Promise<Ended> => plenary(['blueprint', ...args, '--data', data]);
    const uris = async (): Promise<string[]> =>
      (JSON.parse((await blueprint('list', '--json')).stdout) as { uri: string }[]).map(({ uri }) => uri).sort();
    const shipped = ['audio-video', 'closed', 'default', 'webinar'].map((id) => `xcon:${id}@example.com`);
    expect(await uris()).to.deep.equal(shipped);
    const file = join(data, 'webinar.xml');
    await blueprint('export', 'xcon:webinar@example.com', '--output', file);
    expect(await blueprint('import', file)).to.include({ code: 1, stdout: '' });
    const { stdout } = await blueprint('remove', 'xcon:webinar@example.com', '--json');
    expect(JSON.parse(stdout)).to.deep.equal({ removed: 'xcon:webinar@example.com' });
    expect(await uris()).to.deep.equal(shipped.slice(0, 3));
    const imported = await blueprint('import', file, '--json');
    expect(JSON.parse(imported.stdout)).to.deep.equal({ uri: 'xcon:webinar@example.com' });
    const again = await blueprint('export', 'xcon:webinar@example.com');
    expect(again.stdout)
      .to.equal(`${readFileSync(file, 'utf8')}\n`)
      .and.to.include('attendees="hidden"');
    const exported = await blueprint('export', 'xcon:webinar@example.com', '--json');
    expect(JSON.parse(exported.stdout)).to.deep.equal({
      uri: 'xcon:webinar@example.com',
      document: readFileSync(file, 'utf8'),
    });
    expect(await uris()).to.deep.equal(shipped);
  });

  it('makes a backup that a server can run on', async () => {
    const made = await conference('alice:demo', 'create', '--subject', 'Kept');
    const copy = mkdtempSync(join(tmpdir(), 'plenary-backup-'));
    const file = join(copy, 'plenary.db');
    const { code, stdout } = await plenary(['backup', file, '--data', data, '--json']);
    expect(code).to.equal(0);
    expect(JSON.parse(stdout)).to.deep.equal({ file });
    const { code: again, stderr } = await plenary(['backup', file, '--data', data]);
    expect(stderr).to.include('plenary: ');
    expect(again, 'a file that is there is not written over').to.equal(1);
    await run('cp', [join(data, 'plenary.key'), copy]);
    const second = await serve(['--demo', '--data', copy]);
    const shown = await plenary([
      'conference',
      'show',
      made.uri,
      '--json',
      '--server',
      second.url,
      '--user',
      'alice:demo',
    ]);
    await second.stop();
    rmSync(copy, { recursive: true });
    expect(JSON.parse(shown.stdout)).to.include({ uri: made.uri, subject: 'Kept' });
  });

  it('tells with its exit code how it ended', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    await once(taken.close(), 'close');
    const nobody = `http://127.0.0.1:${port}/ccmp`;
    const rows: [string[], number, RegExp][] = [
      [['conference', 'list', '--user', 'alice:wrong'], 4, /^plenary: HTTP 401/],
      [['conference', 'list', '--user', 'alice'], 2, /--user is not NAME:PASSWORD/],
      [['conference', 'list', '--server', 'nowhere'], 2, /is not a URL/],
      [['conference', 'list', '--server', nobody], 3, /ECONNREFUSED/],
      [['conference', 'list', '--server', nobody, '--user', 'alice@example.com:demo'], 3, /ECONNREFUSED/],
      [['conference', 'show', 'xcon:unknown@example.com'], 1, /^plenary: 404 /],
      [['conference', 'update', 'xcon:unknown@example.com'], 2, /nothing to change/],
      [['conference', 'create', '--file', '-', '--subject', 'x'], 2, /cannot be used with/],
      [['conference', 'changes', 'xcon:unknown@example.com', '--since', '0'], 2, /from 1 on/],
      [['conference', 'occurrences', 'xcon:unknown@example.com', '--limit', 'all'], 2, /from 1 on/],
      [['conference', 'occurrences', 'xcon:unknown@example.com', '--from', 'now'], 2, /is no time/],
      [['barring', 'set', 'alice', '--data', data], 2, /give a file/],
      [['blueprint', 'export', 'default', '--data', data], 1, /is not a URI like/],
      [['ccmp', join(data, 'absent.xml')], 1, /ENOENT/],
      [['conferences'], 2, /unknown command/],
    ];
    await Promise.all(
      rows.map(async ([args, exit, message]) => {
        const { code, stderr } = await as('alice:demo', args);
        expect(stderr, args.join(' ')).to.match(message);
        expect(code, args.join(' ')).to.equal(exit);
      }),
    );
  });
});
