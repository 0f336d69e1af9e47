import { createHash, randomBytes } from 'node:crypto';
import type { DigestAlgorithm, Ha1 } from './credential-source.ts';

/** Names as OpenSSL has them. */
const HASHES: Readonly<Record<DigestAlgorithm, string>> = {
  MD5: 'md5',
  'SHA-256': 'sha256',
  'SHA-512-256': 'sha512-256',
};

const NAMES = Object.keys(HASHES) as DigestAlgorithm[];

/** Case-insensitive; without a name it is MD5 (RFC 7616 §3.3). */
export function algorithmNamed(name = 'MD5'): DigestAlgorithm | undefined {
  const upper = name.toUpperCase();
  return NAMES.find((algorithm) => algorithm === upper);
}

/** In lower-case hexadecimal, as RFC 8760 §2.2 writes digests. */
export function hash(algorithm: DigestAlgorithm, data: string | Buffer): string {
  return createHash(HASHES[algorithm]).update(data).digest('hex');
}

/** H(A1) of a password (RFC 7616 §3.4.2), for the algorithms named. */
export function ha1Of(user: string, realm: string, password: string, algorithms: readonly DigestAlgorithm[]): Ha1 {
  const secret = `${user}:${realm}:${password}`;
  return Object.fromEntries(algorithms.map((algorithm) => [algorithm, Buffer.from(hash(algorithm, secret), 'hex')]));
}

/** What nobody knows, of the size that the algorithm gives: checking against it costs what checking a user costs. */
export const nobodys = (algorithm: DigestAlgorithm): Buffer => randomBytes(algorithm === 'MD5' ? 16 : 32);
