import type { XmlElement } from '../../xml/element.ts';
import { calendarSlices } from '../event/slices.ts';
import { DavError, forbidden } from './dav-error.ts';
import { type DavAnswer, type DavRequest, ofXml } from './dav-request.ts';
import { type CalendarFilter, calendarFilter } from './filter.ts';
import { multistatus, statusResponse } from './multistatus.ts';
import { CALDAV, cal, dav, DAV } from './names.ts';
import { placeOf } from './places.ts';
import { calendarResourceAt, calendarResourcesIn, holdsCalendar, resourceAt } from './propfind.ts';
import { type CalendarResource, eventResource } from './properties.ts';
import { reaches } from './reach.ts';
import { eventOf, eventResponse, shownBy, truncated } from './shown-event.ts';

/** calendar-query (RFC 4791 §7.8): what can not take place in the time that was asked for is not even read. */
export async function calendarQuery(request: DavRequest, element: XmlElement): Promise<DavAnswer> {
  const { limits } = request;
  const asked = element.first(CALDAV, 'filter');
  if (asked === undefined) throw forbidden(cal('valid-filter'), 'A calendar-query has a filter.');
  const filter = calendarFilter(asked);
  const shown = await shownBy(request, element);
  const span = filter.span;
  const responses: XmlElement[] = [];
  const slice = calendarSlices.begin();
  for await (const resource of candidatesFor(request, filter)) {
    const { item } = resource;
    if (span !== undefined && item !== undefined && !reaches(item.reach, span.from, span.to)) continue;
    await slice.rest();
    const event = await eventOf(request, resource);
    if (event === undefined || !filter.matches(event)) continue;
    const response = await eventResponse(request, resource, shown, event);
    if (response !== undefined) responses.push(response);
    if (responses.length > limits.results)
      return ofXml(await multistatus(responses.slice(0, -1), [truncated(request)]));
  }
  return ofXml(await multistatus(responses));
}

/** What a filter can mean at all. */
async function* candidatesFor(request: DavRequest, { uid }: CalendarFilter): AsyncGenerator<CalendarResource> {
  const { place, calendars, asking } = request;
  const { principal } = asking;
  if (holdsCalendar(place)) yield (await resourceAt(request)) as CalendarResource;
  else if (place.kind === 'calendar' && uid !== undefined) {
    const item = (await calendars.of(principal)).withUid(uid);
    if (item !== undefined) yield eventResource(principal.userId, item);
  } else yield* calendarResourcesIn(request, place);
}

/** calendar-multiget (RFC 4791 §7.9). */
export async function calendarMultiget(request: DavRequest, element: XmlElement): Promise<DavAnswer> {
  const { asking, limits } = request;
  const hrefs = element.all(DAV, 'href').map((one) => one.text.trim());
  if (hrefs.length > limits.results)
    throw new DavError(507, `Name at most ${limits.results} events.`, dav('number-of-matches-within-limits'));
  const shown = await shownBy(request, element);
  const { userId } = asking.principal;
  async function* responses(): AsyncGenerator<XmlElement> {
    for (const one of hrefs) {
      const path = URL.canParse(one, 'http://localhost') ? new URL(one, 'http://localhost').pathname : one;
      const place = placeOf(path);
      const isOwn = place !== undefined && holdsCalendar(place) && place.user === userId;
      const resource = isOwn ? await calendarResourceAt(request, place) : undefined;
      const response = resource && (await eventResponse(request, resource, shown));
      yield response ?? statusResponse(one, 404);
    }
  }
  return ofXml(await multistatus(responses()));
}
