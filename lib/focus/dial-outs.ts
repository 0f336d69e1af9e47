import { askedTargets } from '../conference/asked-targets.ts';
import type { Change, ChangeListener } from '../conference/changes.ts';
import type { LoggedChange } from '../conference/repository.ts';
import { type ConferenceObject, CONFERENCES } from '../model/conference-object.ts';
import { normaliseAddress, parseXconUserId, type XconUri, type XconUserId } from '../model/identifiers.ts';
import { endpointsOf, statusOf } from '../model/user.ts';
import type { Timer } from '../sip/clock.ts';
import { type Log, LogFollower } from '../outbox/follower.ts';
import { type Callee, DialOut, type DialOutParts, type Extras, isCalled } from './dial-out.ts';
import type { Invitations } from './invitations.ts';
import { recall } from './recall.ts';
import { type Final, finalOf } from './ring.ts';

/** Small records that are durable when the promise resolves. */
export interface Records<Value> {
  keep(id: string, value: Value): Promise<void>;
  forget(id: string): Promise<void>;
  all(): AsyncIterable<readonly Value[]>;
}

export interface DialOutsParts extends DialOutParts {
  readonly log: Log;
  /** Changes that are read from the log at once. */
  readonly page: number;
  readonly callees: Records<Callee>;
  /** Absent where lists call nobody. */
  readonly invitations?: Invitations | undefined;
  readonly onChange: (listener: ChangeListener) => void;
}

/** Told of each step of a call, as the status of its INVITE; the last is final. */
export type Progress = (step: Final) => void;

/** The name under which the store remembers how far we are. */
const FOLLOWER = 'dial-out';
/** How long the end waits for telephones to stop ringing, in milliseconds. */
const GRACE = 1_000;

/**
 * Calls everybody whom a conference object has as dialing out. It follows the change log, and remembers whom it calls until
 * that is over: so everybody is called, also after a kill, and nobody twice for one change.
 */
export class DialOuts {
  readonly #parts: DialOutsParts;
  readonly #follower: LogFollower;
  /** By their conferences and ids. */
  readonly #running = new Map<XconUri, Map<string, DialOut>>();
  readonly #extras = new Map<string, Extras>();
  readonly #listeners = new Map<string, Set<Progress>>();
  readonly #runs = new Set<Promise<void>>();
  #late: Timer | undefined;
  #isOpen = false;

  constructor(parts: DialOutsParts) {
    this.#parts = parts;
    this.#follower = new LogFollower(FOLLOWER, parts.log, parts.page, (changes) => this.#deal(changes));
    parts.onChange((change) => {
      for (const dialOut of this.#running.get(change.uri)?.values() ?? []) dialOut.follow(change.after);
      if (this.#concerns(change)) this.#wake();
      else if (this.#isOpen) this.#follower.rest(parts.clock, parts.context.report);
    });
  }

  /** People who are being called. */
  get size(): number {
    return [...this.#running.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** Goes on where an earlier life stopped. */
  async open(): Promise<void> {
    this.#isOpen = true;
    const callees: Callee[] = [];
    for await (const slice of this.#parts.callees.all()) callees.push(...slice);
    for (const callee of callees) await this.#resume(callee);
    await this.#parts.invitations?.open();
    this.#wake();
  }

  /** What rings is cancelled; the next life calls again. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#parts.invitations?.close();
    const running = [...this.#running.values()].flatMap((dialOuts) => [...dialOuts]);
    // Telephones remember for a while that a call of a name was cancelled.
    await Promise.all(running.map(([id, { callee }]) => this.#parts.callees.keep(id, this.#renamed(callee))));
    for (const [, dialOut] of running) dialOut.stop();
    const late = new Promise<void>((resolve) => (this.#late = this.#parts.clock.after(GRACE, resolve)));
    await Promise.race([Promise.allSettled(this.#runs), late]);
    this.#late?.cancel();
    await this.#follower.close();
  }

  /**
   * What the next call of an address into a conference brings beside, and who is told of it, or of one that goes on. The
   * function given back takes both off.
   */
  attend(conference: XconUri, address: string, progress: Progress, extras: Extras = {}): () => void {
    const name = nameOf(conference, address);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(progress));
    if (extras.replaces !== undefined || extras.recipients !== undefined) this.#extras.set(name, extras);
    return () => {
      listeners.delete(progress);
      if (listeners.size > 0) return;
      if (this.#listeners.get(name) === listeners) this.#listeners.delete(name);
      this.#extras.delete(name);
    };
  }

  #wake(): void {
    if (this.#isOpen) this.#follower.wake().catch(this.#parts.context.report);
  }

  /** Whether somebody may have to be called because of a change, or an occurrence is over that has asked people. */
  #concerns({ uri, before, after, touched }: Change): boolean {
    const isActive = before?.header.active === true || after?.header.active === true;
    if (isActive && (asks(before) || asks(after) || this.#parts.invitations?.knows(uri) === true)) return true;
    return touched.some(
      ({ kind, key }) => kind === 'user' && calleesIn(after, key as XconUserId, undefined).length > 0,
    );
  }

  async #deal(changes: readonly LoggedChange[]): Promise<() => void> {
    const found: Called[] = [];
    const active = new Set<XconUri>();
    for (const { uri, header, version, parts, by } of changes) {
      if (!CONFERENCES.includes(header.kind)) continue;
      active.add(uri);
      const users = parts.filter(({ kind, after }) => kind === 'user' && after?.includes('dialing-out') === true);
      if (users.length === 0 || version === 0) continue;
      const object = await this.#parts.endpoints.object(uri);
      for (const { key } of users) found.push(...calleesIn(object, key as XconUserId, adderOf(by)));
    }
    const isKnown = (callee: Called): boolean =>
      this.#running.get(callee.conference)?.has(idOf(callee)) === true || this.#hasAnswered(callee);
    const fresh = found.filter((callee) => !isKnown(callee)).map((callee) => this.#renamed(callee));
    await Promise.all(fresh.map((callee) => this.#parts.callees.keep(idOf(callee), callee)));
    return () => {
      for (const callee of fresh) this.#start(callee);
      for (const uri of active) this.#parts.invitations?.look(uri);
    };
  }

  async #resume(callee: Callee): Promise<void> {
    const object = await this.#parts.endpoints.object(callee.conference);
    if (this.#hasAnswered(callee)) await this.#parts.callees.forget(idOf(callee));
    else if (isCalled(object, callee)) this.#start(callee, true);
    else this.#follow(this.#recall(callee));
  }

  /** Nobody wants her any more, and her telephone may ring. */
  async #recall(callee: Callee): Promise<void> {
    await recall(this.#parts, callee);
    if (this.#isOpen) await this.#parts.callees.forget(idOf(callee));
  }

  /** She has answered before a kill, though the roster does not know it yet: her call goes on, or ends, by itself. */
  #hasAnswered({ conference, user, endpoint }: Called): boolean {
    for (const call of this.#parts.context.calls.of(conference, user))
      if (call.endpoint === endpoint && call.session !== undefined) return true;
    return false;
  }

  /** Called anew. */
  #renamed(called: Called): Callee {
    return { ...called, seed: this.#parts.newId() };
  }

  #start(callee: Callee, isResumed = false): void {
    const id = idOf(callee);
    const dialOuts = this.#running.get(callee.conference) ?? new Map<string, DialOut>();
    if (!this.#isOpen || dialOuts.has(id)) return;
    const name = nameOf(callee.conference, callee.endpoint);
    const extras = this.#extras.get(name) ?? {};
    this.#extras.delete(name);
    const told: Progress = (step) => {
      for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(step);
    };
    const keep = (renamed: Callee): Promise<void> => this.#parts.callees.keep(id, renamed);
    const dialOut = new DialOut(this.#parts, callee, extras, told, { isResumed, keep });
    this.#running.set(callee.conference, dialOuts.set(id, dialOut));
    this.#follow(this.#run(dialOut, id, told));
  }

  /** What goes on by itself until the end waits for it. */
  #follow(running: Promise<void>): void {
    const run = running.catch(this.#parts.context.report).finally(() => this.#runs.delete(run));
    this.#runs.add(run);
  }

  async #run(dialOut: DialOut, id: string, told: Progress): Promise<void> {
    const { conference } = dialOut.callee;
    try {
      await dialOut.run();
    } catch (error) {
      told(finalOf(500));
      throw error;
    } finally {
      const dialOuts = this.#running.get(conference);
      dialOuts?.delete(id);
      if (dialOuts?.size === 0) this.#running.delete(conference);
      if (this.#isOpen) await this.#parts.callees.forget(id);
    }
    // She was brought in anew while the call before ended.
    if (this.#isOpen && isCalled(await this.#parts.endpoints.object(conference), dialOut.callee)) {
      const renamed = this.#renamed(dialOut.callee);
      await this.#parts.callees.keep(id, renamed);
      this.#start(renamed);
    }
  }
}

/** Whom a conference object has as dialing out. */
type Called = Omit<Callee, 'seed'>;

const asks = (object: ConferenceObject | undefined): boolean => object !== undefined && askedTargets(object).length > 0;

const idOf = ({ conference, user, endpoint }: Called): string => `${conference} ${user} ${endpoint}`;

const nameOf = (conference: XconUri, address: string): string => `${conference} ${normaliseAddress(address)}`;

/** Whoever does something for others acts under a name that no login holds. */
const adderOf = (by: string): XconUserId | undefined => (by.includes('%') ? undefined : parseXconUserId(by));

function calleesIn(object: ConferenceObject | undefined, user: XconUserId, adder: XconUserId | undefined): Called[] {
  const record = object?.users.get(user);
  if (object === undefined || record === undefined) return [];
  return endpointsOf(record.part.element)
    .filter((one) => statusOf(one) === 'dialing-out')
    .map((one) => ({
      ...{ conference: object.uri, user, endpoint: one.attribute('entity')?.trim() ?? '' },
      ...(adder !== undefined && { adder }),
    }));
}
