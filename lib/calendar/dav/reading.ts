import { CALENDAR, type DavAnswer, type DavRequest } from './dav-request.ts';
import { DavError, notFound } from './dav-error.ts';
import { checkTags, names } from './preconditions.ts';
import { resourceAt } from './propfind.ts';

/** GET and HEAD of an event. */
export async function get(request: DavRequest): Promise<DavAnswer> {
  const { place, asking, showing, exchange } = request;
  if (place.kind !== 'event') throw new DavError(405, 'A collection is read with PROPFIND and REPORT.');
  const { item } = await resourceAt(request);
  if (item === undefined) throw notFound();
  const headers = { ETag: item.etag, 'Schedule-Tag': item.scheduleTag };
  const known = exchange.request.headers['if-none-match'];
  if (known !== undefined && names(known, item.etag)) return { status: 304, headers };
  const text = await showing.text(asking, item);
  if (text === undefined) throw notFound();
  return { status: 200, type: CALENDAR, headers, body: text };
}

/** DELETE of an event cancels its conference. */
export async function remove(request: DavRequest): Promise<DavAnswer> {
  const { place, asking, control, exchange } = request;
  if (place.kind !== 'event') throw new DavError(403, 'The collections of a calendar stay.');
  const { item } = await resourceAt(request);
  if (item === undefined) throw notFound();
  checkTags(exchange.request.headers, item);
  await control.delete(asking.call, item.uri);
  return { status: 204 };
}
