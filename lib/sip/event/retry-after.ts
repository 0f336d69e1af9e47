import { BadMessage } from '../message/bad-message.ts';
import { RETRY_AFTER } from '../message/headers/index.ts';
import type { Response } from '../message/response.ts';

/** Seconds that a response asks to wait; undefined when it doesn't, or is malformed there. */
export function retryAfterOf(response: Response): number | undefined {
  try {
    return response.get(RETRY_AFTER)?.seconds;
  } catch (error) {
    if (error instanceof BadMessage) return undefined;
    throw error;
  }
}
