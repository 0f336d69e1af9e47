import type { XmlElement } from '../../xml/element.ts';
import { DavError, forbidden } from './dav-error.ts';
import { type DavAnswer, type DavRequest, ofXml } from './dav-request.ts';
import { multistatus, statusResponse } from './multistatus.ts';
import { dav, DAV } from './names.ts';
import { inboxSince, inboxToken } from './inbox.ts';
import { pathOf, type Place } from './places.ts';
import { calendarResourcesIn } from './propfind.ts';
import { type CalendarResource, eventResource, messageResource } from './properties.ts';
import { eventResponse, shownBy, truncated } from './shown-event.ts';

/** One change of the collection: a resource as it is now, or the place of one that is gone. */
type Entry = { readonly number: number } & ({ readonly resource: CalendarResource } | { readonly gone: Place });

/** sync-collection (RFC 6578 §3.2): what changed since a token; without one, all there is. */
export async function syncCollection(request: DavRequest, element: XmlElement): Promise<DavAnswer> {
  const { place, calendars } = request;
  if (place.kind !== 'calendar' && place.kind !== 'inbox')
    throw forbidden(dav('supported-report'), 'Calendars and inboxes can be synchronised.');
  const token = element.first(DAV, 'sync-token')?.text.trim() ?? '';
  const most = limitIn(element);
  const shown = await shownBy(request, element);
  const isInbox = place.kind === 'inbox';
  const now = isInbox ? shown.context.inboxToken : calendars.token;
  const entries = token === '' ? await everything(request) : await since(request, token);
  const isCut = entries.length > most;
  if (isCut && token === '')
    throw new DavError(507, 'Ask for all events at once.', dav('number-of-matches-within-limits'));
  const told = entries.slice(0, most);
  async function* responses(): AsyncGenerator<XmlElement> {
    for (const entry of told) {
      if ('gone' in entry) yield statusResponse(pathOf(entry.gone), 404);
      else {
        const response = await eventResponse(request, entry.resource, shown);
        if (response !== undefined) yield response;
      }
    }
  }
  // What is left follows with the token of the last that was told.
  const last = told.at(-1)?.number ?? 0;
  const reached = isCut ? (isInbox ? inboxToken(last) : calendars.tokenAt(last)) : now;
  const end = [...(isCut ? [truncated(request)] : []), dav('sync-token', reached)];
  return ofXml(await multistatus(responses(), end));
}

async function everything(request: DavRequest): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const resource of calendarResourcesIn(request, request.place)) entries.push({ resource, number: 0 });
  return entries;
}

async function since(request: DavRequest, token: string): Promise<Entry[]> {
  const changes = request.place.kind === 'inbox' ? await inboxChanges(request, token) : await changesOf(request, token);
  if (changes === undefined) throw forbidden(dav('valid-sync-token'), 'The token is too old: compare all events.');
  return changes.toSorted((a, b) => a.number - b.number);
}

async function changesOf({ calendars, asking }: DavRequest, token: string): Promise<Entry[] | undefined> {
  const user = asking.principal.userId;
  const changes = await calendars.since(asking.principal, token);
  return (
    changes && [
      ...changes.changed.map(({ item, number }) => ({ resource: eventResource(user, item), number })),
      ...changes.gone.map(({ name, number }) => ({ gone: { kind: 'event', user, name } as const, number })),
    ]
  );
}

async function inboxChanges({ inboxes, asking }: DavRequest, token: string): Promise<Entry[] | undefined> {
  const user = asking.principal.userId;
  const changes = inboxSince(await inboxes.of(user), token);
  return (
    changes && [
      ...changes.messages.map((message) => ({ resource: messageResource(user, message), number: message.number })),
      ...changes.gone.map(({ name, number }) => ({ gone: { kind: 'message', user, name } as const, number })),
    ]
  );
}

function limitIn(element: XmlElement): number {
  const written = element.first(DAV, 'limit')?.first(DAV, 'nresults')?.text.trim();
  if (written === undefined) return Infinity;
  if (!/^[1-9]\d{0,8}$/.test(written)) throw new DavError(400, 'nresults is a number above 0.');
  return Number(written);
}
