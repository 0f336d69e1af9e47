import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { plenary, serve, type RunningServer } from '../support/command.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLIENT = fileURLToPath(new URL('../../dist/ccmp/client/index.js', import.meta.url));

const QUICKSTART = ['node', '--import', 'tsx', 'examples/quickstart/main.ts'];
const CURL = ['bash', 'examples/curl.sh'];
const CALENDAR = ['bash', 'examples/calendar.sh'];
const WATCH_CONFERENCE = ['node', '--import', 'tsx', 'examples/watch-conference/main.ts'];
const DASHBOARD = ['node', '--import', 'tsx', 'examples/dashboard/main.ts'];
const WEEKLY_SERIES = ['node', '--import', 'tsx', 'examples/weekly-series/main.ts'];
const DIAL_IN = ['node', '--import', 'tsx', 'examples/dial-in/main.ts'];
const THIRD_PARTY_CLIENT = ['node', '--import', 'tsx', 'examples/third-party-client/main.ts'];

describe('the examples', function () {
  this.timeout(180_000); // each is a process of its own

  let data = '';
  let server: RunningServer;
  let sip = '';

  before(async () => {
    expect(existsSync(CLIENT), 'the quickstart uses the built package: npm run build').to.equal(true);
    data = mkdtempSync(join(tmpdir(), 'plenary-examples-'));
    server = await serve(['--demo', '--data', data]);
    sip = await server.told(/^SIP +sip:(\S+);transport=udp$/m);
  });
  after(async () => {
    await server.stop();
    rmSync(data, { recursive: true });
  });

  const run = async ([command = '', ...args]: readonly string[], user = 'alice:demo') => {
    const environment = { ...process.env, PLENARY_SERVER: server.url, PLENARY_SIP: sip, PLENARY_USER: user };
    const child = spawn(command, args, { cwd: ROOT, env: environment });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
    return { code: child.exitCode, lines: stdout.trimEnd().split('\n'), stderr };
  };

  /** The XCON-URIs of what alice has. */
  const conferences = async (): Promise<string[]> => {
    const { stdout } = await plenary(['conference', 'list', '--json', '--server', server.url, '--user', 'alice:demo']);
    return (JSON.parse(stdout) as { uri: string }[]).map(({ uri }) => uri);
  };

  it('quickstart creates a conference, adds users, mutes one, removes one and deletes it', async () => {
    const { code, lines, stderr } = await run(QUICKSTART);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const words = lines.map((line) => line.split(/ +/)[0]);
    expect(words).to.deep.equal([
      'created',
      'added',
      'added',
      'muted',
      'user',
      'user',
      'user',
      'removed',
      'deleted',
      'refused',
    ]);
    expect(lines[0]).to.match(/^created +xcon:[a-z0-9]+@example\.com, version 1$/);
    expect(lines[1]).to.match(/^added +xcon-userid:bob@example\.com, version 2$/);
    // The server calls bob, and what comes of that are versions too.
    expect(lines[3]).to.match(/^muted +xcon-userid:bob@example\.com, version [0-9]+$/);
    expect(lines.at(-1)).to.match(/^refused +404 /);
    expect(await conferences()).to.deep.equal([]);
  });

  it('curl.sh creates, retrieves, updates and deletes a conference', async () => {
    const { code, lines, stderr } = await run(CURL);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(lines.map((line) => line.trim().split(/[ :]/)[0])).to.deep.equal([
      'create',
      'xcon',
      'retrieve',
      'update',
      'retrieve',
      'delete',
      'retrieve',
    ]);
    expect(lines.at(-1)).to.match(/^retrieve: 404 /);
    expect(await conferences()).to.deep.equal([]);
  });

  it('third-party-client creates, retrieves, lists and deletes a conference', async () => {
    const { code, lines, stderr } = await run(THIRD_PARTY_CLIENT);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(lines[0]).to.match(/^created +xcon:[a-z0-9]+@example\.com, version 1$/);
    expect(lines[1]).to.match(/^retrieved +Fish & Chips, sip:[a-z0-9]+@example\.com$/);
    expect(lines.slice(2)).to.deep.equal(['listed     it is there', 'deleted    it is gone']);
    expect(await conferences()).to.deep.equal([]);
  });

  it('watch-conference is told by SIP what its conference is, what changes, and that it is no more', async () => {
    const { code, lines, stderr } = await run(WATCH_CONFERENCE);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(lines.map((line) => line.replace(/ [0-9]+ bytes$/, ''))).to.deep.equal([
      'active     xcon-conference-info+xml',
      'active     xcon-conference-info-diff+xml',
      'terminated xcon-conference-info+xml',
      'ended      noresource',
    ]);
    expect(await conferences()).to.deep.equal([]);
  });

  it('dashboard serves a page and passes on what happens', async () => {
    const { code, lines, stderr } = await run(DASHBOARD);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(lines.map((line) => line.split(/ +/)[0])).to.deep.equal(['dashboard', 'page', 'full', 'diff', 'end']);
    expect(lines[3]).to.include('"display-text":"Shown"');
    expect(await conferences()).to.deep.equal([]);
  });

  it('the calendar is found, gets an event, shows how to join, and loses it', async () => {
    const { code, lines, stderr } = await run(CALENDAR);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(lines.map((line) => line.split(/[ ;]/)[0])).to.deep.equal([
      ...['PROPFIND', 'PUT', 'GET', 'CONFERENCE', 'DELETE', 'GET'],
    ]);
  });

  it('weekly-series moves one occurrence of a series, cancels another and deletes all', async () => {
    const { code, lines, stderr } = await run(WEEKLY_SERIES);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const words = lines.map((line) => line.split(/ +/).filter((word) => !/^\d{4}-/.test(word)));
    const uri = words[0]?.[1] ?? '';
    const child = words[5]?.[2] ?? '';
    expect(uri).to.match(/^xcon:[a-z0-9]+@example\.com$/);
    expect(child)
      .to.match(/^xcon:[a-z0-9]+@example\.com$/)
      .and.not.equal(uri);
    expect(words.map((said) => said.filter((word) => word !== '').join(' '))).to.deep.equal([
      `created ${uri}`,
      ...['planned', 'planned', 'planned', 'planned'],
      `moved ${words[5]?.[1] ?? ''} ${child}`,
      `cancelled ${words[6]?.[1] ?? ''}`,
      ...['planned', `planned ${child}`, 'planned'],
      `deleted ${uri}`,
    ]);
    expect(await conferences()).to.deep.equal([]);
  });

  it('dial-in calls a conference, is in its roster, and hangs up', async () => {
    const { code, lines, stderr } = await run(DIAL_IN);
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    expect(lines.map((line) => line.split(/ +/)[0])).to.deep.equal(['created', 'in', 'roster', 'out', 'deleted']);
    expect(lines[2]).to.match(/^roster +sip:alice@\S+ connected$/);
    expect(await conferences()).to.deep.equal([]);
  });

  it('the third-party client uses nothing of this package', () => {
    const source = readFileSync(join(ROOT, 'examples/third-party-client/main.ts'), 'utf8');
    const imported = [...source.matchAll(/from '([^']+)'/g)].map(([, name]) => name);
    expect(imported).to.deep.equal(['fast-xml-parser', 'xmlbuilder2']);
  });

  const all = [QUICKSTART, CURL, CALENDAR, THIRD_PARTY_CLIENT, WATCH_CONFERENCE, DASHBOARD, WEEKLY_SERIES, DIAL_IN];
  // Not one user for all: wrong passwords of one make him wait.
  const users = ['alice', 'bob', 'carol'];
  for (const [index, example] of all.entries()) {
    it(`${example.at(-1)!} fails, and says why, when the server refuses`, async () => {
      const { code, stderr } = await run(example, `${users[index % users.length]!}:wrong`);
      expect(code).to.equal(1);
      expect(stderr).to.include('401');
    });
  }
});
