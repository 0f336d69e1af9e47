import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MailServer } from '../calendar/mail/mail-server.ts';
import { type Ended, plenary, type RunningServer, serve } from './command.ts';
import { basic, Party } from './party.ts';
import { idOf } from './system.ts';

/** A server as its own process, which may be killed, and the mail server to which it hands its mails. */
export class MailingServer {
  readonly mails: MailServer;
  readonly alice: Party;
  readonly #data = mkdtempSync(join(tmpdir(), 'plenary-mailing-'));
  readonly #agent = new Agent();
  #running: RunningServer | undefined;

  private constructor(mails: MailServer) {
    this.mails = mails;
    const authorization = basic('alice', 'demo');
    this.alice = new Party(() => this.#running?.url ?? '', this.#agent, { id: idOf('alice'), authorization });
  }

  /** It does not run yet. */
  static async prepare(): Promise<MailingServer> {
    return new MailingServer(await MailServer.start());
  }

  async start(): Promise<void> {
    this.#running = await serve(['--demo', ...this.#settings]);
  }

  async kill(): Promise<void> {
    this.#running?.process.kill('SIGKILL');
    await this.#running?.ended;
    this.#agent.destroy();
  }

  /** Runs `plenary mail`, whether the server runs or not. */
  shows(...args: readonly string[]): Promise<Ended> {
    return plenary(['mail', '--domain', 'example.com', ...this.#settings, ...args]);
  }

  async close(): Promise<void> {
    await this.kill();
    await this.mails.close();
    rmSync(this.#data, { recursive: true });
  }

  get #settings(): string[] {
    const settings = [`mail.server=${this.mails.address}`, 'mail.tls=none', 'mail.rest=1'];
    return ['--data', this.#data, ...settings.flatMap((one) => ['--set', one])];
  }
}
