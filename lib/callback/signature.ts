import { createHmac, hkdfSync } from 'node:crypto';

/**
 * The secret of a registration. It follows from the server's key file and the registration's id, so that it is stored
 * nowhere.
 */
export const secretOf = (key: Buffer, id: string): string =>
  Buffer.from(hkdfSync('sha256', key, id, 'plenary callback', 32)).toString('base64url');

/** HMAC-SHA-256 over timestamp, a dot and the body, in hexadecimal, under the secret as text. */
export const signatureOf = (secret: string, timestamp: string, body: Buffer): string =>
  createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex');
