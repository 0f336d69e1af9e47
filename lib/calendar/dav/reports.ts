import type { XmlElement } from '../../xml/element.ts';
import { calendarMultiget, calendarQuery } from './calendar-query.ts';
import { DavError, forbidden } from './dav-error.ts';
import { type DavAnswer, type DavMethod, type DavRequest, xmlOf } from './dav-request.ts';
import { freeBusyQuery } from './free-busy.ts';
import { CALDAV, dav, DAV, expandedName } from './names.ts';
import { syncCollection } from './sync-collection.ts';

type Report = (request: DavRequest, element: XmlElement) => Promise<DavAnswer>;

const REPORTS: Readonly<Record<string, Report>> = {
  [`{${CALDAV}}calendar-query`]: calendarQuery,
  [`{${CALDAV}}calendar-multiget`]: calendarMultiget,
  [`{${CALDAV}}free-busy-query`]: freeBusyQuery,
  [`{${DAV}}sync-collection`]: syncCollection,
};

/** REPORT (RFC 3253 §3.6). */
export const report: DavMethod = async (request) => {
  const element = await xmlOf(request);
  if (element === undefined) throw new DavError(400, 'A REPORT has a body.');
  const answer = REPORTS[expandedName(element)];
  const { kind } = request.place;
  const isHere = kind === 'calendar' || kind === 'inbox' || kind === 'event' || kind === 'message';
  if (answer === undefined || !isHere || (answer === freeBusyQuery && kind !== 'calendar'))
    throw forbidden(dav('supported-report'), `There is no ${element.local} here.`);
  return answer(request, element);
};
