import { TORTURES, type Torture } from '../sip/message/torture.ts';

/** What becomes of each message of RFC 4475 and RFC 5118, as the tests prove it. */
export function tortureTable(): string {
  return [
    '| RFC | § | message | what it holds | verdict | of | then |',
    '|---|---|---|---|---|---|---|',
    ...TORTURES.map(row),
  ].join('\n');
}

const row = ({ rfc, section, name, what, verdict, by, later = '' }: Torture): string =>
  `| ${rfc} | ${section} | ${name} | ${what.replace(/[<>]/g, '\\$&')} | ${verdict} | ${by ?? ''} | ${later} |`;
