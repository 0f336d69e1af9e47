import type { EndpointState } from '../conference/endpoint-state.ts';
import { endpointOf } from '../conference/endpoints.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import { normaliseAddress, type XconUri, type XconUserId } from '../model/identifiers.ts';
import { statusOf } from '../model/user.ts';
import type { Clock } from '../sip/clock.ts';
import { formatReason } from '../sip/message/headers/index.ts';
import type { CallContext } from './call.ts';
import type { Destination } from './destination.ts';
import type { Contacted, Gate } from './gate.ts';
import { InviteNames } from './invite-names.ts';
import type { Ways } from './ways.ts';
import { UNWANTED } from './recall.ts';
import type { OutgoingCall } from './outgoing-call.ts';
import { type Final, finalOf, ring } from './ring.ts';
import type { Recipient } from './uri-list.ts';

/** Somebody whom the focus calls: an endpoint of a conference object that is dialing out. Plain data, as it is stored. */
export interface Callee extends Contacted {
  readonly user: XconUserId;
  /** The entity of the endpoint: the address that is called. */
  readonly endpoint: string;
  /** Of which the names of her INVITEs are made; another one whenever she is called anew. */
  readonly seed: string;
}

/** What an INVITE may bring beside. */
export interface Extras {
  /** The dialog of the callee that it takes the place of, as a value of Replaces. */
  readonly replaces?: string | undefined;
  /** Who was asked along with her (RFC 5366 §5). */
  readonly recipients?: readonly Recipient[] | undefined;
}

export interface DialOutSettings {
  /** Calls of one person, one after the other, until she answers. */
  readonly attempts: number;
  /** Milliseconds between two of them, where the callee says nothing else. */
  readonly retryAfter: number;
  /** The most that a callee may say, in milliseconds. */
  readonly longestRetry: number;
  /** After which final responses she is called again. */
  readonly retried: readonly number[];
  /** Redirections that are followed, one after the other. */
  readonly redirections: number;
  /** Telephones of one person that ring at the same time. */
  readonly devices: number;
}

export const dialOutDefaults: DialOutSettings = {
  attempts: 1,
  retryAfter: 30_000,
  longestRetry: 300_000,
  retried: [408, 480, 486, 503],
  redirections: 3,
  devices: 10,
};

export interface DialOutParts {
  readonly context: CallContext;
  readonly endpoints: { object(uri: XconUri): Promise<ConferenceObject | undefined> };
  readonly gate: Gate;
  readonly ways: Ways;
  readonly clock: Clock;
  readonly settings: DialOutSettings;
  readonly newId: () => string;
}

/** How a call begins. */
export interface Begin {
  /** In an earlier life: telephones may ring already. */
  readonly isResumed: boolean;
  /** Resolves when it is durable under which names she is called now. */
  readonly keep: (callee: Callee) => Promise<void>;
}

/** Calls one person until she is in, or can't be had (RFC 4579 §5.2). */
export class DialOut {
  readonly #parts: DialOutParts;
  readonly #extras: Extras;
  readonly #stopping = new AbortController();
  readonly #told: (final: Final) => void;
  readonly #begin: Begin;
  #callee: Callee;
  #names: InviteNames;
  #isResumed: boolean;
  #isAlerting = false;

  /** @param told each step, as the status of the INVITE; the last is final */
  constructor(parts: DialOutParts, callee: Callee, extras: Extras, told: (step: Final) => void, begin: Begin) {
    this.#parts = parts;
    this.#callee = callee;
    this.#names = new InviteNames(callee.seed);
    this.#begin = begin;
    this.#isResumed = begin.isResumed;
    this.#extras = extras;
    this.#told = told;
  }

  get callee(): Callee {
    return this.#callee;
  }

  /** Nobody wants her any more: her endpoint is gone, or the server ends. */
  stop(): void {
    this.#stopping.abort(UNWANTED);
  }

  /** Looks whether her endpoint is still being called. */
  follow(object: ConferenceObject | undefined): void {
    if (!isCalled(object, this.callee)) this.stop();
  }

  /** Resolves when it is over and the roster knows it. */
  async run(): Promise<Final> {
    const { settings } = this.#parts;
    for (let attempt = 1; ; attempt += 1) {
      const final = await this.#attempt();
      const isRetried = attempt < settings.attempts && settings.retried.includes(final.status);
      if (this.#stopping.signal.aborted || final.status < 300 || !isRetried) return this.#conclude(final);
      await this.#wait(Math.min((final.retryAfter ?? 0) * 1_000 || settings.retryAfter, settings.longestRetry));
      await this.#rename();
    }
  }

  /** The INVITEs of before are over. */
  async #rename(): Promise<void> {
    this.#callee = { ...this.#callee, seed: this.#parts.newId() };
    this.#names = new InviteNames(this.#callee.seed);
    this.#isResumed = false;
    await this.#begin.keep(this.#callee);
  }

  async #attempt(): Promise<Final> {
    const { conference, endpoint } = this.callee;
    const { gate, settings } = this.#parts;
    const object = await this.#parts.endpoints.object(conference);
    if (object === undefined || !isCalled(object, this.callee)) return finalOf(487);
    const tried = new Set<string>();
    let addresses: readonly string[] = [endpoint];
    let final = finalOf(404);
    for (let hops = 0; hops <= settings.redirections && addresses.length > 0; hops += 1) {
      let redirected: readonly string[] = [];
      for (const address of addresses) {
        const key = normaliseAddress(address);
        if (tried.has(key)) continue;
        tried.add(key);
        final = await gate.pass(this.callee, object, address, hops > 0, (to) => this.#ring(object, to, hops > 0));
        if (final.status < 300 || final.status >= 600 || this.#stopping.signal.aborted) return final;
        if (final.status < 400) redirected = [...redirected, ...(final.contacts ?? [])];
      }
      addresses = redirected.slice(0, settings.devices);
    }
    return final.status < 400 ? finalOf(480) : final;
  }

  async #ring(object: ConferenceObject, destination: Destination, isDiverted: boolean): Promise<Final> {
    const { ways, settings, context } = this.#parts;
    let winner: OutgoingCall | undefined;
    const asked = {
      ...{ callee: this.callee, object, extras: this.#extras, destination, isDiverted },
      ...{ names: this.#names, isResumed: this.#isResumed },
      claim: (call: OutgoingCall) => winner === undefined && ((winner = call), true),
      alerting: () => this.#alert(),
    };
    const devices = ways.to(destination).slice(0, settings.devices);
    const final = await ring(devices, (way) => ways.call(way, asked, context), this.#stopping.signal);
    if (final.status >= 300) return final;
    return (await winner?.enter()) === true ? final : finalOf(487);
  }

  #alert(): void {
    if (this.#isAlerting || this.#stopping.signal.aborted) return;
    this.#isAlerting = true;
    this.#told(finalOf(180));
    this.#report({ status: 'alerting' }).catch(this.#parts.context.report);
  }

  async #conclude(final: Final): Promise<Final> {
    const isOver = final.status < 300 || this.#stopping.signal.aborted;
    if (!isOver)
      await this.#report({
        status: 'disconnected',
        disconnectionMethod: BUSY.has(final.status) ? 'busy' : 'failed',
        disconnectionInfo: {
          when: this.#parts.context.date(),
          reason: formatReason({ protocol: 'SIP', cause: final.status, text: final.reason }),
        },
      });
    this.#told(final);
    return final;
  }

  /** Only while she is being called: what has become of her endpoint meanwhile counts. */
  async #report(state: EndpointState): Promise<void> {
    const { conference, user, endpoint } = this.callee;
    await this.#parts.context.endpoints.report(conference, user, endpoint, state, CALLED);
  }

  async #wait(milliseconds: number): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      const timer = this.#parts.clock.after(milliseconds, resolve);
      signal.addEventListener('abort', () => {
        timer.cancel();
        resolve();
      });
    });
  }
}

/** The states of an endpoint that is being called. */
const CALLED: ReadonlySet<string> = new Set(['dialing-out', 'alerting']);
const BUSY = new Set([486, 600]);

/** Whether a conference object has the endpoint of somebody as being called. */
export function isCalled(object: ConferenceObject | undefined, { user, endpoint }: Omit<Callee, 'seed'>): boolean {
  const record = object?.users.get(user);
  const there = record && endpointOf(record, endpoint);
  return there !== undefined && CALLED.has(statusOf(there));
}
