import { Slices } from '../../conference/slices.ts';

/** Calendars share the event loop with all else, in slices of so many milliseconds. */
export const calendarSlices = new Slices(10);
