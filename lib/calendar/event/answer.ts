import { POLICY } from '../../model/names.ts';
import type { XmlElement } from '../../xml/element.ts';

/** Our extension of `user`: what she answered to her invitation. */
export const ANSWER = 'answer';

/** What people answer, as CCMP writes it and as iCalendar does (RFC 5545 §3.2.12). */
const PARTSTATS: Readonly<Record<string, string>> = {
  accepted: 'ACCEPTED',
  declined: 'DECLINED',
  tentative: 'TENTATIVE',
  delegated: 'DELEGATED',
};

/** PARTSTAT of a `user`. */
export const answerOf = (user: XmlElement): string =>
  PARTSTATS[user.first(POLICY, ANSWER)?.text.trim() ?? ''] ?? 'NEEDS-ACTION';

/** The element that says a PARTSTAT; undefined for one that is no answer. */
export function answerElement(partstat: string): string | undefined {
  const [word] = Object.entries(PARTSTATS).find(([, value]) => value === partstat.toUpperCase()) ?? [];
  return word;
}
