import { info } from '../../model/names.ts';
import { ALL, answerElement } from '../event/answer.ts';
import { attendeeOf, calendarUserOf } from '../event/attendee.ts';
import type { ShownEvent } from '../event/events.ts';
import { isOwnAddress } from '../event/request.ts';
import type { Schedule } from '../event/schedule.ts';
import { answersIn, peopleOf, type SeenConference } from '../event/seen-conference.ts';
import type { DavRequest } from './dav-request.ts';
import { EventMoments } from '../event/event-moments.ts';

/** What one conference is answered, by occurrence. */
interface Answered {
  readonly entity: string;
  readonly known: ReadonlyMap<string, string>;
  readonly said: Map<string, string>;
}

/**
 * PARTSTAT of an attendee's own entry is what she answers, to the whole or to single occurrences (RFC 6638 §3.2.2.2).
 * Where her client tells the organizer itself, we do not (RFC 6638 §7.1).
 * @param series undefined for who is asked to some occurrences alone
 * @param childOf what stands for the occurrences of an event of hers
 */
export async function answer(
  { asking, control }: Pick<DavRequest, 'asking' | 'control'>,
  series: SeenConference | undefined,
  childOf: (key: string) => ShownEvent['conference'] | undefined,
  { calendar }: Pick<Schedule, 'calendar'>,
): Promise<void> {
  const moments = EventMoments.of(calendar);
  const answered = new Map<SeenConference, Answered | undefined>();
  for (const event of calendar.getAllSubcomponents('vevent')) {
    const change = moments.changedBy(event);
    const organizer = event.getFirstProperty('organizer');
    const isToldByClient = (organizer?.getFirstParameter('schedule-agent') || 'SERVER').toUpperCase() !== 'SERVER';
    if (isToldByClient || (organizer !== null && calendarUserOf(organizer) === undefined) || change?.andFuture === true)
      continue;
    const own = event.getAllProperties('attendee').find((one) => {
      const attendee = attendeeOf(one);
      return attendee !== undefined && isOwnAddress(asking.principal, attendee.address);
    });
    const partstat = own && attendeeOf(own)?.partstat;
    if (partstat === undefined) continue;
    // The series has the answers to all its occurrences; children take them over.
    const asked = [series, change && childOf(moments.keyOf(event))].filter((one) => one !== undefined);
    for (const one of asked) {
      if (!answered.has(one)) answered.set(one, answeredBy(one, asking));
      const at = answered.get(one);
      if (at === undefined) continue;
      at.said.set(change?.id ?? ALL, partstat);
      break;
    }
  }
  for (const [{ uri }, at] of answered) {
    const elements = at === undefined ? [] : newAnswers(at);
    if (at === undefined || elements.length === 0) continue;
    await control.updateUser(asking.call, uri, info('user', { entity: at.entity }, elements));
  }
}

/** Undefined where the user is not invited. */
function answeredBy(conference: SeenConference, { principal }: DavRequest['asking']): Answered | undefined {
  const person = peopleOf(conference).attendees.find(({ addresses }) =>
    addresses.some((one) => isOwnAddress(principal, one)),
  );
  if (person === undefined) return undefined;
  const { entity } = person;
  return { entity, known: answersIn(conference).get(entity) ?? new Map<string, string>(), said: new Map() };
}

/** What says nothing else than what is known, or than the answer to the whole, is none. */
function newAnswers({ known, said }: Answered) {
  const whole = said.get(ALL) ?? known.get(ALL) ?? 'NEEDS-ACTION';
  return [...said]
    .filter(([to, partstat]) => partstat !== (known.get(to) ?? (to === ALL ? 'NEEDS-ACTION' : whole)))
    .flatMap(([to, partstat]) => answerElement(partstat, to) ?? []);
}
