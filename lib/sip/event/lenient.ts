import { BadMessage } from '../message/bad-message.ts';
import { RETRY_AFTER } from '../message/headers/index.ts';
import type { SingleHeader } from '../message/headers/definition.ts';
import type { Response } from '../message/response.ts';

/** A header field of a response, which nobody can answer with 400: undefined when it is malformed. */
export function lenient<T>(response: Response, header: SingleHeader<T>): T | undefined {
  try {
    return response.get(header);
  } catch (error) {
    if (error instanceof BadMessage) return undefined;
    throw error;
  }
}

/** Seconds that a response asks to wait. */
export const retryAfterOf = (response: Response): number | undefined => lenient(response, RETRY_AFTER)?.seconds;
