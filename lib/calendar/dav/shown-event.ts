import ICAL from 'ical.js';
import type { XmlElement } from '../../xml/element.ts';
import { calendarData, Expansion } from './calendar-data.ts';
import { type DavRequest, isBrief } from './dav-request.ts';
import { type PropertiesFound, propertyResponse, statusResponse } from './multistatus.ts';
import { CALDAV, cal, dav, DAV, expandedName } from './names.ts';
import { pathOf } from './places.ts';
import { type AskedProperties, contextOf, propertiesOf } from './propfind.ts';
import type { CalendarResource, PropertyContext, Resource } from './properties.ts';
import { messageText } from './scheduling-message.ts';
import { TakingPlace } from './taking-place.ts';

/** What a report shows of each event: properties and, where it asks for it, the event. */
export interface Shown {
  readonly asked: AskedProperties;
  readonly context: PropertyContext;
  /** Undefined where the event itself is not asked for. */
  readonly data: ReturnType<typeof calendarData> | undefined;
  readonly brief: boolean;
}

const DATA = `{${CALDAV}}calendar-data`;

export async function shownBy(request: DavRequest, element: XmlElement): Promise<Shown> {
  const names = element.first(DAV, 'prop')?.elements ?? [];
  const data = names.find((one) => expandedName(one) === DATA);
  return {
    asked: {
      names: names.filter((one) => one !== data),
      all: element.first(DAV, 'allprop') !== undefined,
      namesOnly: element.first(DAV, 'propname') !== undefined,
    },
    context: await contextOf(request),
    data: data && calendarData(data, new Expansion(request.limits.instances)),
    brief: isBrief(request),
  };
}

/** The `response` of one event or message; undefined where it went meanwhile. */
export async function eventResponse(
  request: DavRequest,
  resource: CalendarResource,
  { asked, context, data, brief }: Shown,
  event?: ReadEvent,
): Promise<XmlElement | undefined> {
  const properties = await propertiesOf(request, resource, asked, context);
  if (data === undefined) return propertyResponse(properties, brief);
  const read = event ?? (await eventOf(request, resource));
  if (read === undefined) return undefined;
  const found: PropertiesFound = {
    ...properties,
    found: [...properties.found, cal('calendar-data', data(read, read.text))],
  };
  return propertyResponse(found, brief);
}

/** An event with its text. */
export class ReadEvent extends TakingPlace {
  readonly text: string;

  constructor(text: string) {
    super(() => ICAL.Component.fromString(text), text);
    this.text = text;
  }
}

export async function eventOf(request: DavRequest, resource: CalendarResource): Promise<ReadEvent | undefined> {
  const text = await textOf(request, resource);
  return text === undefined ? undefined : new ReadEvent(text);
}

/** What a resource holds; undefined where it went meanwhile. */
export async function textOf(request: DavRequest, { item, message }: Resource): Promise<string | undefined> {
  if (message !== undefined) return messageText(request, message);
  return item && request.showing.text(request.asking, item);
}

/** There is more (RFC 6578 §3.6). */
export const truncated = ({ place }: DavRequest): XmlElement =>
  statusResponse(pathOf(place), 507, dav('error', [dav('number-of-matches-within-limits')]));
