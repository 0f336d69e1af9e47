import { quote } from '../message/cursor.ts';
import { algorithmNamed } from './algorithm.ts';
import type { DigestAlgorithm } from './credential-source.ts';
import { isQop } from './credentials.ts';
import { formatDigest, readDigest } from './parameters.ts';
import type { Qop } from './response.ts';

/** Who asks: a user agent server with 401, a proxy with 407 (RFC 3261 §22). */
export type Challenger = 'user' | 'proxy';

/** The status and the header fields of each. */
export const CHALLENGERS = {
  user: { status: 401, challenge: 'WWW-Authenticate', credentials: 'Authorization', info: 'Authentication-Info' },
  proxy: {
    status: 407,
    challenge: 'Proxy-Authenticate',
    credentials: 'Proxy-Authorization',
    info: 'Proxy-Authentication-Info',
  },
} as const satisfies Record<Challenger, unknown>;

/** A digest challenge (RFC 3261 §20.44, RFC 7616 §3.3). */
export interface Challenge {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm: DigestAlgorithm;
  /** Empty: the server knows no qop. */
  readonly qop: readonly Qop[];
  readonly stale?: boolean;
  readonly opaque?: string;
}

/** Undefined for what we can't answer: such challenges are ignored (RFC 8760 §2.4). */
export function readChallenge(value: string): Challenge | undefined {
  const parameters = readDigest(value);
  const [realm, nonce, opaque] = ['realm', 'nonce', 'opaque'].map((name) => parameters?.get(name));
  const algorithm = algorithmNamed(parameters?.get('algorithm'));
  if (parameters === undefined || realm === undefined || nonce === undefined || algorithm === undefined)
    return undefined;
  const offered = parameters.get('qop')?.toLowerCase().split(',');
  const qop = (offered ?? []).map((text) => text.trim()).filter(isQop);
  if (offered !== undefined && qop.length === 0) return undefined;
  const stale = parameters.get('stale')?.toLowerCase() === 'true';
  return { realm, nonce, algorithm, qop, stale, ...(opaque !== undefined && { opaque }) };
}

export function formatChallenge({ realm, nonce, algorithm, qop, stale, opaque }: Challenge): string {
  return formatDigest({
    realm: quote(realm),
    nonce: quote(nonce),
    qop: qop.length > 0 ? quote(qop.join(',')) : undefined,
    algorithm,
    stale: stale === true ? 'true' : undefined,
    opaque: opaque === undefined ? undefined : quote(opaque),
  });
}
