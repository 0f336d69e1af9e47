import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ADMIN_SOCKET } from '../../lib/admin/administration.ts';
import { administrationAt } from '../../lib/admin/client.ts';
import { SEED } from '../support/seed.ts';
import { randomNumbers } from '../store/sqlite/random.ts';
import { plenary, serve, type RunningServer } from '../support/command.ts';
import { title } from '../support/messages.ts';
import { basic, Party } from '../support/party.ts';
import { textAt } from '../support/reading.ts';
import { made } from '../support/system.ts';

const KILLS = 50;
const STREAMS = 4;
const UPDATES = 10;

// Lines of strace, where a call that another interrupts stands in two. fsync flushes no less than fdatasync.
const RECEIVED = /(\b(read|recvfrom|recvmsg)\(|(read|recvfrom|recvmsg) resumed>).*POST \/ccmp/;
const FLUSHED = /(\bf(data)?sync\([^)]*plenary\.db-wal>\)|f(data)?sync resumed>\)) += 0$/;
const SENT = /\b(write|writev|sendto|sendmsg)\(.*HTTP\/1\.1 200/;

const alice = (server: RunningServer, agent: Agent): Party =>
  new Party(() => server.url, agent, { id: 'xcon-userid:alice@example.com', authorization: basic('alice', 'demo') });

/** A conference whose title counts its updates, as the client knows it. */
interface Stream {
  readonly uri: string;
  sent: number;
  acknowledged: number;
}

describe('what is acknowledged', function () {
  this.timeout(600_000);
  let data = '';
  let server: RunningServer | undefined;
  beforeEach(() => (data = mkdtempSync(join(tmpdir(), 'plenary-durability-'))));
  afterEach(async () => {
    server?.process.kill('SIGKILL');
    await server?.ended;
    rmSync(data, { recursive: true });
  });

  /** Sends update after update until the server is gone; `heard` is called with each answer. */
  const flow = async (party: Party, stream: Stream, heard: () => void): Promise<void> => {
    for (;;) {
      stream.sent++;
      try {
        const { code, version } = await party.updates(stream.uri, title(String(stream.sent)));
        expect({ code, version }).to.deep.equal({ code: 200, version: stream.sent + 1 });
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code !== 'ECONNRESET' && code !== 'ECONNREFUSED' && code !== 'EPIPE') throw error;
        return;
      }
      stream.acknowledged = stream.sent;
      heard();
    }
  };

  const expectKept = async (party: Party, stream: Stream, when: string): Promise<void> => {
    const { code, version, info } = await party.retrieves(stream.uri);
    expect(code, when).to.equal(200);
    const found = Number(textAt(info, 'conference-description/display-text') ?? 0);
    // The one that was under way may have become durable without its answer.
    expect(found, when).to.be.within(stream.acknowledged, stream.sent);
    expect(version, when).to.equal(found + 1);
    stream.sent = stream.acknowledged = found;
  };

  it(`[M18, V1] is there after kill -9 in the middle of updates over HTTP, ${KILLS} times, and the store is whole`, async () => {
    const random = randomNumbers(SEED);
    let streams: Stream[] = [];
    for (let kill = 1; kill <= KILLS + 1; kill++) {
      const running = (server = await serve(['--demo', '--data', data, '--set', 'logging.level=warn']));
      const agent = new Agent({ keepAlive: true });
      const party = alice(running, agent);
      if (kill === 1) {
        const uris = await Promise.all(
          Array.from({ length: STREAMS }, async () => made(await party.creates(title('0')))),
        );
        streams = uris.map((uri) => ({ uri, sent: 0, acknowledged: 0 }));
      }
      await Promise.all(streams.map((stream) => expectKept(party, stream, `seed ${SEED}, before kill ${kill}`)));
      // What `plenary check` asks a server that runs; of a killed one the command itself, at last.
      expect(await administrationAt(join(data, ADMIN_SOCKET)).check()).to.deep.equal({ problems: [] });
      if (kill > KILLS) break;
      let left = 1 + random(30);
      const heard = (): void => {
        if (--left === 0) running.process.kill('SIGKILL');
      };
      await Promise.all(streams.map((stream) => flow(party, stream, heard)));
      agent.destroy();
      await running.ended;
    }
    expect(Math.min(...streams.map(({ acknowledged }) => acknowledged))).to.be.greaterThan(KILLS);
    server?.process.kill('SIGKILL');
    await server?.ended;
    const { code, stdout, stderr } = await plenary(['check', '--data', data, '--domain', 'example.com']);
    expect(code, stdout + stderr).to.equal(0);
  });

  it('[M18] is flushed to the disk between the request for it and the 200', async () => {
    if (spawnSync('strace', ['-V']).error) throw new Error('this test needs strace: apt-get install strace');
    const trace = join(data, 'trace');
    const calls = 'trace=fdatasync,fsync,read,write,writev,recvfrom,sendto,recvmsg,sendmsg';
    // -D: the traced server is our own child, not its tracer.
    const strace = ['strace', '-D', '-f', '-y', '-s', '4096', '-e', calls, '-o', trace];
    const running = (server = await serve(['--demo', '--data', data], { under: strace }));
    const agent = new Agent({ keepAlive: true });
    const party = alice(running, agent);
    const uri = made(await party.creates());
    for (let n = 1; n <= UPDATES; n++) {
      expect((await party.updates(uri, title(`update ${n}.`))).code).to.equal(200);
    }
    agent.destroy();
    await running.stop();

    const lines = readFileSync(trace, 'utf8').split('\n');
    for (let n = 1; n <= UPDATES; n++) {
      // A read counts when it has returned, an answer when its write begins, a flush when it has returned.
      const text = `update ${n}.`;
      const asked = lines.findIndex((line) => RECEIVED.test(line) && line.includes(text));
      const answered = lines.findIndex((line) => SENT.test(line) && line.includes(text));
      expect(asked, text).to.be.within(0, answered);
      const flushes = lines.slice(asked, answered).filter((line) => FLUSHED.test(line));
      expect(flushes, `between ${text} and its 200`).not.to.be.empty;
    }
  });
});
