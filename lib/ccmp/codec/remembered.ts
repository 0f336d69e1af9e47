import { LRUCache } from 'lru-cache';
import type { CcmpRequest } from './request.ts';

/** Bytes of a message, at most, to be remembered, and how many are. */
const LONGEST = 1_024;
const MOST = 1_000;

/**
 * Requests that were read lately, by their bytes: clients that look again send the same again. None that holds a password
 * or conference data is kept.
 */
export class RememberedRequests {
  readonly #requests = new LRUCache<string, CcmpRequest>({ max: MOST });

  /** The request that these bytes are; reads them where it is not known. Throws what `read` throws. */
  get(body: Buffer, read: () => CcmpRequest): CcmpRequest {
    if (body.length > LONGEST) return read();
    const bytes = body.toString('latin1');
    const known = this.#requests.get(bytes);
    if (known !== undefined) return known;
    const request = read();
    const { subject, conferencePassword, info, extension } = request;
    const holds = [subject, conferencePassword, info, extension].some((one) => one !== undefined);
    if (!holds) this.#requests.set(bytes, request);
    return request;
  }
}
