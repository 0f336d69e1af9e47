import type { Principal } from '../../directory/principal.ts';
import type { XconUserId } from '../../model/identifiers.ts';
import { XmlElement } from '../../xml/element.ts';
import { calendarAddressesOf } from '../event/request.ts';
import { SUPPORTED_COLLATIONS } from './filter.ts';
import type { InboxMessage } from './inbox.ts';
import type { DavLimits } from './limits.ts';
import { cal, CALDAV, CALENDAR_SERVER, dav, DAV, href, server } from './names.ts';
import { pathOf, type Place } from './places.ts';
import type { CalendarItem } from './user-calendar.ts';

/** A resource as its properties tell of it. */
export interface Resource {
  readonly place: Place;
  readonly item?: CalendarItem;
  readonly message?: InboxMessage;
}

/** A resource that holds iCalendar. */
export type CalendarResource = Resource & { readonly place: Extract<Place, { kind: 'event' | 'message' }> };

export const messageResource = (user: XconUserId, message: InboxMessage): CalendarResource => ({
  place: { kind: 'message', user, name: message.name },
  message,
});

export const eventResource = (user: XconUserId, item: CalendarItem): CalendarResource => ({
  place: { kind: 'event', user, name: item.name },
  item,
});

/** The entity tag of what a resource holds (RFC 9110 §8.8.3). */
export const etagOf = ({ item, message }: Resource): string =>
  item?.etag ?? (message === undefined ? '' : `"${message.number}"`);

export interface PropertyContext {
  readonly principal: Principal;
  readonly limits: DavLimits;
  /** The sync-token of now, of the calendar and of the inbox. */
  readonly token: string;
  readonly inboxToken: string;
}

type Value = (resource: Resource, context: PropertyContext) => readonly XmlElement[] | string;
type Table = Readonly<Record<string, Value>>;

const d = (local: string): string => `{${DAV}}${local}`;
const c = (local: string): string => `{${CALDAV}}${local}`;

const principalOf = (user: XconUserId): XmlElement => href(pathOf({ kind: 'principal', user }));
const own = ({ principal }: PropertyContext): XmlElement => principalOf(principal.userId);
const nameOf = ({ displayText, userId }: Principal): string => displayText ?? userId.replace('xcon-userid:', '');

const PRIVILEGES = [
  'read',
  'write',
  'write-properties',
  'write-content',
  'bind',
  'unbind',
  'read-acl',
  'read-current-user-privilege-set',
];
const privilege = (one: XmlElement): XmlElement => dav('privilege', [one]);
const owned = (...more: XmlElement[]): readonly XmlElement[] =>
  [...PRIVILEGES.map((one) => dav(one)), ...more].map(privilege);

/** RFC 3744 §5: whose it is may do all with it, nobody else anything; that can not be changed. */
const ACCESS: Table = {
  [d('owner')]: (_, context) => [own(context)],
  [d('current-user-privilege-set')]: () => owned(cal('read-free-busy')),
  [d('supported-privilege-set')]: () => [
    dav('supported-privilege', [
      privilege(dav('all')),
      dav('description', 'Everything'),
      ...PRIVILEGES.map((one) => dav('supported-privilege', [privilege(dav(one)), dav('description', one)])),
    ]),
  ],
  [d('acl')]: (_, context) => [dav('ace', [dav('principal', [own(context)]), dav('grant', owned()), dav('protected')])],
  [d('acl-restrictions')]: () => [dav('grant-only'), dav('no-invert')],
  [d('inherited-acl-set')]: () => [],
};

const EVERYWHERE: Table = {
  [d('current-user-principal')]: (_, context) => [own(context)],
  [d('principal-collection-set')]: () => [href(pathOf({ kind: 'principals' }))],
  [d('supported-report-set')]: ({ place }) =>
    (REPORTS[place.kind] ?? []).map((report) => dav('supported-report', [dav('report', [report])])),
  ...ACCESS,
};

const REPORTS: Readonly<Partial<Record<Place['kind'], readonly XmlElement[]>>> = {
  calendar: [cal('calendar-query'), cal('calendar-multiget'), cal('free-busy-query'), dav('sync-collection')],
  event: [cal('calendar-query'), cal('calendar-multiget')],
  inbox: [cal('calendar-query'), cal('calendar-multiget'), dav('sync-collection')],
  message: [cal('calendar-query'), cal('calendar-multiget')],
};

const COLLECTION: Table = {
  ...EVERYWHERE,
  [d('resourcetype')]: () => [dav('collection')],
  [d('displayname')]: ({ place }) => place.kind,
};

const PRINCIPAL: Table = {
  ...EVERYWHERE,
  [d('resourcetype')]: () => [dav('collection'), dav('principal')],
  [d('displayname')]: (_, { principal }) => nameOf(principal),
  [d('principal-URL')]: (_, context) => [own(context)],
  [d('alternate-URI-set')]: () => [],
  [d('group-member-set')]: () => [],
  [d('group-membership')]: () => [],
  [c('calendar-home-set')]: (_, { principal }) => [href(pathOf({ kind: 'home', user: principal.userId }))],
  [c('calendar-user-address-set')]: (_, context) => [
    ...calendarAddressesOf(context.principal).map((address) => href(address)),
    own(context),
  ],
  [c('calendar-user-type')]: () => 'INDIVIDUAL',
  [c('schedule-inbox-URL')]: (_, { principal }) => [href(pathOf({ kind: 'inbox', user: principal.userId }))],
  [c('schedule-outbox-URL')]: (_, { principal }) => [href(pathOf({ kind: 'outbox', user: principal.userId }))],
  [`{${CALENDAR_SERVER}}email-address-set`]: (_, { principal }) =>
    calendarAddressesOf(principal)
      .filter((address) => address.startsWith('mailto:'))
      .map((address) => server('email-address', address.slice('mailto:'.length))),
};

const CALENDAR: Table = {
  ...EVERYWHERE,
  [d('resourcetype')]: () => [dav('collection'), cal('calendar')],
  [d('displayname')]: () => 'Conferences',
  [d('sync-token')]: (_, { token }) => token,
  [`{${CALENDAR_SERVER}}getctag`]: (_, { token }) => token,
  [c('calendar-description')]: (_, { principal }) => `Conferences of ${nameOf(principal)}`,
  [c('supported-calendar-component-set')]: () => [cal('comp', [], { name: 'VEVENT' })],
  [c('supported-calendar-data')]: () => [cal('calendar-data', [], { 'content-type': 'text/calendar', version: '2.0' })],
  [c('supported-collation-set')]: () => SUPPORTED_COLLATIONS.map((one) => cal('supported-collation', one)),
  [c('max-resource-size')]: (_, { limits }) => String(Math.min(limits.bodyBytes, limits.event.length)),
  [c('max-attendees-per-instance')]: (_, { limits }) => String(limits.event.attendees),
  [c('max-instances')]: (_, { limits }) => String(limits.instances),
  [c('min-date-time')]: () => '19710101T000000Z',
  [c('max-date-time')]: () => '89991231T235959Z',
  [c('schedule-calendar-transp')]: () => [cal('opaque')],
};

const EVENT: Table = {
  ...EVERYWHERE,
  [d('resourcetype')]: () => [],
  [d('getcontenttype')]: () => 'text/calendar; charset=utf-8; component=vevent',
  [d('getetag')]: etagOf,
  [c('schedule-tag')]: ({ item }) => item?.scheduleTag ?? '',
};

const MESSAGE: Table = {
  ...EVERYWHERE,
  [d('resourcetype')]: () => [],
  [d('getcontenttype')]: () => 'text/calendar; charset=utf-8; component=vevent',
  [d('getetag')]: etagOf,
};

const TABLES: Readonly<Record<Place['kind'], Table>> = {
  root: COLLECTION,
  principals: COLLECTION,
  calendars: COLLECTION,
  home: COLLECTION,
  principal: PRINCIPAL,
  calendar: CALENDAR,
  event: EVENT,
  message: MESSAGE,
  inbox: {
    ...COLLECTION,
    [d('resourcetype')]: () => [dav('collection'), cal('schedule-inbox')],
    [d('sync-token')]: (_, { inboxToken }) => inboxToken,
    [`{${CALENDAR_SERVER}}getctag`]: (_, { inboxToken }) => inboxToken,
    [c('supported-calendar-component-set')]: () => [cal('comp', [], { name: 'VEVENT' })],
    [d('current-user-privilege-set')]: () => owned(cal('schedule-deliver')),
    [c('schedule-default-calendar-URL')]: (_, { principal }) => [
      href(pathOf({ kind: 'calendar', user: principal.userId })),
    ],
  },
  outbox: {
    ...COLLECTION,
    [d('resourcetype')]: () => [dav('collection'), cal('schedule-outbox')],
    [d('current-user-privilege-set')]: () => owned(cal('schedule-send'), cal('schedule-send-freebusy')),
  },
};

/** Every property that only the server sets. */
export const isLive = (place: Place, name: string): boolean => Object.hasOwn(TABLES[place.kind], name);

/** What allprop shows (RFC 4918 §9.1): of the other RFCs nothing (RFC 4791 §5.2, RFC 3744 §5). */
const SHOWN_BY_ALLPROP = ['resourcetype', 'displayname', 'getcontenttype', 'getetag'].map(d);
export const allProperties = (place: Place): string[] => SHOWN_BY_ALLPROP.filter((name) => isLive(place, name));
export const propertyNames = (place: Place): string[] => Object.keys(TABLES[place.kind]);

/** The value of a property; undefined where the resource has none of this name. */
export function property(name: string, resource: Resource, context: PropertyContext): XmlElement | undefined {
  const table = TABLES[resource.place.kind];
  const value = Object.hasOwn(table, name) ? table[name]?.(resource, context) : undefined;
  if (value === undefined) return undefined;
  const [, namespace = '', local = ''] = /^\{([^}]*)\}(.*)$/.exec(name) ?? [];
  return new XmlElement(namespace, local, [], typeof value === 'string' ? (value === '' ? [] : [value]) : value);
}
