import type { Cursor } from '../cursor.ts';
import { readParameters, type Parameters } from '../parameters.ts';
import { list, single, tokens } from './definition.ts';

/** A media type or a range of them, in lower case: `application/sdp`, `text/*`. */
export interface MediaType {
  readonly type: string;
  readonly parameters: Parameters;
}

/** RFC 3261 §20.11. */
export interface ContentDisposition {
  /** In lower case: session, render, recipient-list (RFC 5366 §4) … */
  readonly type: string;
  /** Whether who can't make use of the body must refuse the message. */
  readonly isRequired: boolean;
  readonly parameters: Parameters;
}

/** A value with parameters: an encoding, a language. */
export interface Weighted {
  readonly value: string;
  readonly parameters: Parameters;
}

const SLASH = 0x2f;

export const CONTENT_TYPE = single('Content-Type', readMediaType);
export const ACCEPT = list('Accept', readMediaType);
export const CONTENT_DISPOSITION = single('Content-Disposition', (cursor): ContentDisposition => {
  const type = cursor.token().toLowerCase();
  const parameters = readParameters(cursor);
  return { type, isRequired: parameters.get('handling')?.toLowerCase() !== 'optional', parameters };
});
export const CONTENT_ENCODING = tokens('Content-Encoding');
export const CONTENT_LANGUAGE = tokens('Content-Language');
export const ACCEPT_ENCODING = list('Accept-Encoding', readWeighted);
export const ACCEPT_LANGUAGE = list('Accept-Language', readWeighted);
/** A feature set of the wanted or unwanted callee, as parameters behind `*` (RFC 3841 §9.2). */
export const ACCEPT_CONTACT = list('Accept-Contact', readFeatures);
export const REJECT_CONTACT = list('Reject-Contact', readFeatures);
/** RFC 3841 §9.1: `fork`, `no-recurse`, `parallel` … */
export const REQUEST_DISPOSITION = tokens('Request-Disposition');

/** Whether a media type falls into a range of Accept. */
export function isAccepted(type: string, ranges: readonly MediaType[]): boolean {
  const isIn = ({ type: range }: MediaType): boolean =>
    range === type || range === '*/*' || (range.endsWith('/*') && type.startsWith(range.slice(0, -1)));
  return ranges.some(isIn);
}

function readMediaType(cursor: Cursor): MediaType {
  const from = cursor.at;
  const type = cursor.token();
  const subtype = cursor.expect(SLASH).token();
  const written = cursor.text.slice(from, cursor.at);
  const isTight = written.length === type.length + 1 + subtype.length;
  return { type: (isTight ? written : `${type}/${subtype}`).toLowerCase(), parameters: readParameters(cursor) };
}

function readWeighted(cursor: Cursor): Weighted {
  return { value: cursor.token().toLowerCase(), parameters: readParameters(cursor) };
}

function readFeatures(cursor: Cursor): Parameters {
  if (cursor.token() !== '*') throw cursor.malformed();
  return readParameters(cursor);
}
