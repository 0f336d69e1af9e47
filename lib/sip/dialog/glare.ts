import { randomInt } from 'node:crypto';

/** Milliseconds until a re-INVITE or UPDATE that met another one (491) is tried again (RFC 3261 §14.1, RFC 3311 §5.3). */
export const glareWait = (ownsCallId: boolean): number => 10 * (ownsCallId ? randomInt(210, 401) : randomInt(0, 201));

/** Seconds after which a request may come again that met one of the same side (RFC 3261 §14.2, RFC 3311 §5.2). */
export const retryAfter = (): readonly [name: string, value: string] => ['Retry-After', String(randomInt(0, 11))];
