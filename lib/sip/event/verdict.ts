import { RETRY_AFTER } from '../message/headers/index.ts';
import { BadMessage } from '../message/bad-message.ts';
import type { Response } from '../message/response.ts';

/** Responses that end a subscription (RFC 6665 §4.1.2.2, §4.2.2), and those that end its dialog (RFC 5057 §5.1). */
const ENDING = new Set([404, 405, 410, 416, 480, 481, 482, 483, 484, 485, 489, 501, 502, 604]);

/** Whether the failure of a SUBSCRIBE or NOTIFY in a dialog ends the subscription. */
export const endsSubscription = (status: number): boolean => ENDING.has(status);

/** Seconds that a response asks to wait; undefined when it doesn't or is malformed. */
export function retryAfterOf(response: Response): number | undefined {
  try {
    return response.get(RETRY_AFTER)?.seconds;
  } catch (error) {
    if (error instanceof BadMessage) return undefined;
    throw error;
  }
}
