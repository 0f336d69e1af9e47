import { MediaRefused, type Leg, type LegOptions, type Mixer } from './mixer.ts';
import { Negotiation } from './sdp/negotiation.ts';
import { sdpDefaults, type SdpLimits } from './sdp/session.ts';

export interface NoMixerOptions {
  readonly sdp: SdpLimits;
  /** Legs at once. */
  readonly legs: number;
}

export const noMixerDefaults: NoMixerOptions = { sdp: sdpDefaults, legs: 20_000 };

/** Carries no media: every m-line that a mixer could carry is taken as inactive, and says so; the others are refused. */
export class NoMixer implements Mixer {
  readonly carries = [];
  readonly connected = true;
  readonly #options: NoMixerOptions;
  readonly #legs = new Set<Leg>();

  constructor(options: NoMixerOptions = noMixerDefaults) {
    this.#options = options;
  }

  get size(): number {
    return this.#legs.size;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  allocate(_conference: string, _leg: string, options: LegOptions = {}): Promise<Leg> {
    return attempt(() => {
      if (this.#legs.size >= this.#options.legs) throw new MediaRefused('busy', 'all places are taken');
      const { offer, labels = {} } = options;
      const limits = this.#options.sdp;
      const negotiation = new Negotiation({ host: '0.0.0.0', codecs: ['PCMU', 'PCMA'], labels, limits });
      if (offer === undefined) negotiation.offer();
      else negotiation.answer(offer);
      const leg = new SilentLeg(negotiation, () => this.#legs.delete(leg));
      this.#legs.add(leg);
      return leg;
    });
  }

  listen(): () => void {
    return () => undefined;
  }

  announce(): Promise<void> {
    return Promise.resolve();
  }

  record(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  recording(): boolean {
    return false;
  }

  end(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    this.#legs.clear();
    return Promise.resolve();
  }
}

class SilentLeg implements Leg {
  readonly #negotiation: Negotiation;
  readonly #released: () => void;

  constructor(negotiation: Negotiation, released: () => void) {
    this.#negotiation = negotiation;
    this.#released = released;
  }

  get local(): string {
    return this.#negotiation.local;
  }

  get media(): Leg['media'] {
    return this.#negotiation.media;
  }

  accept(answer: string): Promise<void> {
    return attempt(() => this.#negotiation.accept(answer));
  }

  update(offer: string): Promise<string> {
    return attempt(() => this.#negotiation.answer(offer));
  }

  offer(): string {
    return this.#negotiation.offer();
  }

  mute = nothing;
  gain = nothing;
  group = nothing;
  beside = nothing;
  announce = nothing;

  release(): Promise<void> {
    this.#released();
    return nothing();
  }
}

const nothing = (): Promise<void> => Promise.resolve();

/** What it throws rejects the promise. */
const attempt = <Value>(run: () => Value): Promise<Value> => new Promise((resolve) => resolve(run()));
