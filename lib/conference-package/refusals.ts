import { Refusal as Refused, type Reason } from '../conference/refusal.ts';
import type { Refusal } from '../sip/event/package.ts';

const STATUS: Partial<Record<Reason, number>> = {
  'no-such-conference': 404,
  'conference-password-required': 403,
  'wrong-conference-password': 403,
  'resources-exhausted': 503,
};

/** How a SUBSCRIBE is refused. @throws what is no refusal */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof Refused)) throw error;
  return { status: STATUS[error.reason] ?? 403 };
}
