import type ICAL from 'ical.js';
import { scheduleDefaults } from '../../schedule/limits.ts';
import { type Occurrence, RecurrenceSet } from '../../schedule/recurrence-set.ts';
import type { Filtered } from './filter.ts';
import type { Span } from './span.ts';

/** What of a calendar takes place when, read when it is asked for; times that nobody can read take place never. */
export class TakingPlace implements Filtered {
  readonly #parse: () => ICAL.Component;
  readonly #text: string;
  #calendar: ICAL.Component | undefined;
  #set: RecurrenceSet | null | undefined;

  constructor(parse: () => ICAL.Component, text: string) {
    this.#parse = parse;
    this.#text = text;
  }

  get calendar(): ICAL.Component {
    return (this.#calendar ??= this.#parse());
  }

  occurs({ from, to }: Span): boolean {
    for (const { start } of this.#occurrences(from)) return start < to;
    return false;
  }

  /** Those that fall into a span, at most so many. */
  within({ from, to }: Span, most: number): Occurrence[] {
    const found: Occurrence[] = [];
    for (const one of this.#occurrences(from)) {
      if (one.start >= to || found.length === most) break;
      found.push(one);
    }
    return found;
  }

  #occurrences(from: number): Iterable<Occurrence> {
    if (this.#set === undefined) {
      try {
        this.#set = new RecurrenceSet(this.#text, { ...scheduleDefaults, length: Infinity });
      } catch {
        this.#set = null;
      }
    }
    return this.#set?.from(from) ?? [];
  }
}
