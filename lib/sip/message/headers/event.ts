import { BadMessage } from '../bad-message.ts';
import { readParameters, type Parameters } from '../parameters.ts';
import { numberIn, single, tokens } from './definition.ts';

/** RFC 6665 §8.2.1. */
export interface Event {
  /** The package, with its templates: `conference`, `presence.winfo`. It compares byte by byte. */
  readonly type: string;
  readonly id: string | undefined;
  readonly parameters: Parameters;
}

/** RFC 6665 §8.2.3. */
export interface SubscriptionState {
  /** In lower case: active, pending, terminated … */
  readonly state: string;
  /** In lower case: deactivated, noresource, timeout … */
  readonly reason: string | undefined;
  /** Seconds. */
  readonly expires: number | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;
  readonly parameters: Parameters;
}

/** RFC 6446 §9.2: notifications per second. */
export interface Rates {
  readonly maxRate: number | undefined;
  readonly minRate: number | undefined;
  readonly adaptiveMinRate: number | undefined;
}

export const EVENT = single('Event', (cursor): Event => {
  const type = cursor.token();
  const parameters = readParameters(cursor);
  return { type, id: parameters.get('id'), parameters };
});
export const ALLOW_EVENTS = tokens('Allow-Events');
export const SUBSCRIPTION_STATE = single('Subscription-State', (cursor): SubscriptionState => {
  const state = cursor.token().toLowerCase();
  const parameters = readParameters(cursor);
  return {
    state,
    reason: parameters.get('reason')?.toLowerCase(),
    expires: numberIn(parameters.get('expires'), cursor.what),
    retryAfter: numberIn(parameters.get('retry-after'), cursor.what),
    parameters,
  };
});
/** RFC 3903 §11.3. */
export const SIP_ETAG = single('SIP-ETag', (cursor) => cursor.token());
export const SIP_IF_MATCH = single('SIP-If-Match', (cursor) => cursor.token());
/** RFC 5839 §6: an entity-tag or `*`. */
export const SUPPRESS_IF_MATCH = single('Suppress-If-Match', (cursor) => cursor.token());

/** The rates that an Event or a Subscription-State asks for or tells. @throws {BadMessage} 400 */
export const ratesOf = (parameters: Parameters): Rates => ({
  maxRate: rate(parameters, 'max-rate'),
  minRate: rate(parameters, 'min-rate'),
  adaptiveMinRate: rate(parameters, 'adaptive-min-rate'),
});

function rate(parameters: Parameters, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === undefined) return undefined;
  if (!/^[0-9]{1,10}(?:\.[0-9]{1,10})?$/.test(text) || Number(text) === 0)
    throw new BadMessage(400, `Malformed ${name}`);
  return Number(text);
}
