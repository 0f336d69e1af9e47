import { parseXconUserId, type XconUserId } from '../../model/identifiers.ts';

/** What there is to address: collections, a user's principal, her calendar and what is in it. */
export type Place =
  | { readonly kind: 'root' | 'principals' | 'calendars' }
  | { readonly kind: 'principal' | 'home' | 'calendar' | 'inbox' | 'outbox'; readonly user: XconUserId }
  /** An event of the calendar, a message of the inbox. */
  | { readonly kind: 'event' | 'message'; readonly user: XconUserId; readonly name: string };

export const ROOT = '/dav/';
export const WELL_KNOWN = '/.well-known/caldav';
const CALENDAR = 'conferences';

export const isDavPath = (path: string): boolean =>
  path === '/dav' || path.startsWith(ROOT) || path === WELL_KNOWN || path === `${WELL_KNOWN}/`;

/** The place of a path, with or without the slash at its end; undefined where there can be none. */
export function placeOf(path: string): Place | undefined {
  if (path !== '/dav' && !path.startsWith(ROOT)) return undefined;
  const steps = path.slice(ROOT.length).replace(/\/$/, '').split('/').map(decoded);
  if (steps.includes(undefined)) return undefined;
  const [folder = '', owner, collection, name, ...more] = steps as string[];
  if (more.length > 0) return undefined;
  if (folder === '') return owner === undefined ? { kind: 'root' } : undefined;
  if (folder !== 'principals' && folder !== 'calendars') return undefined;
  if (owner === undefined) return { kind: folder };
  const user = parseXconUserId(`xcon-userid:${owner}`);
  if (user === undefined) return undefined;
  if (folder === 'principals') return collection === undefined ? { kind: 'principal', user } : undefined;
  if (collection === undefined) return { kind: 'home', user };
  if (collection === CALENDAR)
    return name === undefined ? { kind: 'calendar', user } : isName(name) ? { kind: 'event', user, name } : undefined;
  if (collection !== 'inbox' && collection !== 'outbox') return undefined;
  if (name === undefined) return { kind: collection, user };
  return collection === 'inbox' && isName(name) ? { kind: 'message', user, name } : undefined;
}

export function pathOf(place: Place): string {
  switch (place.kind) {
    case 'root':
      return ROOT;
    case 'principals':
    case 'calendars':
      return `${ROOT}${place.kind}/`;
    case 'principal':
      return `${ROOT}principals/${ownerOf(place.user)}/`;
    case 'home':
      return `${ROOT}calendars/${ownerOf(place.user)}/`;
    case 'calendar':
      return `${ROOT}calendars/${ownerOf(place.user)}/${CALENDAR}/`;
    case 'inbox':
    case 'outbox':
      return `${ROOT}calendars/${ownerOf(place.user)}/${place.kind}/`;
    case 'message':
      return `${ROOT}calendars/${ownerOf(place.user)}/inbox/${encodeURIComponent(place.name)}`;
    case 'event':
      return `${ROOT}calendars/${ownerOf(place.user)}/${CALENDAR}/${encodeURIComponent(place.name)}`;
  }
}

const LONGEST_NAME = 255;

const isName = (name: string): boolean =>
  name !== '' && name !== '.' && name !== '..' && name.length <= LONGEST_NAME && !/[\0-\x1f\x7f]/.test(name);

/** `@` stands in paths as it is, for people read them. */
const ownerOf = (user: XconUserId): string => encodeURIComponent(user.replace('xcon-userid:', '')).replace('%40', '@');

function decoded(step: string): string | undefined {
  try {
    return decodeURIComponent(step);
  } catch {
    return undefined;
  }
}
