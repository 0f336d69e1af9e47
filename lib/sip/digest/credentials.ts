import { quote } from '../message/cursor.ts';
import { algorithmNamed } from './algorithm.ts';
import { formatDigest, readDigest } from './parameters.ts';
import type { DigestInput, Qop } from './response.ts';

/** Digest credentials (RFC 3261 §20.7) of the kinds that are served. */
export interface DigestCredentials extends DigestInput {
  readonly user: string;
  readonly realm: string;
  /** Lower-case hexadecimal. */
  readonly response: string;
  readonly opaque?: string;
}

export const isQop = (text: string | undefined): text is Qop => text === 'auth' || text === 'auth-int';

/** Undefined for another scheme, or when a part is missing, malformed or asks for what is not offered. */
export function readCredentials(value: string): DigestCredentials | undefined {
  const parameters = readDigest(value);
  const [user, realm, nonce, uri] = ['username', 'realm', 'nonce', 'uri'].map((name) => parameters?.get(name));
  const algorithm = algorithmNamed(parameters?.get('algorithm'));
  const response = parameters?.get('response')?.toLowerCase() ?? '';
  if (user === undefined || realm === undefined || nonce === undefined || uri === undefined) return undefined;
  if (algorithm === undefined || parameters === undefined || !/^[\da-f]{32,}$/u.test(response)) return undefined;
  if (parameters.get('userhash')?.toLowerCase() === 'true') return undefined;
  const common = { algorithm, user, realm, nonce, uri, response };
  const [qop, nc, cnonce] = ['qop', 'nc', 'cnonce'].map((name) => parameters.get(name));
  if (qop === undefined) return common;
  const quality = qop.toLowerCase();
  if (!isQop(quality) || nc === undefined || cnonce === undefined) return undefined;
  const counted = /^[\da-f]{8}$/iu.test(nc) && Number.parseInt(nc, 16) > 0;
  return counted ? { ...common, protection: { qop: quality, nc, cnonce } } : undefined;
}

export function formatCredentials(credentials: DigestCredentials): string {
  const { algorithm, user, realm, nonce, uri, response, opaque, protection } = credentials;
  return formatDigest({
    username: quote(user),
    realm: quote(realm),
    nonce: quote(nonce),
    uri: quote(uri),
    response: quote(response),
    algorithm,
    opaque: opaque === undefined ? undefined : quote(opaque),
    qop: protection?.qop,
    nc: protection?.nc,
    cnonce: protection && quote(protection.cnonce),
  });
}
