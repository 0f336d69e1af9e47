import { timingSafeEqual } from 'node:crypto';
import { hash } from './algorithm.ts';
import type { DigestAlgorithm } from './credential-source.ts';

/** Quality of protection (RFC 7616 §3.4). */
export type Qop = 'auth' | 'auth-int';

/** What a response is computed over, beside the secret and the message. */
export interface DigestInput {
  readonly algorithm: DigestAlgorithm;
  readonly nonce: string;
  /** As in `uri` of the credentials. */
  readonly uri: string;
  /** Absent in the form without qop (RFC 3261 §22.4, RFC 2617 §3.2.2.1). */
  readonly protection?: { readonly qop: Qop; readonly nc: string; readonly cnonce: string };
}

/** What a client sends that knows H(A1) (RFC 7616 §3.4.1); an absent body is empty (RFC 8760 §2.6 rule 7). */
export const requestDigest = (input: DigestInput, ha1: Buffer, method: string, body: Buffer): string =>
  digest(input, ha1, method, body);

/** `rspauth`: what proves to the client that the server knows it too; the body is the response's (RFC 7616 §3.5). */
export const responseDigest = (input: DigestInput, ha1: Buffer, body: Buffer): string => digest(input, ha1, '', body);

function digest({ algorithm, nonce, uri, protection }: DigestInput, ha1: Buffer, method: string, body: Buffer): string {
  const a2 = protection?.qop === 'auth-int' ? `${method}:${uri}:${hash(algorithm, body)}` : `${method}:${uri}`;
  const middle = protection ? `${nonce}:${protection.nc}:${protection.cnonce}:${protection.qop}` : nonce;
  return hash(algorithm, `${ha1.toString('hex')}:${middle}:${hash(algorithm, a2)}`);
}

/** In constant time for digests of one length. */
export function isSameDigest(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)];
  return a.length === b.length && timingSafeEqual(a, b);
}
