import { POLICY } from '../../model/names.ts';
import { XmlElement } from '../../xml/element.ts';

/** Our extension of `user`: what she answered to her invitation. */
const ANSWER = 'answer';
/** To all of it, where it is no id of an occurrence. */
export const ALL = 'all';

const UNANSWERED = 'NEEDS-ACTION';

/** What people answer, as our extension writes it and as iCalendar does (RFC 5545 §3.2.12). */
const PARTSTATS = new Map([
  ['accepted', 'ACCEPTED'],
  ['declined', 'DECLINED'],
  ['tentative', 'TENTATIVE'],
  ['delegated', 'DELEGATED'],
  // The times have changed since she answered.
  ['needs-action', UNANSWERED],
]);

/** PARTSTAT of each answer of a `user`: to the whole under `all`, to an occurrence by its id. */
export const answersOf = (user: XmlElement): ReadonlyMap<string, string> =>
  new Map(
    user.all(POLICY, ANSWER).flatMap((one) => {
      const partstat = PARTSTATS.get(one.text.trim());
      return partstat === undefined ? [] : [[one.attribute('to') ?? ALL, partstat]];
    }),
  );

/** PARTSTAT of a `user`, for an occurrence by its id or for the whole. */
export function answerOf(user: XmlElement, occurrence = ALL): string {
  const answers = answersOf(user);
  return answers.get(occurrence) ?? answers.get(ALL) ?? UNANSWERED;
}

/** The element that says a PARTSTAT; undefined for one that is no answer. */
export function answerElement(partstat: string, occurrence = ALL): XmlElement | undefined {
  const [word] = [...PARTSTATS].find(([, value]) => value === partstat.toUpperCase()) ?? [];
  if (word === undefined || partstat.toUpperCase() === UNANSWERED) return undefined;
  return new XmlElement(POLICY, ANSWER, [{ namespace: '', local: 'to', value: occurrence }], [word]);
}
