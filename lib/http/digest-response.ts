import { createHash, timingSafeEqual } from 'node:crypto';
import type { DigestAlgorithm } from '../directory/credentials.ts';
import { fromUtf8 } from './authorization.ts';

/** Digest credentials (RFC 7616 §3.4) as sent, of the kinds that are served. */
export interface DigestCredentials {
  readonly algorithm: DigestAlgorithm;
  readonly username: string;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  /** Absent when the client speaks the form without qop (RFC 2617 §3.2.2.1). */
  readonly auth?: { readonly nc: string; readonly cnonce: string };
}

/** Undefined when a part is missing, malformed or asks for what is not offered. */
export function readDigestCredentials(parameters: ReadonlyMap<string, string>): DigestCredentials | undefined {
  const [realm, nonce, uri] = ['realm', 'nonce', 'uri'].map((name) => parameters.get(name));
  const algorithm = algorithmNamed(parameters.get('algorithm') ?? 'MD5');
  const response = parameters.get('response')?.toLowerCase() ?? '';
  const username = usernameOf(parameters);
  if (realm === undefined || nonce === undefined || uri === undefined) return undefined;
  if (algorithm === undefined || username === undefined || !/^[0-9a-f]+$/.test(response)) return undefined;
  if (parameters.get('userhash')?.toLowerCase() === 'true') return undefined;
  const common = { algorithm, username, realm, nonce, uri, response };
  const [qop, nc, cnonce] = ['qop', 'nc', 'cnonce'].map((name) => parameters.get(name));
  if (qop === undefined) return common;
  if (qop.toLowerCase() !== 'auth' || nc === undefined || cnonce === undefined) return undefined;
  return /^[0-9a-f]{8}$/i.test(nc) && Number.parseInt(nc, 16) > 0 ? { ...common, auth: { nc, cnonce } } : undefined;
}

function algorithmNamed(name: string): DigestAlgorithm | undefined {
  return (['SHA-256', 'MD5'] as const).find((algorithm) => algorithm === name.toUpperCase());
}

/** One of `username` and `username*` (RFC 8187), never both (RFC 7616 §3.4). */
function usernameOf(parameters: ReadonlyMap<string, string>): string | undefined {
  const plain = parameters.get('username');
  const extended = parameters.get('username*');
  if (extended === undefined || plain !== undefined)
    return extended === undefined && plain !== undefined ? fromUtf8(plain) : undefined;
  const [, encoded] = /^utf-8'[^']*'(.*)$/is.exec(extended) ?? [];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

/** What a client that knows the secret H(A1) sends, in hexadecimal (RFC 7616 §3.4.1). */
export const digestResponse = (credentials: DigestCredentials, secret: Buffer, method: string): string =>
  respond(credentials, secret, `${method}:${credentials.uri}`);

/** What proves to the client that the server knows the secret (RFC 7616 §3.5). */
export const digestProof = (credentials: DigestCredentials, secret: Buffer): string =>
  respond(credentials, secret, `:${credentials.uri}`);

function respond({ algorithm, nonce, auth }: DigestCredentials, secret: Buffer, a2: string): string {
  const hash = (text: string) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(text, 'latin1')
      .digest('hex');
  const middle = auth ? `${nonce}:${auth.nc}:${auth.cnonce}:auth` : nonce;
  return hash(`${secret.toString('hex')}:${middle}:${hash(a2)}`);
}

export function isSameResponse(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}
