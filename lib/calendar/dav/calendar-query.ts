import type { XmlElement } from '../../xml/element.ts';
import { DavError, forbidden } from './dav-error.ts';
import { type DavAnswer, type DavRequest, ofXml } from './dav-request.ts';
import { calendarFilter } from './filter.ts';
import { multistatus, reportSlices, statusResponse } from './multistatus.ts';
import { CALDAV, cal, dav, DAV } from './names.ts';
import { placeOf } from './places.ts';
import { resourceAt } from './propfind.ts';
import { reaches } from './reach.ts';
import { eventOf, eventResponse, shownBy, truncated } from './shown-event.ts';

/** calendar-query (RFC 4791 §7.8): what can not take place in the time that was asked for is not even read. */
export async function calendarQuery(request: DavRequest, element: XmlElement): Promise<DavAnswer> {
  const { calendars, asking, limits } = request;
  const asked = element.first(CALDAV, 'filter');
  if (asked === undefined) throw forbidden(cal('valid-filter'), 'A calendar-query has a filter.');
  const filter = calendarFilter(asked);
  const shown = await shownBy(request, element);
  const calendar = await calendars.of(asking.principal);
  const itself = request.place.kind === 'event' ? (await resourceAt(request)).item : undefined;
  const byUid = filter.uid === undefined ? undefined : calendar.withUid(filter.uid);
  const candidates = itself !== undefined ? [itself] : filter.uid !== undefined ? [byUid] : calendar.items();
  const span = filter.span;
  const responses: XmlElement[] = [];
  const slice = reportSlices.begin();
  for (const item of candidates) {
    if (item === undefined || (span !== undefined && !reaches(item.reach, span.from, span.to))) continue;
    await slice.rest();
    const event = await eventOf(request, item);
    if (event === undefined || !filter.matches(event)) continue;
    const response = await eventResponse(request, item, shown, event);
    if (response !== undefined) responses.push(response);
    if (responses.length > limits.results)
      return ofXml(await multistatus(responses.slice(0, -1), [truncated(request)]));
  }
  return ofXml(await multistatus(responses));
}

/** calendar-multiget (RFC 4791 §7.9). */
export async function calendarMultiget(request: DavRequest, element: XmlElement): Promise<DavAnswer> {
  const { calendars, asking, limits } = request;
  const hrefs = element.all(DAV, 'href').map((one) => one.text.trim());
  if (hrefs.length > limits.results)
    throw new DavError(507, `Name at most ${limits.results} events.`, dav('number-of-matches-within-limits'));
  const shown = await shownBy(request, element);
  const calendar = await calendars.of(asking.principal);
  async function* responses(): AsyncGenerator<XmlElement> {
    for (const one of hrefs) {
      const path = URL.canParse(one, 'http://localhost') ? new URL(one, 'http://localhost').pathname : one;
      const place = placeOf(path);
      const isOwn = place?.kind === 'event' && place.user === asking.principal.userId;
      const item = isOwn ? calendar.named(place.name) : undefined;
      const response = item && (await eventResponse(request, item, shown));
      yield response ?? statusResponse(one, 404);
    }
  }
  return ofXml(await multistatus(responses()));
}
