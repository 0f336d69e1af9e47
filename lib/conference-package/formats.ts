import type { Format } from '../notification/watching.ts';
import { ACCEPT } from '../sip/message/headers/index.ts';
import type { Request } from '../sip/message/request.ts';

/** The media types of the package, the one for everybody first (RFC 4575 §3.4, RFC 6502 §4). */
export const MEDIA_TYPES: readonly string[] = [
  'application/conference-info+xml',
  'application/xcon-conference-info+xml',
  'application/xcon-conference-info-diff+xml',
];

const FORMATS: readonly (readonly [type: string, format: Format])[] = [
  ['application/xcon-conference-info-diff+xml', 'xcon-conference-info-diff'],
  ['application/xcon-conference-info+xml', 'xcon-conference-info'],
  ['application/conference-info+xml', 'conference-info'],
];

/** The form that a subscriber likes best of those that he names; who takes anything is a telephone. */
export function formatOf(request: Request): Format {
  let chosen: Format = 'conference-info';
  let best = 0;
  const ranges = request.all(ACCEPT);
  for (const [type, format] of FORMATS) {
    const range = ranges.find((one) => one.type === type);
    const quality = range === undefined ? 0 : Number(range.parameters.get('q') ?? '1');
    if (quality > best) [chosen, best] = [format, quality];
  }
  return chosen;
}

/** What a notification of a format is, whole or in part. */
export function mediaTypeOf(format: Format, kind: 'full' | 'diff' | 'deleted'): string {
  if (format === 'conference-info') return 'application/conference-info+xml';
  return kind === 'diff' ? 'application/xcon-conference-info-diff+xml' : 'application/xcon-conference-info+xml';
}
