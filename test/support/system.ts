import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import { loadConfig } from '../../lib/config.ts';
import { createLogger } from '../../lib/http/access-log.ts';
import { ConferencingSystem } from '../../lib/system.ts';
import type { Time } from '../../lib/system/time.ts';
import { basic, Party, type Answer } from './party.ts';

export const PASSWORD = 'demo';
export const PEOPLE = ['alice', 'bob', 'carol', 'dave'] as const;
export type Name = (typeof PEOPLE)[number];

/**
 * A whole conferencing system on a free port of this machine, with a data directory of its own; alice, bob, carol and
 * dave of example.com are its users, root is its system administrator.
 */
export class TestSystem {
  readonly data = mkdtempSync(join(tmpdir(), 'plenary-scenario-'));
  #settings: Readonly<Record<string, unknown>>;
  readonly #time: Time | undefined;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #clients: ConferenceControlClient[] = [];
  #system: ConferencingSystem | undefined;
  #url = '';
  #sip: readonly string[] = [];
  #mail = '';
  #operation = '';

  private constructor(settings: Readonly<Record<string, unknown>>, time: Time | undefined) {
    this.#settings = settings;
    this.#time = time;
  }

  /** @param time where it does not pass by itself */
  static async start(settings: Readonly<Record<string, unknown>> = {}, time?: Time): Promise<TestSystem> {
    const system = new TestSystem(settings, time);
    const { administration } = await system.#open();
    for (const name of PEOPLE) {
      const shown = name.charAt(0).toUpperCase() + name.slice(1);
      await administration.addUser({ name, password: PASSWORD, displayText: shown });
    }
    await administration.addUser({ name: 'root', password: PASSWORD, systemAdministrator: true });
    return system;
  }

  get url(): string {
    return this.#url;
  }

  /** Where mail is handed in. */
  get mail(): string {
    return this.#mail;
  }

  /** Where operators look, with `admin.listen`. */
  get operation(): string {
    return this.#operation;
  }

  /** The SIP URI of a user part at our listener of a transport. */
  sip(user: string, transport: 'udp' | 'tcp' | 'tls' | 'ws' | 'wss'): string {
    const listener = this.#sip.find((uri) => uri.endsWith(`;transport=${transport}`));
    if (listener === undefined) throw new Error(`nobody listens by ${transport}`);
    return listener.replace('sip:', `sip:${user}@`);
  }

  get administration(): ConferencingSystem['administration'] {
    if (this.#system === undefined) throw new Error('the system is closed');
    return this.#system.administration;
  }

  /** A user of the directory, who logs in by Basic. */
  as(name: Name | 'root'): Party {
    return this.party(`xcon-userid:${name}@example.com`, basic(name, PASSWORD));
  }

  /** The library of a user of the directory; it closes with the system. */
  client(name: Name): ConferenceControlClient {
    const client = new ConferenceControlClient({ url: this.#url, user: `${name}@example.com`, password: PASSWORD });
    this.#clients.push(client);
    return client;
  }

  /** Somebody without credentials: a newcomer, or a guest by the id that she got. */
  guest(id?: string): Party {
    return this.party(id);
  }

  party(id?: string, authorization?: string): Party {
    return new Party(() => this.#url, this.#agent, { ...(id && { id }), ...(authorization && { authorization }) });
  }

  /** Closes the system and opens it again on what it left, some settings being others. */
  async restart(settings: Readonly<Record<string, unknown>> = {}, meanwhile = (): void => undefined): Promise<void> {
    await this.#system?.close();
    meanwhile();
    this.#settings = { ...this.#settings, ...settings };
    await this.#open();
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    for (const client of this.#clients.splice(0)) client.close();
    await this.#system?.close();
    rmSync(this.data, { recursive: true });
  }

  async #open(): Promise<ConferencingSystem> {
    const values = { domain: 'example.com', data: this.data, 'http.listen': '127.0.0.1:0', ...this.#settings };
    const flags = Object.entries(values).map(([name, raw]) => ({ name, raw, source: 'test' }));
    const system = await ConferencingSystem.open(loadConfig({ flags }), createLogger({ level: 'silent' }), this.#time);
    this.#system = system;
    const { ccmp, sip, mail = '', admin = '' } = await system.serve();
    this.#url = ccmp;
    this.#sip = sip;
    this.#mail = mail;
    this.#operation = admin;
    return system;
  }
}

/** The XCON-URI of what an answer says was made. */
export function made({ code, string = '', confObjID }: Answer): string {
  if (code !== 200 || confObjID === undefined) throw new Error(`nothing was made: ${code} ${string}`);
  return confObjID;
}

/** The XCON-USERID and the SIP address of a user of the directory. */
export const idOf = (name: Name): string => `xcon-userid:${name}@example.com`;
export const sipOf = (name: Name): string => `sip:${name}@example.com`;
