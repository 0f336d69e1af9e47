import type { Clock, Timer } from '../clock.ts';
import type { Response } from '../message/response.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import { patience, type Times } from '../transaction/timers.ts';

/** A 2xx to an INVITE, sent again until its ACK comes, over every transport (RFC 3261 §13.3.1.4, RFC 6026 §8.1). */
export class Acceptance {
  readonly #clock: Clock;
  readonly #times: Times;
  #next: Timer;
  readonly #end: Timer;

  /** `lost`: no ACK came for 64·T1. */
  constructor(server: ServerTransaction, response: Response, clock: Clock, times: Times, lost: () => void) {
    this.#clock = clock;
    this.#times = times;
    server.respond(response);
    this.#end = clock.after(patience(times), () => {
      this.stop();
      lost();
    });
    this.#next = this.#repeat(() => server.respond(response), times.t1);
  }

  /** The ACK has come, or nobody waits for it any more. */
  stop(): void {
    this.#next.cancel();
    this.#end.cancel();
  }

  #repeat(send: () => void, interval: number): Timer {
    return this.#clock.after(interval, () => {
      send();
      this.#next = this.#repeat(send, Math.min(2 * interval, this.#times.t2));
    });
  }
}
