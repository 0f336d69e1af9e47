import { randomBytes } from 'node:crypto';
import { ha1Of } from './algorithm.ts';
import { CHALLENGERS, readChallenge } from './challenge.ts';
import type { Challenge, Challenger } from './challenge.ts';
import type { Ha1 } from './credential-source.ts';
import { formatCredentials, readCredentials } from './credentials.ts';
import type { DigestCredentials } from './credentials.ts';
import { readInfo } from './parameters.ts';
import { isSameDigest, requestDigest, responseDigest } from './response.ts';

/** Who we are in a realm: by password, or by H(A1) alone. */
export type DigestIdentity = { readonly user: string } & ({ readonly password: string } | { readonly ha1: Ha1 });

interface Message {
  readonly body: Buffer;
  headers(name: string): readonly string[];
}

/** A request before it is sent; `target` is the text of its Request-URI. */
export interface OutgoingMessage extends Message {
  readonly method: string;
  readonly target: string;
}

/** A challenge that was answered. */
interface Known {
  readonly challenger: Challenger;
  readonly challenge: Challenge;
  /** The last nonce count sent. */
  count: number;
}

const KINDS = Object.keys(CHALLENGERS) as Challenger[];

/** Digest authentication as a user agent client does it (RFC 3261 §22.2, RFC 8760 §2.4), towards one server or proxy. */
export class DigestClient {
  readonly #identify: (realm: string) => DigestIdentity | undefined;
  readonly #cnonce: () => string;
  readonly #remembered: number;
  /** By who asked and realm. */
  readonly #known = new Map<string, Known>();

  /** `remembered`: answered challenges that are kept for the requests that follow. */
  constructor(
    identify: (realm: string) => DigestIdentity | undefined,
    { cnonce = () => randomBytes(12).toString('base64url'), remembered = 16 } = {},
  ) {
    this.#identify = identify;
    this.#cnonce = cnonce;
    this.#remembered = remembered;
  }

  /**
   * The credentials with which to send a request again that got 401 or 407: in each realm, for the topmost challenge that we can
   * answer. They replace those it had. Undefined when nothing can be answered or fresh credentials were refused.
   */
  answer(
    request: OutgoingMessage,
    response: Pick<Message, 'headers'>,
  ): (readonly [name: string, value: string])[] | undefined {
    let answers = 0;
    for (const challenger of KINDS) {
      const { challenge: name, credentials } = CHALLENGERS[challenger];
      const sent = request.headers(credentials).map(readCredentials);
      for (const challenge of this.#answerable(response.headers(name))) {
        const key = `${challenger} ${challenge.realm}`;
        this.#known.delete(key);
        if (isRefused(challenge, sent)) continue;
        if (this.#known.size >= this.#remembered) this.#known.clear();
        this.#known.set(key, { challenger, challenge, count: 0 });
        answers += 1;
      }
    }
    return answers > 0 ? this.authorize(request) : undefined;
  }

  /** Credentials for a request by the challenges answered before. */
  authorize(request: OutgoingMessage): (readonly [name: string, value: string])[] {
    return [...this.#known.values()].flatMap((known) => {
      const ha1 = this.#secretFor(known.challenge);
      const user = this.#identify(known.challenge.realm)?.user;
      if (ha1 === undefined || user === undefined) return [];
      const value = formatCredentials(this.#credentials(request, known, user, ha1));
      return [[CHALLENGERS[known.challenger].credentials, value]];
    });
  }

  /**
   * Reads Authentication-Info (RFC 7616 §3.5): takes its next nonce; false when a server proves itself with what a server that
   * knows our secret would not send.
   */
  confirm(request: OutgoingMessage, response: Message): boolean {
    return KINDS.every((challenger) => {
      const { credentials, info } = CHALLENGERS[challenger];
      const sent = request.headers(credentials).map(readCredentials);
      const parameters = response.headers(info).map(readInfo)[0];
      const by = sent.find((one) => one !== undefined && this.#known.has(`${challenger} ${one.realm}`));
      if (parameters === undefined || by === undefined) return true;
      const known = this.#known.get(`${challenger} ${by.realm}`);
      const ha1 = known && this.#secretFor(known.challenge);
      const proof = parameters.get('rspauth');
      if (known === undefined || ha1 === undefined) return true;
      if (proof !== undefined && !isSameDigest(proof, responseDigest(by, ha1, response.body))) return false;
      const nonce = parameters.get('nextnonce');
      if (nonce !== undefined)
        this.#known.set(`${challenger} ${by.realm}`, { ...known, challenge: { ...known.challenge, nonce }, count: 0 });
      return true;
    });
  }

  #answerable(values: readonly string[]): Challenge[] {
    const topmost = new Map<string, Challenge>();
    for (const challenge of values.map(readChallenge)) {
      if (challenge === undefined || topmost.has(challenge.realm) || this.#secretFor(challenge) === undefined) continue;
      topmost.set(challenge.realm, challenge);
    }
    return [...topmost.values()];
  }

  #secretFor({ realm, algorithm }: Challenge): Buffer | undefined {
    const identity = this.#identify(realm);
    if (identity === undefined) return undefined;
    if ('ha1' in identity) return identity.ha1[algorithm];
    return ha1Of(identity.user, realm, identity.password, [algorithm])[algorithm];
  }

  #credentials(request: OutgoingMessage, known: Known, user: string, ha1: Buffer): DigestCredentials {
    const { realm, nonce, algorithm, opaque, qop: offered } = known.challenge;
    known.count += 1;
    const qop = offered.includes('auth') ? 'auth' : offered[0];
    const nc = known.count.toString(16).padStart(8, '0');
    const input = {
      algorithm,
      nonce,
      uri: request.target,
      ...(qop !== undefined && { protection: { qop, nc, cnonce: this.#cnonce() } }),
    };
    const response = requestDigest(input, ha1, request.method, request.body);
    return { ...input, user, realm, response, ...(opaque !== undefined && { opaque }) };
  }
}

/** Credentials that were made for an earlier request may be refused for their nonce, others only for what they say. */
function isRefused({ realm, stale }: Challenge, sent: readonly (DigestCredentials | undefined)[]): boolean {
  if (stale === true) return false;
  const ours = sent.find((one) => one?.realm === realm);
  return ours !== undefined && (ours.protection === undefined || Number.parseInt(ours.protection.nc, 16) === 1);
}
