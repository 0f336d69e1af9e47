import { Allowance, type AllowanceParts } from '../../outbox/allowance.ts';
import { Courier, Undeliverable } from '../../outbox/courier.ts';
import type { Records, Timers } from '../../outbox/letter.ts';
import { Letterbox } from '../../outbox/letterbox.ts';
import { type MailLetter, sorting } from './letter.ts';
import type { MailLimits } from './limits.ts';
import { messageOf } from './message.ts';
import type { PostOffice } from './post-office.ts';

export interface OutboxParts {
  readonly letters: Records<MailLetter>;
  /** Mails that each organizer has caused. */
  readonly spent: AllowanceParts['spent'];
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

const DAY = 86_400_000;

/** Mails until the mail server has taken them, each at most once as long as the process lives. */
export class MailOutbox {
  readonly #parts: OutboxParts;
  readonly #letterbox: Letterbox<MailLetter>;
  readonly #courier: Courier<MailLetter>;
  readonly #budgets: Allowance;
  #opened: Promise<void> | undefined;
  /** What an earlier life left. */
  #left: readonly MailLetter[] = [];

  constructor(parts: OutboxParts) {
    const { letters, spent, office, domain, wall, limits } = parts;
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
    this.#budgets = new Allowance({ spent, now: wall }, { count: limits.perOrganizer, period: DAY });
  }

  /** Takes up what an earlier life left, the first time; nothing goes out before `start`. */
  open(): Promise<void> {
    return (this.#opened ??= this.#letterbox.open().then((letters) => {
      this.#left = letters;
      for (const letter of letters) this.#courier.take(letter);
    }));
  }

  /** Before `start`: forgets invitations of an earlier life that are not wanted any more and that nothing takes back. */
  async review(isWanted: (letter: MailLetter) => Promise<boolean>): Promise<void> {
    for (const letter of this.#left) {
      const isEnded = this.#courier.besides(letter).some(({ calendar }) => calendar?.method === 'CANCEL');
      if (letter.calendar?.method !== 'REQUEST' || isEnded || (await isWanted(letter))) continue;
      this.#courier.takeBack(letter);
      await this.#letterbox.forget(letter);
    }
  }

  start(): void {
    this.#left = [];
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
    // What was dealt with before a crash is dealt with again.
    if (this.#letterbox.has(letter)) return false;
    if (!(await this.#parts.mayReach(letter.to.address))) await this.#letterbox.giveUp(letter, NOT_THERE);
    else if (await this.#budgets.take(letter.organizer)) return this.#letterbox.keep(letter);
    else await this.#letterbox.giveUp(letter, TOO_MANY);
    return false;
  }
}

const NOT_THERE = 'no mail goes to that domain';
const TOO_MANY = 'the organizer has sent too many mails today';
