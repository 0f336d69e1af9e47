import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Connection } from '../http/connection.ts';
import { confInfo, title } from '../support/messages.ts';
import { basic } from '../support/party.ts';
import { made, PASSWORD, TestSystem } from '../support/system.ts';

const portOf = (system: TestSystem): number => Number(new URL(system.url).port);

/** Files that a process may have open here, with some left for the tests themselves. */
const AVAILABLE = Number(/Max open files\s+\d+\s+(\d+)/.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]) - 500;
const FLOOD = Math.min(10_000, AVAILABLE);
const CAP = Math.floor(FLOOD * 0.8);

describe('hostile connections', () => {
  let system: TestSystem;
  afterEach(() => system.close());

  /** A request of Alice, byte by byte as a client would write it. */
  const written = (body: string, length = Buffer.byteLength(body)): string =>
    [
      'POST /ccmp HTTP/1.1',
      'Host: localhost',
      'Content-Type: application/ccmp+xml',
      `Authorization: ${basic('alice', PASSWORD)}`,
      `Content-Length: ${length}`,
      '',
      body,
    ].join('\r\n');

  it(`[Z13] of ${FLOOD} that send half of a request, the cap holds, and an honest client is served`, async () => {
    system = await TestSystem.start({
      'http.connections': CAP,
      'http.headersTime': 600_000,
      'http.requestTime': 600_000,
    });
    const flood = await Flood.start(portOf(system), FLOOD);
    try {
      const alice = system.as('alice');
      const uri = made(await alice.creates(title('Served')));
      for (let request = 0; request < 20; request++) expect(await alice.retrieves(uri)).to.include({ code: 200 });
      // Their ends learn one after the other that they are closed.
      while ((await flood.open()) > CAP);
      expect(await flood.open()).to.be.above(CAP / 2);
      expect(await alice.retrieves(uri)).to.include({ code: 200 });
    } finally {
      await flood.end();
    }
  });

  it('[H20] of those that stay silent the server frees itself, and answers the honest meanwhile', async () => {
    system = await TestSystem.start({ 'http.headersTime': 200, 'http.requestTime': 200, 'http.checkInterval': 20 });
    const silent = ['', 'POST /cc', 'POST /ccmp HTTP/1.1\r\nHost: localhost\r\n', written('<?xml', 900)].flatMap(
      (half) => Array.from({ length: 25 }, () => new Connection(portOf(system)).send(half)),
    );
    expect(await system.as('alice').lists()).to.include({ code: 200 });
    const answers = await Promise.all(silent.map((connection) => connection.closed()));
    for (const answer of answers) expect(answer).to.match(/^(HTTP\/1\.1 4\d\d |$)/);
  });

  it('[H18, H20] a body that trickles in is cut, and one that ends early changes nothing', async () => {
    system = await TestSystem.start({ 'http.headersTime': 300, 'http.requestTime': 300, 'http.checkInterval': 20 });
    const alice = system.as('alice');
    const uri = made(await alice.creates(title('As it was')));
    const update = alice.text('conf', { operation: 'update', confObjID: uri, inside: confInfo(uri, title('Cut')) });

    const trickle = new Connection(portOf(system)).send(written('', 100_000));
    const drop = setInterval(() => trickle.socket.writable && trickle.send('x'), 10);
    expect(await trickle.closed()).to.match(/^HTTP\/1\.1 4\d\d /);
    clearInterval(drop);

    const length = Buffer.byteLength(update);
    for (const cut of [0, 1, length >> 1, length - 1]) {
      const short = new Connection(portOf(system)).send(
        written(update, length + 1).slice(0, cut - length || undefined),
      );
      short.socket.end();
      expect(await short.closed()).to.match(/^(HTTP\/1\.1 4\d\d |$)/);
      const reset = new Connection(portOf(system)).send(written(update, length + 1));
      await once(reset.socket, 'connect');
      reset.socket.resetAndDestroy();
      await reset.closed();
    }
    expect(await alice.retrieves(uri)).to.include({ code: 200, version: 1 });
  });

  it('[H14] answers that nobody reads hold up nobody', async () => {
    system = await TestSystem.start();
    const alice = system.as('alice');
    const uri = made(await alice.creates(title('x'.repeat(150_000))));
    const request = written(alice.text('conf', { operation: 'retrieve', confObjID: uri }));
    const deaf = Array.from({ length: 20 }, () => {
      const connection = new Connection(portOf(system)).send(request.repeat(40));
      connection.socket.pause();
      return connection;
    });
    for (let index = 0; index < 5; index++) expect(await alice.retrieves(uri)).to.include({ code: 200 });
    for (const { socket } of deaf) socket.destroy();
    expect(await alice.retrieves(uri)).to.include({ code: 200 });
  });
});

/** Another process with many connections, since one has not files enough for both ends. */
class Flood {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(port: number, count: number) {
    const script = fileURLToPath(new URL('flood.ts', import.meta.url));
    this.#child = spawn(process.execPath, ['--import', 'tsx', script, String(port), String(count)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
  }

  /** Resolves when each connection is made, or refused. */
  static async start(port: number, count: number): Promise<Flood> {
    const flood = new Flood(port, count);
    expect((await flood.#lines.next()).value).to.equal('settled');
    return flood;
  }

  /** How many of them are open. */
  async open(): Promise<number> {
    this.#child.stdin!.write('\n');
    return Number((await this.#lines.next()).value);
  }

  async end(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGKILL');
    await ended;
  }
}
