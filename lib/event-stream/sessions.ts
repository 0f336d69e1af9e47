import { randomBytes } from 'node:crypto';
import NodeCache from 'node-cache';
import type { Call } from '../conference/calls.ts';
import type { XconUri } from '../model/identifiers.ts';

/** Who may watch what: what a token stands for. */
export interface Session {
  readonly uri: XconUri;
  readonly call: Call;
}

/** Tokens that stand for somebody's credentials, for one conference and a short time. */
export class Sessions {
  readonly #known: NodeCache;
  readonly #most: number;

  /** @param time seconds that a token lives  @param most tokens at once */
  constructor(time: number, most: number) {
    this.#known = new NodeCache({ stdTTL: time, useClones: false, checkperiod: Math.max(1, Math.ceil(time / 2)) });
    this.#most = most;
  }

  /** Undefined when there are too many. */
  open(session: Session): string | undefined {
    if (this.#known.keys().length >= this.#most) return undefined;
    const token = randomBytes(24).toString('base64url');
    this.#known.set(token, session);
    return token;
  }

  of(token: string, uri: XconUri): Session | undefined {
    const session = this.#known.get<Session>(token);
    return session?.uri === uri ? session : undefined;
  }

  close(): void {
    this.#known.close();
  }
}
