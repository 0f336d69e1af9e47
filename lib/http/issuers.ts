import { readFile } from 'node:fs/promises';
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  importSPKI,
  importX509,
  type CryptoKey,
  type JSONWebKeySet,
  type JWTVerifyGetKey,
} from 'jose';
import { isLoopback } from './address.ts';

/** Signatures of tokens that are taken; none with a shared secret. */
export const TOKEN_ALGORITHMS = [
  ...['ES256', 'ES384', 'ES512', 'Ed25519', 'EdDSA'],
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
];

/** Who issues tokens, and what these must say. */
export interface Issuer {
  /** `iss`. */
  readonly issuer: string;
  /** `aud`, or one of several in it. */
  readonly audience: string;
  /** The one algorithm that its signatures have. */
  readonly algorithm: string;
  /** Its keys: the URL of a JWK set, or a file with a JWK set, a public key or a certificate. */
  readonly keys: string;
  /**
   * The claim that names the user: an XCON-USERID, an address of the directory (`sip:…`, `mailto:…`), else a login name.
   * `email` counts only when `email_verified` is true.
   */
  readonly claim: string;
}

export interface KeyLimits {
  /** Seconds that fetched keys are used without asking again. */
  readonly keysAge: number;
  /** Milliseconds that fetching them may take. */
  readonly fetchTime: number;
}

/** The keys of an issuer can't be used; the message says why. */
export class UnusableKeys extends Error {}

/** Reads a file at once; a URL is asked when the first token comes. @throws {UnusableKeys} */
export async function openKeys({ keys, algorithm }: Issuer, limits: KeyLimits): Promise<JWTVerifyGetKey> {
  if (/^https?:/i.test(keys)) {
    const options = { cacheMaxAge: limits.keysAge * 1_000, timeoutDuration: limits.fetchTime };
    return createRemoteJWKSet(keySetUrl(keys), options);
  }
  try {
    const text = await readFile(keys, 'utf8');
    if (text.trimStart().startsWith('{')) return createLocalJWKSet(JSON.parse(text) as JSONWebKeySet);
    const key: CryptoKey = await (text.includes('CERTIFICATE') ? importX509 : importSPKI)(text, algorithm);
    return () => Promise.resolve(key);
  } catch (error) {
    throw new UnusableKeys(`keys of a token issuer, ${keys}: ${(error as Error).message}`);
  }
}

/** Keys that anybody on the way could exchange would let anybody in. @throws {RangeError} */
export function keySetUrl(text: string): URL {
  const url = new URL(text);
  if (url.protocol !== 'https:' && !isLoopback(url.hostname.replace(/^\[|\]$/g, '')))
    throw new RangeError(`${text} must be an https URL`);
  return url;
}
