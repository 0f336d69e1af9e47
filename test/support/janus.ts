import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const ADMIN_KEY = 'only the focus makes rooms';
export const API_SECRET = 'only the focus asks';

/** What Debian's Janus has, and nobody here asks for. */
const PLUGINS = ['duktape', 'echotest', 'lua', 'nosip', 'recordplay', 'sip', 'streaming', 'textroom', 'videocall'];
const OTHERS = ['videoroom', 'voicemail'];
const TRANSPORTS = ['http', 'mqtt', 'nanomsg', 'pfunix', 'rabbitmq'];
const libraries = (names: readonly string[]): string => names.map((name) => `libjanus_${name}.so`).join(',');

/** Debian's Janus in a folder of its own; its WebSocket API is at a socket in there, its media at 127.0.0.1. */
export class Janus {
  readonly folder = mkdtempSync(join(tmpdir(), 'plenary-janus-'));
  readonly url = `ws+unix://${join(this.folder, 'ws')}:/`;
  #child: ChildProcess | undefined;
  #output = '';

  static async start(): Promise<Janus> {
    const janus = new Janus();
    janus.#configure();
    await janus.start();
    return janus;
  }

  /** Starts it, or starts it again. @throws {Error} when Janus is missing, or ends at once */
  async start(): Promise<void> {
    rmSync(join(this.folder, 'ws'), { force: true });
    const child = spawn('janus', ['-F', this.folder], { cwd: this.folder, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#output = '';
    // A test process that is ended leaves nobody behind.
    const end = (): void => void child.kill('SIGKILL');
    process.once('exit', end);
    child.once('exit', () => process.off('exit', end));
    await new Promise<void>((resolve, reject) => {
      const fail = (text: string): void => reject(new Error(text));
      child.once('error', () => fail('janus is missing: apt-get install janus'));
      child.once('exit', (code) => fail(`janus ended with ${code}: ${this.#output.slice(-4_000)}`));
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding('utf8').on('data', (text: string) => {
          this.#output = (this.#output + text).slice(-100_000);
          if (this.#output.includes('WebSockets thread started')) resolve();
        });
    });
  }

  /** What a server needs to be told to use it. */
  get settings(): Readonly<Record<string, unknown>> {
    return {
      'mixer.kind': 'janus',
      'mixer.url': this.url,
      'mixer.apiSecretFile': this.#secretFile('api-secret', API_SECRET),
      'mixer.adminKeyFile': this.#secretFile('admin-key', ADMIN_KEY),
      'mixer.recordings': this.folder,
      'mixer.retry': 50,
    };
  }

  /** As when it crashes. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #secretFile(name: string, secret: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, `${secret}\n`);
    return file;
  }

  #configure(): void {
    const write = (name: string, lines: readonly string[]): void =>
      writeFileSync(join(this.folder, `${name}.jcfg`), lines.join('\n'));
    write('janus', [
      `general: { debug_level = 4, debug_colors = false, interface = "127.0.0.1", api_secret = "${API_SECRET}" }`,
      `plugins: { disable = "${libraries([...PLUGINS, ...OTHERS])}" }`,
      `transports: { disable = "${libraries(TRANSPORTS)}" }`,
      `loggers: { disable = "${libraries(['jsonlog'])}" }`,
    ]);
    write('janus.plugin.audiobridge', [`general: { admin_key = "${ADMIN_KEY}", local_ip = "127.0.0.1" }`]);
    write('janus.transport.websockets', [
      `general: { json = "compact", ws = true, ws_unix = "${join(this.folder, 'ws')}", wss = false }`,
      'admin: { admin_ws = false }',
    ]);
  }
}
