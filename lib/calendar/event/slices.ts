import { Slices } from '../../conference/slices.ts';

/** Calendars share the event loop with all else, in slices of so many milliseconds: a fifth of what may hold it up at all. */
export const calendarSlices = new Slices(10);
