import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/**
 * The secret of a registration. It follows from the server's key file and the registration's id, so that it is stored
 * nowhere.
 */
export const secretOf = (key: Buffer, id: string): string =>
  Buffer.from(hkdfSync('sha256', key, id, 'plenary callback', 32)).toString('base64url');

/** HMAC-SHA-256 over timestamp, a dot and the body, in hexadecimal, under the secret as text. */
export const signatureOf = (secret: string, timestamp: string, body: Buffer): string =>
  createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');

/** Whether a delivery is from who knows the secret, and not older than `tolerance` seconds: for receivers. */
export function isSigned(
  secret: string,
  { timestamp, signature }: { readonly timestamp: string; readonly signature: string },
  body: Buffer,
  { now = Date.now(), tolerance = 300 } = {},
): boolean {
  const expected = Buffer.from(`sha256=${signatureOf(secret, timestamp, body)}`);
  const given = Buffer.from(signature);
  const isFresh = Math.abs(now / 1_000 - Number(timestamp)) <= tolerance;
  return isFresh && given.length === expected.length && timingSafeEqual(given, expected);
}
