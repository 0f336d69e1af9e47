import type { ExpiresLimits, Refusal } from './package.ts';

const HOUR = 3_600;

/**
 * The seconds granted: never more than asked (RFC 6665 §4.2.1.1, RFC 3903 §6). Too few are refused, unless they are an hour or
 * more, or 0.
 */
export function grantExpires(asked: number | undefined, limits: ExpiresLimits): number | Refusal {
  const wanted = asked ?? limits.default;
  if (wanted > 0 && wanted < HOUR && wanted < limits.minimum)
    return { status: 423, fields: [['Min-Expires', String(Math.min(limits.minimum, HOUR))]] };
  return Math.min(wanted, limits.maximum);
}
