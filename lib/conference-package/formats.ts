import type { Format } from '../notification/watching.ts';
import { ACCEPT } from '../sip/message/headers/index.ts';

export const PHONE = 'application/conference-info+xml';
const FULL = 'application/xcon-conference-info+xml';
const DIFF = 'application/xcon-conference-info-diff+xml';

/** The media types of the package, the one for everybody first (RFC 4575 §3.4, RFC 6502 §4). */
export const MEDIA_TYPES: readonly string[] = [PHONE, FULL, DIFF];

const FORMATS: readonly (readonly [type: string, format: Format])[] = [
  [DIFF, 'xcon-conference-info-diff'],
  [FULL, 'xcon-conference-info'],
  [PHONE, 'conference-info'],
];

/**
 * The form that a subscriber likes best of those that his Accept names; who takes anything is a telephone. Differences
 * are for those who read the whole too, which comes first (RFC 6502 §5.1): without it they are nothing, undefined.
 */
export function formatOf(accept: string | undefined): Format | undefined {
  const { qualityOf, takesAnything } = read(accept);
  let chosen: Format | undefined = takesAnything ? 'conference-info' : undefined;
  let best = 0;
  for (const [type, format] of FORMATS) {
    const quality = type === DIFF && qualityOf(FULL) === 0 ? 0 : qualityOf(type);
    if (quality > best) [chosen, best] = [format, quality];
  }
  return chosen;
}

/** Whether a subscriber takes what telephones take, even if he likes something else better. */
export function takesPhoneFormat(accept: string | undefined): boolean {
  const { qualityOf, takesAnything } = read(accept);
  return takesAnything || qualityOf(PHONE) > 0;
}

function read(accept: string | undefined) {
  const ranges = ACCEPT.readAll(accept === undefined ? [] : [accept]);
  const qualityOf = (...types: readonly string[]): number => {
    const range = ranges.find(({ type }) => types.includes(type));
    return range === undefined ? 0 : Number(range.parameters.get('q') ?? '1');
  };
  return { qualityOf, takesAnything: ranges.length === 0 || qualityOf('application/*', '*/*') > 0 };
}

/** What a notification of a format is, whole or in part. */
export function mediaTypeOf(format: Format, kind: 'full' | 'diff' | 'deleted'): string {
  if (format === 'conference-info') return PHONE;
  return kind === 'diff' ? DIFF : FULL;
}
