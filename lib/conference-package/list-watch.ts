import { Refusal } from '../conference/refusal.ts';
import type { Call } from '../conference/calls.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { EndReason, Format } from '../notification/watching.ts';
import type { Clock, Timer } from '../sip/clock.ts';
import { BodyPart, joinMultipart } from '../sip/message/multipart.ts';
import { newEntityTag } from '../sip/token.ts';
import { type Instance, rlmi, RLMI } from './rlmi.ts';
import type { SharedAddresses } from './shared-address.ts';
import { ConferenceWatch, type Next, type Subscriber, type Watch } from './watch.ts';

export interface ListWatchParts {
  readonly call: Call;
  readonly format: Format;
  /** The URI of the list, as it was subscribed to. */
  readonly entity: string;
  readonly domain: string;
  readonly subscriber: Subscriber;
  /** By the SIP URI of a series one watches what goes on of it. */
  readonly addresses: Pick<SharedAddresses, 'attend' | 'leave'>;
  readonly clock: Clock;
  /** Of the first document: 0 (RFC 4662 §5.2), or one that is greater than those of before a restart. */
  readonly version: number;
  /** Conferences at most. */
  readonly entries: number;
  /** Between two notifications, in milliseconds. */
  readonly interval: number;
  readonly report: (error: unknown) => void;
  /** Whether it follows conferences that come and go; otherwise its entries stay, whatever becomes of them. */
  readonly isOpen: boolean;
}

/** One conference of the list. */
interface Member {
  readonly id: number;
  readonly conference: XconUri | undefined;
  watch?: ConferenceWatch;
  /** Why nothing more comes of it. */
  gone?: EndReason;
  /** Changes that there were, and how many of them the subscriber has been told. */
  changes: number;
  told: number;
}

/** Many conferences in one subscription (RFC 4662): of each what one watcher is told, by multipart/related with RLMI. */
export class ListWatch implements Watch {
  #format: Format;
  readonly #parts: ListWatchParts;
  readonly #members = new Map<string, Member>();
  #ids = 0;
  #version: number;
  #isAsked = true;
  #toldAt = -Infinity;
  #timer: Timer | undefined;
  #isOver = false;

  constructor(parts: ListWatchParts) {
    this.#parts = parts;
    this.#format = parts.format;
    this.#version = parts.version;
  }

  get format(): Format {
    return this.#format;
  }

  set format(format: Format) {
    this.#format = format;
    for (const { watch } of this.#members.values()) if (watch !== undefined) watch.format = format;
  }

  /** Takes a conference in; an open list leaves out what is none for this subscriber. False when nothing came in. */
  async add(entity: string, conference: XconUri | undefined): Promise<boolean> {
    const { call, entries, isOpen, addresses, subscriber: whole } = this.#parts;
    if (this.#isOver || this.#members.has(entity) || this.#members.size >= entries) return false;
    const member: Member = { id: ++this.#ids, conference, changes: 1, told: 0 };
    this.#members.set(entity, member);
    const subscriber: Subscriber = {
      get rates() {
        return whole.rates;
      },
      changed: () => this.#changed(member),
      terminate: (reason) => this.#gone(member, reason),
    };
    try {
      if (conference === undefined) throw new Refusal('no-such-conference', 'No conference has this address.');
      const watch = new ConferenceWatch({ call, format: this.#format, conference, entity, subscriber });
      member.watch = watch;
      await addresses.attend(watch);
      // The list may be over by now.
      if (this.#members.get(entity) !== member) this.#leave(member);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.#leave(member);
      delete member.watch;
      if (isOpen) this.#members.delete(entity);
      else member.gone = error.reason === 'no-such-conference' ? 'noresource' : 'rejected';
    }
    return this.#members.has(entity);
  }

  /** Tells of conferences that came in, and of what changed in others, as soon as the interval allows. */
  announce(): void {
    if (this.#isOver || this.#timer !== undefined) return;
    const { clock, interval, subscriber } = this.#parts;
    const wait = this.#toldAt + interval - clock.now();
    if (wait <= 0) subscriber.changed();
    else
      this.#timer = clock.after(wait, () => {
        this.#timer = undefined;
        subscriber.changed();
      });
  }

  /** RFC 4662 §5.2: all of them after a SUBSCRIBE, then those that changed. */
  async next(isAsked: boolean): Promise<Next> {
    this.#isAsked ||= isAsked;
    this.#toldAt = this.#parts.clock.now();
    const changed = [...this.#members].filter(([, { changes, told }]) => changes > told);
    const fullState = this.#isAsked || changed.length === 0;
    const parts: BodyPart[] = [];
    const instances: Instance[] = [];
    const acknowledge: (() => void)[] = [];
    for (const [uri, member] of fullState ? this.#members : changed) {
      const { id, changes } = member;
      const next = member.gone === undefined ? await member.watch?.next(fullState) : undefined;
      const cid = this.#newContentId();
      if (next !== undefined) parts.push(partOf(cid, next.contentType, next.body));
      const state = next === undefined ? { ended: member.gone ?? 'rejected' } : { cid };
      instances.push({ uri, id, ...state });
      acknowledge.push(() => {
        member.told = changes;
        next?.acknowledge();
        if (member.gone !== undefined && member.changes === changes) this.#ended(uri, member);
      });
    }
    const version = this.#version;
    const start = this.#newContentId();
    const root = partOf(start, RLMI, rlmi({ uri: this.#parts.entity, version, fullState, instances }));
    const { contentType, body } = joinMultipart([root, ...parts], 'related');
    return {
      contentType: `${contentType};type="${RLMI}";start="<${start}>"`,
      body,
      acknowledge: () => {
        this.#version = version + 1;
        if (fullState) this.#isAsked = false;
        for (const told of acknowledge) told();
      },
    };
  }

  async isCurrent(): Promise<boolean> {
    for (const { watch, changes, told } of this.#members.values())
      if (changes > told || (watch !== undefined && !(await watch.isCurrent()))) return false;
    return true;
  }

  end(): void {
    this.#isOver = true;
    this.#timer?.cancel();
    for (const member of this.#members.values()) this.#leave(member);
    this.#members.clear();
  }

  #changed(member: Member): void {
    member.changes += 1;
    this.announce();
  }

  #gone(member: Member, reason: EndReason): void {
    member.gone = reason;
    this.#leave(member);
    this.#changed(member);
  }

  #leave({ watch }: Member): void {
    if (watch === undefined) return;
    watch.end();
    this.#parts.addresses.leave(watch);
  }

  /** The subscriber knows that it has ended; where its address leads elsewhere, another comes in its place. */
  #ended(uri: string, { gone, conference }: Member): void {
    const isElsewhere = gone === 'deactivated';
    if (!isElsewhere && !this.#parts.isOpen) return;
    this.#members.delete(uri);
    if (!isElsewhere) return;
    this.add(uri, conference).then(
      (isThere) => isThere && this.announce(),
      (error: unknown) => this.#parts.report(error),
    );
  }

  #newContentId(): string {
    return `${newEntityTag()}@${this.#parts.domain}`;
  }
}

const partOf = (cid: string, contentType: string, body: Buffer): BodyPart =>
  BodyPart.of({ 'Content-Transfer-Encoding': 'binary', 'Content-ID': `<${cid}>`, 'Content-Type': contentType }, body);
