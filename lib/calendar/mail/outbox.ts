import { TokenBuckets } from '../../http/token-buckets.ts';
import { Courier, Undeliverable } from '../../outbox/courier.ts';
import type { Records, Timers } from '../../outbox/letter.ts';
import { Letterbox } from '../../outbox/letterbox.ts';
import { type MailLetter, sorting } from './letter.ts';
import type { MailLimits } from './limits.ts';
import { messageOf } from './message.ts';
import type { PostOffice } from './post-office.ts';

export interface OutboxParts {
  readonly letters: Records<MailLetter>;
  readonly office: PostOffice;
  /** In which answers come and messages are named. */
  readonly domain: string;
  /** Whether mail may go to an address; who has none of ours is reached by allow-list. */
  readonly mayReach: (address: string) => Promise<boolean>;
  readonly clock: Timers;
  /** Milliseconds since 1970. */
  readonly wall: () => number;
  readonly limits: MailLimits;
}

const DAY_SECONDS = 86_400;

/** Mails until the mail server has taken them, each at most once as long as the process lives. */
export class MailOutbox {
  readonly #parts: OutboxParts;
  readonly #letterbox: Letterbox<MailLetter>;
  readonly #courier: Courier<MailLetter>;
  readonly #budgets: TokenBuckets;
  #opened: Promise<void> | undefined;

  constructor(parts: OutboxParts) {
    const { letters, office, domain, wall, limits } = parts;
    this.#parts = parts;
    this.#letterbox = new Letterbox(letters, sorting, limits, wall);
    this.#courier = new Courier(
      {
        async deliver(letter) {
          if (wall() > (letter.until ?? Infinity)) throw new Undeliverable('it came too late');
          await office.send(messageOf(letter, domain));
        },
        forget: (letter) => this.#letterbox.forget(letter),
        giveUp: (letter, reason) => this.#letterbox.giveUp(letter, reason),
      },
      sorting,
      parts,
      limits,
    );
    const { perOrganizer } = limits;
    this.#budgets = new TokenBuckets({ rate: perOrganizer / DAY_SECONDS, burst: perOrganizer }, 10_000, wall);
  }

  /** Takes up what an earlier life left, the first time; nothing goes out before `start`. */
  open(): Promise<void> {
    return (this.#opened ??= this.#letterbox.open().then((letters) => {
      for (const letter of letters) this.#courier.take(letter);
    }));
  }

  start(): void {
    this.#courier.open();
  }

  close(): void {
    this.#courier.close();
    this.#parts.office.close();
  }

  get counts(): { readonly waiting: number; readonly dead: number } {
    return this.#letterbox.counts;
  }

  /** Letters that were given up, and how many wait, of each organizer. */
  list(): { organizer: string; waiting: number; failure?: string; dead: readonly MailLetter[] }[] {
    return this.#letterbox.groups.map((organizer) => {
      const failure = this.#courier.failure(organizer);
      return { organizer, ...this.#letterbox.of(organizer), ...(failure !== undefined && { failure }) };
    });
  }

  /** Resolves when the letters are durable, to what sends them. */
  async keep(letters: readonly MailLetter[]): Promise<() => void> {
    const kept = await Promise.all(letters.map(async (letter) => ((await this.#admit(letter)) ? letter : undefined)));
    return () => {
      for (const letter of kept) if (letter !== undefined) this.#courier.take(letter);
    };
  }

  async #admit(letter: MailLetter): Promise<boolean> {
    const refused = (await this.#parts.mayReach(letter.to.address))
      ? this.#budgets.take(letter.organizer) !== undefined && 'the organizer has sent too many mails today'
      : 'no mail goes to that domain';
    if (refused === false) return this.#letterbox.keep(letter);
    await this.#letterbox.giveUp(letter, refused);
    return false;
  }
}
