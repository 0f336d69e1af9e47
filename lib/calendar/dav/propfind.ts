import type { XmlElement } from '../../xml/element.ts';
import { parse } from '../../xml/parse.ts';
import { DavError, forbidden, notFound } from './dav-error.ts';
import { type DavAnswer, type DavRequest, depthOf, isBrief, ofXml, xmlOf } from './dav-request.ts';
import { inboxToken } from './inbox.ts';
import { multistatus, type PropertiesFound, propertyResponse } from './multistatus.ts';
import { dav, DAV, expandedName } from './names.ts';
import { pathOf, type Place } from './places.ts';
import {
  allProperties,
  type CalendarResource,
  eventResource,
  messageResource,
  property,
  type PropertyContext,
  propertyNames,
  type Resource,
} from './properties.ts';
import type { StoredProperties } from './stored-event.ts';

/** PROPFIND (RFC 4918 §9.1). */
export async function propfind(request: DavRequest): Promise<DavAnswer> {
  const depth = depthOf(request, 'infinity');
  const asked = askedIn(await xmlOf(request));
  if (depth === 'infinity') throw forbidden(dav('propfind-finite-depth'), 'Ask with Depth 0 or 1.');
  const context = await contextOf(request);
  const self = await resourceAt(request);
  const brief = isBrief(request);
  async function* responses(): AsyncGenerator<XmlElement> {
    yield propertyResponse(await propertiesOf(request, self, asked, context), brief);
    if (depth === '0') return;
    for await (const one of membersOf(request, self))
      yield propertyResponse(await propertiesOf(request, one, asked, context), brief);
  }
  return ofXml(await multistatus(responses()));
}

/** Names of properties, all that are shown without being named, or names alone. */
export interface AskedProperties {
  readonly names: readonly XmlElement[];
  readonly all: boolean;
  readonly namesOnly: boolean;
}

/** @throws {DavError} 400 */
export function askedIn(element: XmlElement | undefined): AskedProperties {
  if (element === undefined) return { names: [], all: true, namesOnly: false };
  if (!element.is(DAV, 'propfind')) throw new DavError(400, 'The body of PROPFIND is a DAV:propfind.');
  const all = element.first(DAV, 'allprop') !== undefined;
  const names = [...element.all(DAV, 'prop'), ...element.all(DAV, 'include')].flatMap((one) => one.elements);
  return { names, all, namesOnly: element.first(DAV, 'propname') !== undefined };
}

export async function contextOf({ asking, limits, calendars, inboxes }: DavRequest): Promise<PropertyContext> {
  const { principal } = asking;
  const [{ newest }] = await Promise.all([inboxes.of(principal.userId), calendars.of(principal)]);
  return { principal, limits, token: calendars.token, inboxToken: inboxToken(newest) };
}

/** The resource of the request's place. @throws {DavError} 404 */
export async function resourceAt(request: DavRequest, place = request.place): Promise<Resource> {
  if (!holdsCalendar(place)) return { place };
  const found = await calendarResourceAt(request, place);
  if (found === undefined) throw notFound();
  return found;
}

export const holdsCalendar = (place: Place): place is CalendarResource['place'] =>
  place.kind === 'event' || place.kind === 'message';

/** Undefined where there is nothing of this name. */
export async function calendarResourceAt(
  { calendars, inboxes, asking }: DavRequest,
  place: CalendarResource['place'],
): Promise<CalendarResource | undefined> {
  if (place.kind === 'message') {
    const { messages } = await inboxes.of(asking.principal.userId);
    const message = messages.find(({ name }) => name === place.name);
    return message && { place, message };
  }
  const item = (await calendars.of(asking.principal)).named(place.name);
  return item && { place, item };
}

async function* membersOf(request: DavRequest, { place }: Resource): AsyncGenerator<Resource> {
  const { asking } = request;
  const user = asking.principal.userId;
  const inside: Readonly<Partial<Record<Place['kind'], readonly Place[]>>> = {
    root: [{ kind: 'principals' }, { kind: 'calendars' }],
    principals: [{ kind: 'principal', user }],
    calendars: [{ kind: 'home', user }],
    home: [
      { kind: 'calendar', user },
      { kind: 'inbox', user },
      { kind: 'outbox', user },
    ],
  };
  for (const one of inside[place.kind] ?? []) yield { place: one };
  yield* calendarResourcesIn(request, place);
}

/** What a collection has that holds iCalendar. */
export async function* calendarResourcesIn(
  { asking, calendars, inboxes }: DavRequest,
  place: Place,
): AsyncGenerator<CalendarResource> {
  const { userId } = asking.principal;
  if (place.kind === 'inbox')
    for (const message of (await inboxes.of(userId)).messages) yield messageResource(userId, message);
  if (place.kind === 'calendar')
    for (const item of (await calendars.of(asking.principal)).items()) yield eventResource(userId, item);
}

export async function propertiesOf(
  request: DavRequest,
  resource: Resource,
  { names, all, namesOnly }: AskedProperties,
  context: PropertyContext,
): Promise<PropertiesFound> {
  const path = pathOf(resource.place);
  const dead = await deadProperties(request, resource.place);
  if (namesOnly) {
    const live = propertyNames(resource.place).flatMap((name) => property(name, resource, context) ?? []);
    return { path, found: [...live, ...dead.values()].map((one) => one.withChildren([])), missing: [] };
  }
  const found = new Map<string, XmlElement>();
  if (all) {
    for (const name of allProperties(resource.place)) {
      const value = property(name, resource, context);
      if (value !== undefined) found.set(name, value);
    }
    for (const [name, value] of dead) found.set(name, value);
  }
  const missing: XmlElement[] = [];
  for (const one of names) {
    const name = expandedName(one);
    const value = dead.get(name) ?? property(name, resource, context);
    if (value === undefined) missing.push(one);
    else found.set(name, value);
  }
  return { path, found: [...found.values()], missing };
}

/** What clients stored on a collection. */
async function deadProperties({ properties }: DavRequest, place: Place): Promise<ReadonlyMap<string, XmlElement>> {
  if (place.kind !== 'calendar' && place.kind !== 'home' && place.kind !== 'inbox') return NONE;
  const stored: StoredProperties | undefined = await properties.read(pathOf(place));
  return new Map(Object.entries(stored?.properties ?? {}).map(([name, text]) => [name, parse(text)]));
}

const NONE: ReadonlyMap<string, XmlElement> = new Map();
