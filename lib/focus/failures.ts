import type { Change, ChangeListener } from '../conference/changes.ts';
import type { Endpoints } from '../conference/endpoints.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import { endpointsOf, statusOf, type UserRecord } from '../model/user.ts';
import type { Clock, Timer } from '../sip/clock.ts';
import type { Records } from './dial-outs.ts';

/** An endpoint that could not be had. Plain data, as it is stored. */
export interface Failure {
  readonly conference: XconUri;
  readonly user: XconUserId;
  readonly endpoint: string;
  /** Milliseconds since 1970: how long it is shown. */
  readonly until: number;
}

export interface FailureSettings {
  /** Milliseconds that somebody stays in the roster who was called or added, and could not be had. */
  readonly failedShown: number;
  /** Such endpoints of one conference; the oldest go. */
  readonly failedAtMost: number;
}

export const failureDefaults: FailureSettings = { failedShown: 600_000, failedAtMost: 100 };

export interface FailuresParts {
  readonly endpoints: Pick<Endpoints, 'remove'>;
  readonly onChange: (listener: ChangeListener) => void;
  readonly records: Records<Failure>;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly settings: FailureSettings;
  readonly report: (error: unknown) => void;
}

interface Shown extends Failure {
  readonly timer: Timer;
}

/**
 * Takes those out of rosters again who were busy, did not answer or could not be called (RFC 4575 §5.7.6): after a while, when
 * they come in, and the oldest where they are too many. It remembers them, so that a kill leaves nobody behind.
 */
export class Failures {
  readonly #parts: FailuresParts;
  /** By conference, user and endpoint, the oldest first. */
  readonly #shown = new Map<XconUri, Map<string, Shown>>();
  #isClosed = false;

  constructor(parts: FailuresParts) {
    this.#parts = parts;
    parts.onChange((change) => {
      if (this.#isClosed) return;
      for (const { kind, key } of change.touched) if (kind === 'user') this.#look(change, key as XconUserId);
    });
  }

  /** Endpoints that are shown as failed. */
  get size(): number {
    return [...this.#shown.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Goes on with those of an earlier life. */
  async open(): Promise<void> {
    for await (const slice of this.#parts.records.all()) for (const failure of slice) this.#show(failure);
  }

  close(): void {
    this.#isClosed = true;
    for (const all of this.#shown.values()) for (const { timer } of all.values()) timer.cancel();
  }

  #look({ uri, before, after }: Change, user: XconUserId): void {
    const record = after?.users.get(user);
    const known = this.#shown.get(uri);
    // Most who come and go have one endpoint, which is in.
    const isUsual = record === undefined || record.facts.endpoints === Number(record.facts.connected);
    if (known === undefined && isUsual) return;
    const failed = record === undefined || isUsual ? [] : failedIn(record);
    for (const shown of known?.values() ?? [])
      if (shown.user === user && !failed.includes(shown.endpoint)) this.#forget(shown);
    const hasCome = record?.facts.connected === true && before?.users.get(user)?.facts.connected !== true;
    for (const endpoint of failed) {
      const failure = { conference: uri, user, endpoint, until: this.#parts.date() + this.#parts.settings.failedShown };
      if (hasCome) this.#remove(failure);
      else if (this.#shown.get(uri)?.has(idOf(failure)) !== true) {
        this.#show(failure);
        this.#parts.records.keep(idOf(failure), failure).catch(this.#parts.report);
      }
    }
  }

  #show(failure: Failure): void {
    const { clock, date, settings } = this.#parts;
    const all = this.#shown.get(failure.conference) ?? new Map<string, Shown>();
    const timer = clock.after(Math.max(failure.until - date(), 0), () => this.#remove(failure));
    this.#shown.set(failure.conference, all.set(idOf(failure), { ...failure, timer }));
    const [oldest] = all.values();
    if (all.size > settings.failedAtMost && oldest !== undefined) this.#remove(oldest);
  }

  #remove(failure: Failure): void {
    const { conference, user, endpoint } = failure;
    this.#forget(failure);
    this.#parts.endpoints.remove(conference, user, [endpoint], OVER).catch(this.#parts.report);
  }

  #forget(failure: Failure): void {
    const id = idOf(failure);
    const all = this.#shown.get(failure.conference);
    const shown = all?.get(id);
    if (all === undefined || shown === undefined) return;
    shown.timer.cancel();
    all.delete(id);
    if (all.size === 0) this.#shown.delete(failure.conference);
    this.#parts.records.forget(id).catch(this.#parts.report);
  }
}

const OVER: ReadonlySet<string> = new Set(['disconnected']);
const FAILED = new Set(['failed', 'busy']);

/** Endpoints that could not be had, by their entities. */
const failedIn = ({ part }: UserRecord): string[] =>
  endpointsOf(part.element)
    .filter((endpoint) => {
      const method = endpoint.first(CONFERENCE_INFO, 'disconnection-method')?.text.trim();
      return statusOf(endpoint) === 'disconnected' && FAILED.has(method ?? '');
    })
    .map((endpoint) => endpoint.attribute('entity')?.trim() ?? '');

const idOf = ({ conference, user, endpoint }: Failure): string => `${conference} ${user} ${endpoint}`;
