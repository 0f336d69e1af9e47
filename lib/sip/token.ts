import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8_192);
let used = pool.length;

/** Random text of the given number of bytes in base64url, whose characters a SIP token may hold. */
function randomText(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  return pool.toString('base64url', used - bytes, used);
}

/** A tag of From or To: 72 random bits, where RFC 3261 §19.3 asks for 32. */
export const newTag = (): string => randomText(9);

/** A branch of a Via, unique in space and time (RFC 3261 §8.1.1.7). */
export const newBranch = (): string => `z9hG4bK${randomText(12)}`;

/** A Call-ID without a host, which would tell the peer where we run (RFC 3261 §8.1.1.4). */
export const newCallId = (): string => randomText(15);

/** An entity-tag of a publication (RFC 3903 §6) or of a notification (RFC 5839 §4.1). */
export const newEntityTag = (): string => randomText(9);

/** What divides the parts of a multipart body (RFC 2046 §5.1.1). */
export const newBoundary = (): string => randomText(18);
