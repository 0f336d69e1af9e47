import { XmlError, parse } from '../xml/parse.ts';
import type { XmlElement } from '../xml/element.ts';
import type { Refusal } from '../sip/event/package.ts';
import { bodyParts } from '../sip/message/multipart.ts';
import type { Request } from '../sip/message/request.ts';

/** RFC 4826 §3.2. */
const RESOURCE_LISTS = 'urn:ietf:params:xml:ns:resource-lists';
export const LIST_TYPE = 'application/resource-lists+xml';

/** Option tags of lists (RFC 4662 §4.1, RFC 5367 §4). */
export const LIST_OPTIONS: readonly string[] = ['eventlist', 'recipient-list-subscribe'];

/** Which conferences a subscriber wants: the URIs that he names, or without them his own. */
export interface AskedList {
  readonly uris?: readonly string[];
}

/** Reads a SUBSCRIBE to a list. @throws {BadMessage} 400 */
export function askedList(request: Request, entries: number): AskedList | Refusal {
  if (!request.supported.includes('eventlist')) return { status: 421, fields: [['Require', 'eventlist']] };
  const parts = bodyParts(request);
  if (parts.length === 0) return {};
  const part = parts.find(({ contentType }) => contentType.type === LIST_TYPE);
  if (part === undefined) return { status: 415, fields: [['Accept', LIST_TYPE]] };
  try {
    const uris = [...new Set(entriesIn(parse(part.body)))];
    return uris.length > entries ? { status: 413, reason: `More than ${entries} entries` } : { uris };
  } catch (error) {
    if (error instanceof XmlError) return { status: 400, reason: 'Malformed resource list' };
    throw error;
  }
}

/** Lists in the list are one with it (RFC 5363 §4). */
const entriesIn = (element: XmlElement): string[] =>
  element.elements.flatMap((child) => {
    if (child.namespace !== RESOURCE_LISTS) return [];
    const uri = child.local === 'entry' ? child.attribute('uri')?.trim() : undefined;
    return uri === undefined ? entriesIn(child) : [uri];
  });
