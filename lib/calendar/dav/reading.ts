import { CALENDAR, type DavAnswer, type DavRequest } from './dav-request.ts';
import { DavError, notFound } from './dav-error.ts';
import { checkTags, names } from './preconditions.ts';
import { holdsCalendar, resourceAt } from './propfind.ts';
import { etagOf } from './properties.ts';
import { textOf } from './shown-event.ts';

/** GET and HEAD of an event or message. */
export async function get(request: DavRequest): Promise<DavAnswer> {
  const { place, exchange } = request;
  if (!holdsCalendar(place)) throw new DavError(405, 'A collection is read with PROPFIND and REPORT.');
  const resource = await resourceAt(request);
  const { item } = resource;
  const headers = { ETag: etagOf(resource), ...(item && { 'Schedule-Tag': item.scheduleTag }) };
  const known = exchange.request.headers['if-none-match'];
  if (known !== undefined && names(known, headers.ETag)) return { status: 304, headers };
  const text = await textOf(request, resource);
  if (text === undefined) throw notFound();
  return { status: 200, type: CALENDAR, headers, body: text };
}

/** DELETE of an event cancels its conference; a message was dealt with (RFC 6638 §2.2). */
export async function remove(request: DavRequest): Promise<DavAnswer> {
  const { place, asking, control, inboxes, exchange } = request;
  if (!holdsCalendar(place)) throw new DavError(403, 'The collections of a calendar stay.');
  const resource = await resourceAt(request);
  checkTags(exchange.request.headers, { etag: etagOf(resource), scheduleTag: resource.item?.scheduleTag ?? '' });
  if (resource.item === undefined) await inboxes.remove(asking.principal.userId, place.name);
  else await control.delete(asking.call, resource.item.uri);
  return { status: 204 };
}
