import type { XmlElement } from '../../xml/element.ts';
import { DavError, forbidden } from './dav-error.ts';
import { type DavAnswer, type DavRequest, ofXml } from './dav-request.ts';
import { multistatus, statusResponse } from './multistatus.ts';
import { dav, DAV } from './names.ts';
import { pathOf } from './places.ts';
import { eventResponse, shownBy, truncated } from './shown-event.ts';
import type { CalendarItem } from './user-calendar.ts';

/** One change of the collection: an event as it is now, or a name that is gone. */
type Entry = { readonly number: number } & ({ readonly item: CalendarItem } | { readonly name: string });

/** sync-collection (RFC 6578 §3.2): what changed since a token; without one, all there is. */
export async function syncCollection(request: DavRequest, element: XmlElement): Promise<DavAnswer> {
  const { place, calendars, asking } = request;
  if (place.kind !== 'calendar') throw forbidden(dav('supported-report'), 'A calendar can be synchronised.');
  const { user } = place;
  const token = element.first(DAV, 'sync-token')?.text.trim() ?? '';
  const most = limitIn(element);
  const shown = await shownBy(request, element);
  const now = calendars.token;
  const entries = token === '' ? await everything(request) : await since(request, token);
  const isCut = entries.length > most;
  if (isCut && token === '')
    throw new DavError(507, 'Ask for all events at once.', dav('number-of-matches-within-limits'));
  const told = entries.slice(0, most);
  async function* responses(): AsyncGenerator<XmlElement> {
    for (const entry of told) {
      if ('item' in entry) {
        const response = await eventResponse(request, entry.item, shown);
        if (response !== undefined) yield response;
      } else yield statusResponse(pathOf({ kind: 'event', user, name: entry.name }), 404);
    }
  }
  // What is left follows with the token of the last that was told.
  const reached = isCut ? calendars.tokenAt(told.at(-1)?.number ?? 0) : now;
  const last = [...(isCut ? [truncated(request)] : []), dav('sync-token', reached)];
  return ofXml(await multistatus(responses(), last));

  async function everything({ calendars: all }: DavRequest): Promise<Entry[]> {
    return Array.from((await all.of(asking.principal)).items(), (item) => ({ item, number: 0 }));
  }
}

async function since({ calendars, asking }: DavRequest, token: string): Promise<Entry[]> {
  const changes = await calendars.since(asking.principal, token);
  if (changes === undefined) throw forbidden(dav('valid-sync-token'), 'The token is too old: compare all events.');
  return [...changes.changed, ...changes.gone].toSorted((a, b) => a.number - b.number);
}

function limitIn(element: XmlElement): number {
  const written = element.first(DAV, 'limit')?.first(DAV, 'nresults')?.text.trim();
  if (written === undefined) return Infinity;
  if (!/^[1-9]\d{0,8}$/.test(written)) throw new DavError(400, 'nresults is a number above 0.');
  return Number(written);
}
