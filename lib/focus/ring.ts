import { reasonPhrase } from '../sip/message/reason-phrases.ts';

/** How an INVITE ended. */
export interface Final {
  readonly status: number;
  readonly reason: string;
  /** Nobody has said so: nothing was reached. */
  readonly isUnreached?: boolean;
  /** Where a redirection leads, the preferred first. */
  readonly contacts?: readonly string[];
  /** Seconds. */
  readonly retryAfter?: number;
}

/** A final response that is made here. */
export const finalOf = (status: number, reason: string = reasonPhrase(status)): Final => ({ status, reason });

/** An INVITE that is on its way. */
export interface Ringing {
  readonly final: Promise<Final>;
  /** `reason`: a value of Reason (RFC 3326). What is accepted nevertheless is ended by who sent it. */
  cancel(reason?: string): void;
}

/** One of the places where somebody is reached, by one of several ways. */
export interface Device<Way> {
  readonly ways: readonly Way[];
  /** The greater is called first (RFC 3261 §10.2.1.2). */
  readonly q: number;
}

const ELSEWHERE = 'SIP;cause=200;text="Call completed elsewhere"';
const DECLINED = 'SIP;cause=603;text="Declined elsewhere"';

/**
 * Calls somebody wherever she is: devices of one preference at the same time, the next when nobody took it. Who answers first has
 * it, who declines for all ends it (RFC 3261 §16.7). Resolves to the best of the final responses.
 */
export async function ring<Way>(
  devices: readonly Device<Way>[],
  invite: (way: Way) => Ringing,
  signal: AbortSignal,
): Promise<Final> {
  let best: Final | undefined;
  const preferences = [...new Set(devices.map(({ q }) => q))].toSorted((one, other) => other - one);
  for (const q of preferences) {
    const fork = new Fork(invite, signal);
    const finals = await Promise.all(devices.filter((one) => one.q === q).map((one) => fork.call(one.ways)));
    best = (best === undefined ? finals : [best, ...finals]).reduce(better);
    if (isDecisive(best) || signal.aborted) break;
  }
  return best ?? finalOf(480);
}

/** Devices that ring at the same time. */
class Fork<Way> {
  readonly #invite: (way: Way) => Ringing;
  readonly #signal: AbortSignal;
  readonly #ringing = new Set<Ringing>();
  #isOver = false;

  constructor(invite: (way: Way) => Ringing, signal: AbortSignal) {
    this.#invite = invite;
    this.#signal = signal;
  }

  async call(ways: readonly Way[]): Promise<Final> {
    let final = finalOf(487);
    for (const way of ways) {
      if (this.#isOver || this.#signal.aborted) break;
      final = await this.#take(this.#invite(way));
      // RFC 5626 §5.3, §7: another way to the same device.
      if (final.status !== 430 && final.isUnreached !== true) break;
    }
    if (isDecisive(final)) this.#end(final.status < 300 ? ELSEWHERE : DECLINED);
    return final;
  }

  async #take(ringing: Ringing): Promise<Final> {
    const abort = (): void => ringing.cancel(reasonIn(this.#signal));
    this.#ringing.add(ringing);
    this.#signal.addEventListener('abort', abort);
    try {
      return await ringing.final;
    } finally {
      this.#signal.removeEventListener('abort', abort);
      this.#ringing.delete(ringing);
    }
  }

  #end(reason: string): void {
    this.#isOver = true;
    for (const ringing of this.#ringing) ringing.cancel(reason);
  }
}

const reasonIn = ({ reason }: AbortSignal): string | undefined => (typeof reason === 'string' ? reason : undefined);

const isDecisive = ({ status }: Final): boolean => status < 300 || status >= 600;

/** RFC 3261 §16.7 step 6: 2xx, 6xx, then the lowest class; silence and cancellation tell less than what somebody said. */
function better(one: Final, other: Final): Final {
  return rank(other) < rank(one) ? other : one;
}

function rank({ status, isUnreached }: Final): number {
  if (status < 300) return 0;
  if (status >= 600) return 1;
  if (isUnreached === true || status === 408 || status === 487) return 9;
  return status === 480 ? 8 : Math.floor(status / 100);
}
