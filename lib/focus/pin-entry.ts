import { Refusal } from '../conference/refusal.ts';
import type { Clock, Timer } from '../sip/clock.ts';
import type { Call, CallEnd } from './call.ts';

export interface PinSettings {
  /** Wrong ones until the call ends. */
  readonly attempts: number;
  /** Milliseconds from the question to the last digit. */
  readonly time: number;
  /** Milliseconds without a digit that end a PIN, as `#` does. */
  readonly digitTime: number;
  /** Digits at most. */
  readonly digits: number;
}

export const pinDefaults: PinSettings = { attempts: 3, time: 30_000, digitTime: 4_000, digits: 32 };

/** Asks a caller for the conference password, by the keys of his telephone. `#` ends it, `*` begins anew. */
export class PinEntry {
  readonly #call: Call;
  readonly #clock: Clock;
  readonly #settings: PinSettings;
  readonly #enter: (pin: string) => Promise<void>;
  #digits = '';
  #failures = 0;
  #isTrying = false;
  #patience: Timer | undefined;
  #pause: Timer | undefined;

  /** `enter` lets the caller in by a PIN. @throws {Refusal} */
  constructor(call: Call, clock: Clock, settings: PinSettings, enter: (pin: string) => Promise<void>) {
    this.#call = call;
    this.#clock = clock;
    this.#settings = settings;
    this.#enter = enter;
  }

  async run(): Promise<void> {
    this.#call.onDigit((digit) => this.#press(digit));
    this.#call.onOver(() => this.#stop());
    this.#ask();
    await this.#call.leg?.announce('prompt');
  }

  #ask(): void {
    this.#digits = '';
    this.#patience?.cancel();
    this.#patience = this.#clock.after(this.#settings.time, () => this.#call.hangUp(NO_PIN));
  }

  #press(digit: string): void {
    if (this.#isTrying) return;
    this.#pause?.cancel();
    if (digit === '*') this.#digits = '';
    else if (digit === '#') void this.#try();
    else {
      this.#digits = (this.#digits + digit).slice(0, this.#settings.digits);
      this.#pause = this.#clock.after(this.#settings.digitTime, () => void this.#try());
    }
  }

  async #try(): Promise<void> {
    if (this.#digits === '' || this.#call.isOver) return;
    this.#isTrying = true;
    this.#stop();
    const failure = await this.#enter(this.#digits).catch((error: unknown) => error);
    this.#digits = '';
    this.#isTrying = false;
    if (failure === undefined) this.#call.onDigit(undefined);
    else this.#fail(failure);
  }

  #fail(error: unknown): void {
    this.#failures += 1;
    const isWrong = error instanceof Refusal && error.reason === 'wrong-conference-password';
    if (!isWrong || this.#failures >= this.#settings.attempts) {
      this.#call.hangUp(error instanceof Refusal ? WRONG_PIN : FAILED);
      return;
    }
    this.#ask();
    // He may press keys while he hears it.
    void this.#call.leg?.announce('refused');
  }

  #stop(): void {
    this.#patience?.cancel();
    this.#pause?.cancel();
  }
}

const NO_PIN: CallEnd = { method: 'failed', reason: 'SIP;cause=403;text="No PIN"', silently: true };
const WRONG_PIN: CallEnd = { method: 'failed', reason: 'SIP;cause=403;text="Wrong PIN"', silently: true };
const FAILED: CallEnd = { method: 'failed', reason: 'SIP;cause=500', silently: true };
