import { STATUS_CODES } from 'node:http';
import type { XmlElement } from '../../xml/element.ts';
import { serialize } from '../../xml/serialize.ts';
import { calendarSlices } from '../event/slices.ts';
import { dav, DAV_PREFIXES, href } from './names.ts';

/** What one resource answers: properties that it has, and names of those that it has not. */
export interface PropertiesFound {
  readonly path: string;
  readonly found: readonly XmlElement[];
  readonly missing: readonly XmlElement[];
}

export const statusLine = (status: number): XmlElement =>
  dav('status', `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`.trim());

/** `response` with a `propstat` for what was found and one for the rest (RFC 4918 §9.1); `brief` leaves the rest out. */
export function propertyResponse({ path, found, missing }: PropertiesFound, brief = false): XmlElement {
  const bare = missing.map((one) => one.withChildren([]).withAttributes([]));
  return dav('response', [
    href(path),
    ...(found.length > 0 || missing.length === 0 || brief ? [propstat(200, found)] : []),
    ...(missing.length > 0 && !brief ? [propstat(404, bare)] : []),
  ]);
}

export const propstat = (status: number, properties: readonly XmlElement[]): XmlElement =>
  dav('propstat', [dav('prop', properties), statusLine(status)]);

export const statusResponse = (path: string, status: number, ...more: readonly XmlElement[]): XmlElement =>
  dav('response', [href(path), statusLine(status), ...more]);

/** The text of a `multistatus` of many responses; `last` stands behind them. */
export async function multistatus(
  responses: Iterable<XmlElement> | AsyncIterable<XmlElement>,
  last: readonly XmlElement[] = [],
): Promise<Buffer> {
  const empty = serialize(dav('multistatus', []).withChildren(['-']), { declaration: true, prefixes: DAV_PREFIXES });
  const declared = DAV_PREFIXES.slice(1).map(({ prefix, namespace }) => ` xmlns:${prefix}="${namespace}"`);
  const [start = '', end = ''] = empty.replace('>-<', `${declared.join('')}>-<`).split('-<');
  const pieces = [start];
  const slice = calendarSlices.begin();
  for await (const one of responses) {
    pieces.push(serialize(one, { scope: DAV_PREFIXES }));
    await slice.rest();
  }
  for (const one of last) pieces.push(serialize(one, { scope: DAV_PREFIXES }));
  return Buffer.from(`${pieces.join('')}<${end}`);
}
