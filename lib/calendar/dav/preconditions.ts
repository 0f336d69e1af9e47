import type { IncomingHttpHeaders } from 'node:http';
import { DavError } from './dav-error.ts';

interface Tags {
  readonly etag: string;
  readonly scheduleTag: string;
}

/** If-Match, If-None-Match (RFC 9110 §13.1) and If-Schedule-Tag-Match (RFC 6638 §8.3). @throws {DavError} 412 */
export function checkTags(headers: IncomingHttpHeaders, tags: Tags | undefined): void {
  const { 'if-match': match, 'if-none-match': none, 'if-schedule-tag-match': schedule } = headers;
  const failed =
    (match !== undefined && !names(match, tags?.etag)) ||
    (none !== undefined && names(none, tags?.etag)) ||
    (typeof schedule === 'string' && schedule.trim() !== tags?.scheduleTag);
  if (failed) throw new DavError(412, 'The event is not what you think it is: read it again.');
}

/** Whether a list of entity tags names one; `*` names whatever is there. */
export const names = (list: string, etag: string | undefined): boolean =>
  etag !== undefined && list.split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
