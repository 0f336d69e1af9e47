import { readNameAddress } from '../name-address.ts';
import { list, MAX_UINT32, numberIn, readNumber, seconds, single } from './definition.ts';
import type { NameAddress } from '../name-address.ts';

export const ROUTE = list('Route', readNameAddress);
export const RECORD_ROUTE = list('Record-Route', readNameAddress);
/** RFC 3327. */
export const PATH = list('Path', readNameAddress);
/** RFC 3608. */
export const SERVICE_ROUTE = list('Service-Route', readNameAddress);
/** RFC 5393 §5.3.3.1. */
export const MAX_BREADTH = single('Max-Breadth', (cursor) => readNumber(cursor, MAX_UINT32));
/** RFC 5626 §5.3: seconds that the server keeps an idle flow. */
export const FLOW_TIMER = seconds('Flow-Timer');

/** What tells the flows of one user agent apart (RFC 5626 §4.1, §4.2). */
export interface Outbound {
  /** `+sip.instance` without its angle brackets: a URN. */
  readonly instance: string;
  readonly regId: number;
}

/** The outbound parameters of a Contact; undefined unless both are there (RFC 5626 §6). @throws {BadMessage} 400 */
export function outboundOf({ parameters }: NameAddress): Outbound | undefined {
  const instance = parameters.get('+sip.instance');
  const regId = numberIn(parameters.get('reg-id'), 'reg-id', 2 ** 31 - 1);
  if (instance === undefined || regId === undefined) return undefined;
  return { instance: instance.replace(/^<(.*)>$/, '$1'), regId };
}
