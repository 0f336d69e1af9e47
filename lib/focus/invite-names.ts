import { createHash } from 'node:crypto';
import type { Request } from '../sip/message/request.ts';
import type { Flow } from '../sip/transport/flow.ts';

/** What makes an INVITE the one that it is (RFC 3261 §17.2.3, §8.2.2.2). */
export interface InviteName {
  readonly callId: string;
  readonly tag: string;
  readonly branch: (request: Request, flow: Flow) => string;
}

/**
 * Names of the INVITEs of one call of somebody. The next life of the server makes them anew of the same seed: so a telephone that
 * has an INVITE takes it for a retransmission, goes on ringing, or says once more that it has answered.
 */
export class InviteNames {
  readonly #seed: string;
  /** How often a place has been called. */
  readonly #called = new Map<string, number>();

  /** @param seed random; nobody else's */
  constructor(seed: string) {
    this.#seed = seed;
  }

  /** Of the next INVITE to a place. */
  next(place: string): InviteName {
    const nth = this.#called.get(place) ?? 0;
    this.#called.set(place, nth + 1);
    const named = (what: string): string =>
      createHash('sha256')
        .update(JSON.stringify([this.#seed, place, nth, what]))
        .digest('base64url')
        .slice(0, LENGTH);
    return {
      callId: named('Call-ID'),
      tag: named('tag'),
      branch: ({ cseq }, { protocol, remote }) =>
        `z9hG4bK${named(`branch ${cseq.number} ${protocol} ${remote.address} ${remote.port}`)}`,
    };
  }
}

/** Characters, of 6 bits each. */
const LENGTH = 20;
