import type { OutgoingHttpHeaders } from 'node:http';
import { readBody, UnacceptableBody } from '../../http/body.ts';
import type { Exchange } from '../../http/exchange.ts';
import type { XmlElement } from '../../xml/element.ts';
import { parse, XmlError } from '../../xml/parse.ts';
import type { Calendars } from './calendars.ts';
import { DavError, forbidden } from './dav-error.ts';
import type { DavControl } from './dav-control.ts';
import type { Inboxes } from './inbox.ts';
import type { DavLimits } from './limits.ts';
import { cal } from './names.ts';
import type { Place } from './places.ts';
import type { Guestbook } from '../event/request.ts';
import type { Asking, Showing } from './showing.ts';
import type { Records, StoredProperties } from './stored-event.ts';

/** What requests need of the system. */
export interface DavParts {
  readonly control: DavControl;
  readonly people: Guestbook;
  readonly calendars: Calendars;
  readonly inboxes: Inboxes;
  readonly showing: Showing;
  readonly properties: Records<StoredProperties>;
  readonly limits: DavLimits;
  /** In which conferences are made. */
  readonly domain: string;
}

/** A request of a user whose place it is. */
export interface DavRequest extends DavParts {
  readonly exchange: Exchange;
  readonly asking: Asking;
  readonly place: Place;
}

export interface DavAnswer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly type?: string;
  readonly body?: Buffer | string;
}

export type DavMethod = (request: DavRequest) => Promise<DavAnswer>;

export const XML = 'application/xml; charset=utf-8';
export const CALENDAR = 'text/calendar; charset=utf-8';

export const ofXml = (body: Buffer | string, status = 207): DavAnswer => ({ status, type: XML, body });

/** @throws {DavError} max-resource-size */
export async function bodyOf({ exchange, limits }: Pick<DavRequest, 'exchange' | 'limits'>): Promise<Buffer> {
  const { request, response } = exchange;
  if (request.headers.expect?.toLowerCase() === '100-continue') response.writeContinue();
  try {
    return await readBody(request, { bytes: limits.bodyBytes });
  } catch (error) {
    if (!(error instanceof UnacceptableBody) || error.status !== 413) throw error;
    response.shouldKeepAlive = false;
    throw forbidden(cal('max-resource-size'), error.message);
  }
}

/** The body as XML; undefined where there is none. @throws {DavError} 400 */
export async function xmlOf(request: DavRequest): Promise<XmlElement | undefined> {
  const body = await bodyOf(request);
  if (body.length === 0) return undefined;
  try {
    const { bodyBytes: bytes, elements } = request.limits;
    return parse(body, { bytes, elements, depth: 20 });
  } catch (error) {
    if (error instanceof XmlError) throw new DavError(400, `The body can not be read: ${error.message}.`);
    throw error;
  }
}

/** How deep a request goes (RFC 4918 §10.2); without the header as `absent` says. */
export function depthOf({ exchange }: DavRequest, absent: '0' | '1' | 'infinity'): '0' | '1' | 'infinity' {
  const written = exchange.request.headers['depth'];
  const depth = typeof written === 'string' ? written.trim().toLowerCase() : absent;
  if (depth !== '0' && depth !== '1' && depth !== 'infinity') throw new DavError(400, 'Depth is 0, 1 or infinity.');
  return depth;
}

/** Whether a client wants to hear of nothing that is missing (RFC 8144 §2). */
export const isBrief = ({ exchange }: DavRequest): boolean =>
  /(^|[\s,;])return=minimal/i.test(String(exchange.request.headers['prefer'] ?? '')) ||
  exchange.request.headers['brief'] === 't';
