import type { Sight } from '../conference/sight.ts';
import type { PartName } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import type { Contents } from './content.ts';
import type { Work } from './turns.ts';
import type { Clock, Content, EndReason, Notification, Pace, Watcher } from './watching.ts';

/** What a subscription needs of the conference that it watches. */
export interface Watched {
  readonly contents: Contents;
  readonly clock: Clock;
  readonly pace: Pace;
  /** What important news wait for, however slow the pace, in milliseconds. */
  readonly urgentInterval: number;
  /** What the watcher may see now; undefined when nothing any more. */
  sight(watcher: Watcher): Sight | undefined | Promise<Sight | undefined>;
  /** The parts that changed since a version; undefined when that is too long ago to know. */
  touchedSince(version: number): readonly PartName[] | undefined;
  /** Gives a subscription its turn. */
  turn(work: Work): void;
  /** Room for so many bytes under way, until the function is called; without room it calls `again` when there is some. */
  admit(bytes: number, again: () => void): (() => void) | undefined;
  forget(subscription: Subscription): void;
}

/**
 * One watcher of one conference: what he has been told, what is under way to him, and when he may be told next. The
 * first notification goes at once; then what happens within an interval is told together, from what he acknowledged
 * last to what there is (RFC 6502 §5.1: nothing new before the answer to the last).
 */
export class Subscription implements Work {
  readonly watcher: Watcher;
  readonly #watched: Watched;
  #told: Sight | undefined;
  /** Nothing is compared with what he has: he is told all. */
  #whole = true;
  #waiting: 'no' | 'news' | 'urgent' = 'no';
  #underWay = false;
  #queued = false;
  #ended = false;
  /** Of what was delivered last, while it is under way: whether it arrived. */
  #delivering: Promise<boolean> | undefined;
  #last = -Infinity;
  #notifications = 0;
  readonly #since: number;
  #timer: { cancel(): void } | undefined;

  constructor(watcher: Watcher, watched: Watched, told?: Sight) {
    this.watcher = watcher;
    this.#watched = watched;
    this.#since = watched.clock.now();
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

  /** Names it, also after a restart; undefined where it depends on more than one object. */
  get tag(): string | undefined {
    return this.#told === undefined || this.#told.sidebars.size > 0
      ? undefined
      : this.#watched.contents.tagOf(this.#told);
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
    return this.#watched.clock.now() - this.#since;
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
    const { contents, clock } = this.#watched;
    const sight = await this.#watched.sight(this.watcher);
    const content = sight && (await contents.of({ now: sight }, this.watcher));
    if (sight === undefined || content === undefined) return undefined;
    this.#whole = false;
    this.#last = clock.now();
    return { notification: this.#message(sight, content), acknowledge: () => this.#has(sight) };
  }

  /** Whether what he has acknowledged is all that he may see now. */
  async isCurrent(): Promise<boolean> {
    const before = this.#whole ? undefined : this.#told;
    const now = before && (await this.#watched.sight(this.watcher));
    const touched = before && this.#watched.touchedSince(before.object.version);
    if (before === undefined || now === undefined || touched === undefined) return false;
    return (await this.#watched.contents.of({ before, touched, now }, this.watcher)) === undefined;
  }

  /** The last notification: with the whole document, where the watcher may still see it. */
  end(reason: EndReason): void {
    if (this.#ended) return;
    this.#cease();
    this.#watched.turn({ run: () => this.#sayFarewell(reason) });
  }

  async #sayFarewell(reason: EndReason): Promise<void> {
    const sight = reason === 'timeout' ? await this.#watched.sight(this.watcher) : undefined;
    const content = sight && (await this.#watched.contents.of({ now: sight }, this.watcher));
    void this.#deliver(this.#message(sight, content, reason));
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
    void this.#deliver(this.#message(this.#told, content, 'noresource'));
  }

  #cease(): void {
    this.#ended = true;
    this.#timer?.cancel();
    this.#watched.forget(this);
  }

  #message(sight: Sight | undefined, content: Content | undefined, ends?: EndReason): Notification {
    const { format } = this.watcher;
    return {
      format,
      version: sight?.object.version ?? 0,
      tag: sight === undefined ? '' : this.#watched.contents.tagOf(sight),
      ...(content && { content }),
      ...(ends && { ends }),
    };
  }

  #schedule(): void {
    if (this.#underWay || this.#queued) return;
    this.#timer?.cancel();
    const { clock } = this.#watched;
    const wait = this.#last + this.#interval() - clock.now();
    if (wait > 0) this.#timer = clock.after(wait, () => this.#queue());
    else this.#queue();
  }

  /** A pace that the watcher asked for is kept whatever happens. */
  #interval(): number {
    const { pace, urgentInterval } = this.#watched;
    const ours = this.#waiting === 'urgent' ? Math.min(urgentInterval, pace.minInterval) : pace.minInterval;
    return Math.max(ours, this.watcher.pace?.minInterval ?? 0);
  }

  #queue(): void {
    this.#queued = true;
    this.#watched.turn(this);
  }

  /** The watcher's turn has come. */
  run(): void | Promise<void> {
    this.#queued = false;
    if (this.#ended) return undefined;
    try {
      return this.#tell()?.catch((error: unknown) => this.#failed(error));
    } catch (error) {
      return this.#failed(error);
    }
  }

  /** What could not be seen now is seen with the next change. */
  #failed(error: unknown): never {
    this.#underWay = false;
    throw error;
  }

  /** At once where what there is to tell is at hand, as it is for all but the first of those who see the same. */
  #tell(): void | Promise<void> {
    this.#waiting = 'no';
    this.#underWay = true;
    const now = this.#watched.sight(this.watcher);
    return now instanceof Promise ? now.then((sight) => this.#tellOf(sight)) : this.#tellOf(now);
  }

  #tellOf(now: Sight | undefined): void | Promise<void> {
    if (this.#ended) return undefined;
    if (now === undefined) {
      this.end('rejected');
      return undefined;
    }
    const before = this.#whole ? undefined : this.#told;
    const touched = before && this.#watched.touchedSince(before.object.version);
    const step = before === undefined || touched === undefined ? { now } : { before, touched, now };
    const content = this.#watched.contents.of(step, this.watcher);
    if (content instanceof Promise) return content.then((made) => this.#send(now, made));
    this.#send(now, content);
    return undefined;
  }

  #send(now: Sight, content: Content | undefined): void {
    if (content === undefined) {
      this.#told = now;
      this.#settled();
      return;
    }
    const arrived = this.#watched.admit(content.kind === 'diff' ? 0 : content.body.length, () => this.wake(true));
    if (arrived === undefined) {
      this.#underWay = false;
      return;
    }
    this.#whole = false;
    this.#last = this.#watched.clock.now();
    void this.#deliver(this.#message(now, content)).then((told) => {
      arrived();
      if (!told) return;
      this.#has(now);
      this.#settled();
    });
  }

  /** Whether it arrived, after what is under way; who can not be told is forgotten. */
  #deliver(notification: Notification): Promise<boolean> {
    const last = this.#delivering;
    const deliver = (): Promise<boolean> =>
      this.watcher.deliver(notification).then(
        () => this.#arrived(delivering),
        () => this.#unreachable(),
      );
    const delivering = last === undefined ? deliver() : last.then((reachable) => reachable && deliver());
    this.#delivering = delivering;
    return delivering;
  }

  #arrived(delivering: Promise<boolean>): true {
    if (this.#delivering === delivering) this.#delivering = undefined;
    return true;
  }

  #unreachable(): false {
    if (!this.#ended) this.#cease();
    return false;
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
    const { pace, clock } = this.#watched;
    const { maxInterval } = this.watcher.pace ?? pace;
    if (maxInterval === undefined) return;
    const wait = this.#last + maxInterval - clock.now();
    this.#timer = clock.after(Math.max(wait, 0), () => this.refresh());
  }
}
