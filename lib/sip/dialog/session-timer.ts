import type { Clock, Timer } from '../clock.ts';
import { MIN_SE, SESSION_EXPIRES } from '../message/headers/index.ts';
import type { Message } from '../message/message.ts';
import type { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';

/** Seconds (RFC 4028). */
export interface SessionTimerSettings {
  /** The session interval that we ask for; 0 asks for none. */
  readonly interval: number;
  /** Less is refused with 422, if it can be; at least 90 (§9). */
  readonly minimum: number;
}

export const sessionTimerDefaults: SessionTimerSettings = { interval: 1_800, minimum: 90 };

/** What a 2xx to a session refresh request says. */
export interface Agreement {
  /** Seconds. */
  readonly interval: number;
  readonly weRefresh: boolean;
}

export type Fields = readonly (readonly [name: string, value: string])[];

/** RFC 4028 §5: what holds where no Min-SE is given. */
const LEAST = 90;

const minimumOf = (message: Message): number => Math.max(message.get(MIN_SE) ?? LEAST, LEAST);

/** Our answer to a session refresh request (§9): the interval that both keep, or 422. */
export function answerTimer(
  request: Request,
  { interval: wanted, minimum }: SessionTimerSettings,
): { readonly agreement: Agreement | undefined; readonly fields: Fields } | { readonly tooSmall: Fields } {
  const asked = request.get(SESSION_EXPIRES);
  const isSupported = request.supported.includes('timer');
  if (isSupported && asked !== undefined && asked.interval < minimum)
    return { tooSmall: [['Min-SE', String(Math.max(minimum, LEAST))]] };
  const interval = asked?.interval ?? (wanted > 0 ? Math.max(wanted, minimumOf(request)) : 0);
  if (interval === 0) return { agreement: undefined, fields: [] };
  // Table 2: who doesn't know the extension can't refresh; who may choose leaves it to the caller.
  const refresher = isSupported ? (asked?.refresher ?? 'uac') : 'uas';
  const fields: Fields = [
    ['Session-Expires', `${interval};refresher=${refresher}`],
    ...(isSupported ? [['Require', 'timer'] as const] : []),
  ];
  return { agreement: { interval, weRefresh: refresher === 'uas' }, fields };
}

/** What the 2xx to a request of ours says (§7.2); a peer without the extension leaves the refreshes to us. */
export function agreedBy(request: Request, response: Response): Agreement | undefined {
  const said = response.get(SESSION_EXPIRES);
  if (said !== undefined) return { interval: said.interval, weRefresh: said.refresher !== 'uas' };
  const asked = request.get(SESSION_EXPIRES);
  return asked === undefined ? undefined : { interval: asked.interval, weRefresh: true };
}

/** Watches over the interval of one session: refreshes it at half, or ends it when the peer doesn't (§10). */
export class SessionTimer {
  readonly #clock: Clock;
  readonly #settings: SessionTimerSettings;
  readonly #refresh: () => void;
  readonly #expire: () => void;
  #agreement: Agreement | undefined;
  #minimum: number;
  #isPostponed = false;
  #running: Timer | undefined;

  constructor(clock: Clock, settings: SessionTimerSettings, refresh: () => void, expire: () => void) {
    this.#clock = clock;
    this.#settings = settings;
    this.#minimum = Math.max(settings.minimum, LEAST);
    this.#refresh = refresh;
    this.#expire = expire;
  }

  /** Fields of a session refresh request of ours (§7.1, §7.4). */
  get fields(): Fields {
    const agreement = this.#agreement;
    const interval = agreement?.interval ?? this.#settings.interval;
    if (interval === 0) return [];
    const refresher = agreement === undefined ? '' : `;refresher=${agreement.weRefresh ? 'uac' : 'uas'}`;
    return [
      ['Session-Expires', `${Math.max(interval, this.#minimum)}${refresher}`],
      ['Min-SE', String(this.#minimum)],
    ];
  }

  get settings(): SessionTimerSettings {
    return this.#settings;
  }

  /** A Min-SE that the way to the peer asks for: in a 422, or in a request of the peer (§7.4). */
  heed(message: Message): void {
    this.#minimum = Math.max(this.#minimum, minimumOf(message));
  }

  /** A 2xx to a session refresh request came or went. */
  agree(agreement: Agreement | undefined): void {
    this.stop();
    this.#agreement = agreement;
    this.#isPostponed = false;
    if (agreement === undefined) return;
    const { interval, weRefresh } = agreement;
    const lead = Math.min(32, interval / 3); // §10: before the peer or a proxy forgets the session
    this.#running = weRefresh
      ? this.#clock.after(interval * 500, () => this.#refresh())
      : this.#clock.after((interval - lead) * 1_000, () => this.#expire());
  }

  /** A refresh was refused, at half the interval: once more at three quarters, then the session ends in time. */
  postpone(): void {
    const quarter = (this.#agreement?.interval ?? 0) * 250;
    if (this.#isPostponed) this.#running = this.#clock.after(quarter / 2, () => this.#expire());
    else this.#running = this.#clock.after(quarter, () => this.#refresh());
    this.#isPostponed = true;
  }

  stop(): void {
    this.#running?.cancel();
  }
}
