import type { XmlElement } from '../../xml/element.ts';
import { forbidden } from './dav-error.ts';
import { cal } from './names.ts';

/** From a moment on until another, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A `time-range`, `expand` and the like: UTC, and one end may be open (RFC 4791 §9.9). @throws {DavError} valid-filter */
export function spanOf(element: XmlElement): Span {
  const [from, to] = [momentOf(element.attribute('start')), momentOf(element.attribute('end'))];
  if (from === undefined && to === undefined) throw invalid();
  const span = { from: from ?? -Infinity, to: to ?? Infinity };
  if (!(span.from < span.to)) throw invalid();
  return span;
}

function momentOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? [];
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(at)) throw invalid();
  return at;
}

const invalid = (): Error =>
  forbidden(
    cal('valid-filter'),
    'A range of time has start and end in UTC (20270104T080000Z), the end after the start.',
  );
