import Database from 'better-sqlite3';
import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { family } from '../usage.ts';

/** Where Debian's packages kamailio, kamailio-presence-modules and kamailio-sqlite-modules put what is needed. */
const TABLES = '/usr/share/kamailio/db_sqlite';
const MODULES = ['/usr/lib/x86_64-linux-gnu/kamailio/modules/', '/usr/lib/aarch64-linux-gnu/kamailio/modules/'];

/** Megabytes of memory that its processes may share. */
const SHARED = 6_144;

/** Kamailio as a notifier, without authentication, policy and store. */
export class Kamailio {
  readonly port: number;
  readonly pids: readonly number[];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, port: number) {
    this.#child = child;
    this.port = port;
    this.pids = family(child.pid ?? 0);
  }

  static async start(scratch: string): Promise<Kamailio> {
    const modules = MODULES.find((directory) => existsSync(join(directory, 'presence_conference.so')));
    if (modules === undefined)
      throw new Error('kamailio, kamailio-presence-modules or kamailio-sqlite-modules is missing');
    const directory = mkdtempSync(join(scratch, 'kamailio-'));
    const [database, configuration] = [join(directory, 'kamailio.db'), join(directory, 'kamailio.cfg')];
    const tables = new Database(database);
    for (const name of ['standard', 'presence']) tables.exec(readFileSync(join(TABLES, `${name}-create.sql`), 'utf8'));
    tables.close();
    const port = await freePort();
    const written = readFileSync(join(import.meta.dirname, 'kamailio.cfg'), 'utf8')
      .replaceAll('@PORT@', String(port))
      .replaceAll('@DATABASE@', database)
      .replaceAll('@MODULES@', modules);
    writeFileSync(configuration, written);
    const child = spawn('kamailio', ['-f', configuration, '-DD', '-E', '-m', String(SHARED), '-M', '64'], {
      stdio: 'ignore',
    });
    // It says nothing when it is ready.
    while (!isBound(port)) {
      if (child.exitCode !== null) throw new Error(`kamailio ended with ${child.exitCode}`);
      await pause(50);
    }
    await pause(500);
    return new Kamailio(child, port);
  }

  async stop(): Promise<void> {
    const ended = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await ended;
  }
}

/** A port of this machine that nobody listens at. */
export async function freePort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((bound) => socket.bind(0, '127.0.0.1', bound));
  const { port } = socket.address();
  await new Promise<void>((closed) => socket.close(closed));
  return port;
}

const isBound = (port: number): boolean =>
  readFileSync('/proc/net/udp', 'utf8').includes(`0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`);
