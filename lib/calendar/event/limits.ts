import { UnusableCalendar } from './unusable-calendar.ts';

export interface CalendarLimits {
  /** Length of an iCalendar object in characters, where it is stored; it is shown with what the conference says beside. */
  readonly length: number;
  /** Components in it, whatever they are. */
  readonly components: number;
  /** Components inside one another. */
  readonly depth: number;
  /** Lines in it. */
  readonly lines: number;
  /** ATTENDEE of all its events together. */
  readonly attendees: number;
}

export const calendarDefaults: CalendarLimits = {
  length: 196_608,
  components: 1_000,
  depth: 5,
  lines: 10_000,
  attendees: 500,
};

/** Refuses floods in one pass over the lines, before anything is built of them. @throws {UnusableCalendar} */
export function checkLimits(text: string, limits: CalendarLimits): void {
  if (text.length > limits.length)
    throw tooLong(
      `An iCalendar object has at most ${limits.length} characters here: leave out what only your calendar needs.`,
    );
  const line = /^(?:(BEGIN:)|(END:)|(ATTENDEE[:;])|)/gim;
  const counts = { lines: 0, components: 0, attendees: 0, depth: 0 };
  for (let at = 0; at !== -1; at = text.indexOf('\n', at)) {
    if (at > 0) at += 1;
    line.lastIndex = at;
    const [, begin, end, attendee] = line.exec(text) ?? [];
    if (++counts.lines > limits.lines) throw tooLong(`An iCalendar object has at most ${limits.lines} lines here.`);
    if (begin !== undefined) {
      if (++counts.components > limits.components || ++counts.depth > limits.depth) throw tooManyComponents(limits);
    } else if (end !== undefined) counts.depth -= 1;
    else if (attendee !== undefined && ++counts.attendees > limits.attendees)
      throw new UnusableCalendar('too-many-attendees', `Name at most ${limits.attendees} attendees.`);
  }
}

const tooLong = (message: string): UnusableCalendar => new UnusableCalendar('too-long', message);

const tooManyComponents = ({ components, depth }: CalendarLimits): UnusableCalendar =>
  new UnusableCalendar(
    'too-many-components',
    `An iCalendar object has at most ${components} components, and these at most ${depth} inside one another.`,
  );
