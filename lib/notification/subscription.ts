import type { Sight } from '../conference/sight.ts';
import type { PartName } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { type Contents, tagOf } from './content.ts';
import type { Clock, EndReason, Notification, Pace, Watcher } from './watching.ts';

/** What a subscription needs of the conference that it watches. */
export interface Watched {
  /** What the watcher may see now; undefined when nothing any more. */
  sight(watcher: Watcher): Promise<Sight | undefined>;
  /** The parts that changed since a version; undefined when that is too long ago to know. */
  touchedSince(version: number): readonly PartName[] | undefined;
  /** Gives a subscription its turn. */
  turn(work: () => Promise<void>): void;
  /** Room for so many bytes under way, until the function is called; without room it calls `again` when there is some. */
  admit(bytes: number, again: () => void): (() => void) | undefined;
  forget(subscription: Subscription): void;
}

export interface SubscriptionParts {
  readonly watched: Watched;
  readonly watcher: Watcher;
  readonly contents: Contents;
  readonly clock: Clock;
  readonly pace: Pace;
  /** What important news wait for, however slow the pace, in milliseconds. */
  readonly urgentInterval: number;
}

/**
 * One watcher of one conference: what he has been told, what is under way to him, and when he may be told next. The
 * first notification goes at once; then what happens within an interval is told together, from what he acknowledged
 * last to what there is (RFC 6502 §5.1: nothing new before the answer to the last).
 */
export class Subscription {
  readonly #parts: SubscriptionParts;
  #told: Sight | undefined;
  /** Nothing is compared with what he has: he is told all. */
  #whole = true;
  #waiting: 'no' | 'news' | 'urgent' = 'no';
  #underWay = false;
  #queued = false;
  #ended = false;
  #delivered = Promise.resolve(true);
  #last = -Infinity;
  #notifications = 0;
  readonly #since: number;
  #timer: { cancel(): void } | undefined;

  constructor(parts: SubscriptionParts, told?: Sight) {
    this.#parts = parts;
    this.#since = parts.clock.now();
    if (told !== undefined) {
      this.#told = told;
      this.#whole = false;
    }
  }

  /** The version of the object that the watcher has acknowledged. */
  get version(): number | undefined {
    return this.#told?.object.version;
  }

  /** The watcher's own user, as far as he has been told of himself. */
  get self(): XconUserId | undefined {
    return this.#told?.reader.self;
  }

  /** What he has been told. */
  get told(): Sight | undefined {
    return this.#told;
  }

  get watcher(): Watcher {
    return this.#parts.watcher;
  }

  /** Whether something is under way that the watcher has not acknowledged. */
  get outstanding(): boolean {
    return this.#underWay;
  }

  /** How often he was told so far. */
  get notifications(): number {
    return this.#notifications;
  }

  /** For how long he has been watching, in milliseconds. */
  get age(): number {
    return this.#parts.clock.now() - this.#since;
  }

  /** Something changed that the watcher may see. */
  wake(urgent: boolean): void {
    if (this.#ended) return;
    if (this.#waiting !== 'urgent') this.#waiting = urgent ? 'urgent' : 'news';
    this.#schedule();
  }

  /** Tells everything at once: the watcher subscribed or refreshed (RFC 6665 §4.2.1.2). */
  refresh(): void {
    if (this.#ended) return;
    this.#whole = true;
    this.#last = -Infinity;
    this.#waiting = 'urgent';
    this.#schedule();
  }

  /**
   * All that the watcher may see now, for whoever asks himself when he is told: a refresh, a poll, a farewell. He has it
   * once `acknowledge` was called. Undefined when he may see nothing any more.
   */
  async look(): Promise<{ readonly notification: Notification; readonly acknowledge: () => void } | undefined> {
    const { watched, contents, watcher } = this.#parts;
    const sight = await watched.sight(watcher);
    const content = sight && (await contents.of({ now: sight }, watcher.format));
    if (sight === undefined || content === undefined) return undefined;
    this.#whole = false;
    this.#last = this.#parts.clock.now();
    return { notification: { ...this.#message(sight), content }, acknowledge: () => this.#has(sight) };
  }

  /** Whether what he has acknowledged is all that he may see now. */
  async isCurrent(): Promise<boolean> {
    const { watched, contents, watcher } = this.#parts;
    const before = this.#whole ? undefined : this.#told;
    const now = before && (await watched.sight(watcher));
    const touched = before && watched.touchedSince(before.object.version);
    if (before === undefined || now === undefined || touched === undefined) return false;
    return (await contents.of({ before, touched, now }, watcher.format)) === undefined;
  }

  /** The last notification: with the whole document, where the watcher may still see it. */
  end(reason: EndReason): void {
    if (this.#ended) return;
    this.#cease();
    this.#parts.watched.turn(async () => {
      const sight = reason === 'timeout' ? await this.#parts.watched.sight(this.watcher) : undefined;
      const content = sight && (await this.#parts.contents.of({ now: sight }, this.watcher.format));
      void this.#deliver({ ...this.#message(sight), ...(content && { content }), ends: reason });
    });
  }

  /** The watcher is gone; he is told nothing. */
  cancel(): void {
    this.#cease();
  }

  /** The conference is no more (RFC 4575 §4.6). */
  delete(): void {
    if (this.#ended) return;
    this.#cease();
    const content = { kind: 'deleted', body: Buffer.alloc(0) } as const;
    void this.#deliver({ ...this.#message(this.#told), content, ends: 'noresource' });
  }

  #cease(): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#parts.watched.forget(this);
  }

  #message(sight: Sight | undefined): Notification {
    const { format } = this.watcher;
    return { format, version: sight?.object.version ?? 0, tag: sight === undefined ? '' : tagOf(sight) };
  }

  #schedule(): void {
    if (this.#underWay || this.#queued) return;
    this.#timer?.cancel();
    const wait = this.#last + this.#interval() - this.#parts.clock.now();
    if (wait > 0) this.#timer = this.#parts.clock.after(wait, () => this.#queue());
    else this.#queue();
  }

  /** A pace that the watcher asked for is kept whatever happens. */
  #interval(): number {
    const { pace, urgentInterval, watcher } = this.#parts;
    const ours = this.#waiting === 'urgent' ? Math.min(urgentInterval, pace.minInterval) : pace.minInterval;
    return Math.max(ours, watcher.pace?.minInterval ?? 0);
  }

  #queue(): void {
    this.#queued = true;
    this.#parts.watched.turn(async () => {
      this.#queued = false;
      if (this.#ended) return;
      try {
        await this.#tell();
      } catch (error) {
        // What could not be seen now is seen with the next change.
        this.#underWay = false;
        throw error;
      }
    });
  }

  async #tell(): Promise<void> {
    const { watched, contents, watcher } = this.#parts;
    const [before, whole] = [this.#told, this.#whole];
    this.#waiting = 'no';
    this.#underWay = true;
    const now = await watched.sight(watcher);
    if (this.#ended) return;
    if (now === undefined) {
      this.end('rejected');
      return;
    }
    const touched = before && watched.touchedSince(before.object.version);
    const step = whole || before === undefined || touched === undefined ? { now } : { before, touched, now };
    const content = await contents.of(step, watcher.format);
    if (content === undefined) {
      this.#told = now;
      this.#settled();
      return;
    }
    const arrived = watched.admit(content.kind === 'diff' ? 0 : content.body.length, () => this.wake(true));
    if (arrived === undefined) {
      this.#underWay = false;
      return;
    }
    this.#whole = false;
    this.#last = this.#parts.clock.now();
    void this.#deliver({ ...this.#message(now), content }).then((told) => {
      arrived();
      if (!told) return;
      this.#has(now);
      this.#settled();
    });
  }

  /** Whether it arrived, after what is under way; who can not be told is forgotten. */
  #deliver(notification: Notification): Promise<boolean> {
    this.#delivered = this.#delivered.then(async (reachable) => {
      if (!reachable) return false;
      try {
        await this.watcher.deliver(notification);
        return true;
      } catch {
        if (!this.#ended) this.#cease();
        return false;
      }
    });
    return this.#delivered;
  }

  /** What he looked at meanwhile may be newer. */
  #has(sight: Sight): void {
    this.#notifications += 1;
    if (this.#told === undefined || sight.object.version >= this.#told.object.version) this.#told = sight;
  }

  #settled(): void {
    this.#underWay = false;
    if (this.#ended) return;
    if (this.#waiting !== 'no') {
      this.#schedule();
      return;
    }
    const { pace, watcher } = this.#parts;
    const { maxInterval } = watcher.pace ?? pace;
    if (maxInterval === undefined) return;
    const wait = this.#last + maxInterval - this.#parts.clock.now();
    this.#timer = this.#parts.clock.after(Math.max(wait, 0), () => this.refresh());
  }
}
