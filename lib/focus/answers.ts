import { type Reason, Refusal } from '../conference/refusal.ts';

type Fields = readonly (readonly [name: string, value: string])[];

/** How a call is refused. */
export interface CallRefusal {
  readonly status: number;
  readonly fields: Fields;
}

/** Who warns: a name, for our addresses are many (RFC 3261 §20.43). */
const AGENT = 'plenary';

/** What a person reads who is refused. */
export const warning = (text: string, code = 399): readonly [string, string] => [
  'Warning',
  `${code} ${AGENT} "${text.replace(/[\\"]/g, '\\$&')}"`,
];

const STATUS: Partial<Record<Reason, number>> = {
  malformed: 400,
  'not-allowed': 403,
  'no-such-conference': 404,
  'authentication-required': 401,
  'wrong-conference-password': 403,
  'conference-password-required': 403,
  barred: 603,
  'anonymity-disallowed': 433,
  'took-too-long': 503,
  'resources-exhausted': 503,
  internal: 500,
};

/** Most seconds that somebody is asked to wait for a conference to open: a month. */
const LONGEST_WAIT = 2_592_000;

/**
 * What a caller hears whom the rules refuse. `now`: milliseconds since 1970; `operator`: the URI of who brings people into conferences that
 * ask for that. What the rules have not foreseen goes on as it is.
 */
export function refusalOf(error: unknown, now: number, operator: string | undefined): CallRefusal {
  if (!(error instanceof Refusal)) throw error;
  const { reason, obstacle, message } = error;
  const because = warning(message);
  switch (obstacle?.is) {
    case 'closed': {
      const wait = obstacle.opens === undefined ? undefined : Math.ceil((obstacle.opens - now) / 1_000);
      const after =
        wait === undefined ? [] : [['Retry-After', String(Math.min(Math.max(wait, 1), LONGEST_WAIT))] as const];
      return { status: 480, fields: [...after, because] };
    }
    case 'full':
      return { status: 486, fields: [because] };
    case 'operator':
      if (operator !== undefined) return { status: 302, fields: [['Contact', `<${operator}>`], because] };
      break;
    default:
  }
  const status = STATUS[reason] ?? 403;
  return { status, fields: [...(status === 503 ? [['Retry-After', '5'] as const] : []), because] };
}
