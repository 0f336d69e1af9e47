import type { EndpointState, Execution } from '../conference/endpoint-state.ts';
import type { Endpoints } from '../conference/endpoints.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { Clock } from '../sip/clock.ts';
import type { Calls } from './calls.ts';
import type { CallEnd } from './endings.ts';

export interface RosterPlaceContext {
  readonly endpoints: Pick<Endpoints, 'report' | 'remove'>;
  readonly calls: Pick<Calls, 'of'>;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  /** Milliseconds that somebody stays in the roster who is out for another reason than that he left. */
  readonly leaversShown: number;
  readonly report: (error: unknown) => void;
}

/** The endpoint of a call in the roster of its conference. */
export class RosterPlace {
  readonly #context: RosterPlaceContext;
  readonly #conference: XconUri;
  readonly #user: XconUserId;
  readonly #endpoint: string;
  #shown: EndpointState | undefined;

  constructor(context: RosterPlaceContext, conference: XconUri, user: XconUserId, endpoint: string) {
    this.#context = context;
    this.#conference = conference;
    this.#user = user;
    this.#endpoint = endpoint;
  }

  /** Tells the roster what is new of it. */
  report(state: EndpointState): Promise<ConferenceObject | undefined> {
    return this.#context.endpoints.report(this.#conference, this.#user, this.#endpoint, state);
  }

  /** The roster shows this state already. */
  shows(state: EndpointState): void {
    this.#shown = state;
  }

  /** Once for each state that is another. */
  tell(state: EndpointState): void {
    const shown = this.#shown;
    this.#shown = state;
    if (state === shown || JSON.stringify(state) === JSON.stringify(shown)) return;
    this.report(state).catch(this.#context.report);
  }

  /** Who has left by himself is gone; why somebody else is out is told. */
  async leave({ method, reason, by, silently, unlisted }: CallEnd): Promise<void> {
    const { date, clock, leaversShown } = this.#context;
    if (unlisted === true) return;
    if (method === 'departed' || silently === true) {
      await this.#remove();
      return;
    }
    const disconnectionInfo: Execution = {
      when: date(),
      ...(reason !== undefined && { reason }),
      ...(by !== undefined && { by }),
    };
    const state = { status: 'disconnected', disconnectionMethod: method, disconnectionInfo, media: [] } as const;
    if ((await this.report(state)) === undefined) return;
    clock.after(leaversShown, () => void this.#forget().catch(this.#context.report));
  }

  /** Takes what is left of it out of the roster, unless another call has taken its place. */
  async #forget(): Promise<void> {
    const others = this.#context.calls.of(this.#conference, this.#user);
    for (const { endpoint } of others) if (endpoint === this.#endpoint) return;
    await this.#remove();
  }

  #remove(): Promise<void> {
    return this.#context.endpoints.remove(this.#conference, this.#user, [this.#endpoint]);
  }
}
