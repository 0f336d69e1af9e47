import ICAL from 'ical.js';
import { expect } from 'chai';
import fc from 'fast-check';
import { definite } from '../../../lib/calendar/mail/definite.ts';
import type { Guest, Invitation } from '../../../lib/calendar/mail/invitation.ts';
import { LetterWriter } from '../../../lib/calendar/mail/letter-writer.ts';
import { type PlanRules, planOf, type Told } from '../../../lib/calendar/mail/plan.ts';
import { revise } from '../../../lib/calendar/mail/revision.ts';
import { Tokens } from '../../../lib/calendar/mail/tokens.ts';
import type { XconUri, XconUserId } from '../../../lib/model/identifiers.ts';
import { scheduleDefaults } from '../../../lib/schedule/limits.ts';

const URI = 'xcon:weekly@example.com' as XconUri;
const STAMP = Date.UTC(2029, 0);

/** What an organizer may say of a weekly series. */
interface State {
  readonly hour: number;
  readonly title: string;
  readonly guests: readonly string[];
  /** Weeks that are cancelled, by EXDATE or by an event. */
  readonly gone: readonly number[];
  readonly byEvent: boolean;
  /** Weeks that begin at another hour. */
  readonly moved: readonly number[];
}

const state: fc.Arbitrary<State> = fc.record({
  hour: fc.constantFrom(9, 10),
  title: fc.constantFrom('Weekly', 'Other'),
  guests: fc.uniqueArray(fc.constantFrom('bob', 'carol', 'dave'), { maxLength: 3 }),
  gone: fc.uniqueArray(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
  byEvent: fc.boolean(),
  moved: fc.uniqueArray(fc.integer({ min: 4, max: 6 }), { maxLength: 2 }),
});

const two = (value: number): string => String(value).padStart(2, '0');
/** Weeks from Monday, 7 January 2030. */
const date = (week: number): string => {
  const at = new Date(Date.UTC(2030, 0, 7 + 7 * week));
  return `${at.getUTCFullYear()}${two(at.getUTCMonth() + 1)}${two(at.getUTCDate())}`;
};

const baseOf = ({ hour, gone, byEvent, moved }: State): string => {
  const time = (week: number, at = hour): string => `;TZID=Europe/Berlin:${date(week)}T${two(at)}0000`;
  const event = (...lines: readonly string[]): string[] => [
    ...['BEGIN:VEVENT', 'UID:x', 'DTSTAMP:20290101T000000Z', 'DURATION:PT30M', ...lines, 'END:VEVENT'],
  ];
  return [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0'],
    ...event(
      `DTSTART${time(0)}`,
      'RRULE:FREQ=WEEKLY;COUNT=20',
      ...(byEvent ? [] : gone.map((week) => `EXDATE${time(week)}`)),
    ),
    ...(byEvent
      ? gone.flatMap((week) => event(`RECURRENCE-ID${time(week)}`, `DTSTART${time(week)}`, 'STATUS:CANCELLED'))
      : []),
    ...moved.flatMap((week) => event(`RECURRENCE-ID${time(week)}`, `DTSTART${time(week, hour + 5)}`)),
    ...['END:VCALENDAR', ''],
  ].join('\r\n');
};

function invitationOf(said: State, version: number): Invitation {
  const calendar = definite(baseOf(said), scheduleDefaults)!;
  const guests = said.guests.map((name): Guest => ({
    key: `xcon-userid:${name}@example.com` as XconUserId,
    ...{ address: `${name}@example.com`, name, chairs: false, partstat: 'NEEDS-ACTION', shown: true },
  }));
  return {
    ...{ uri: URI, version, title: said.title, joins: [{ uri: 'sip:weekly@example.com', pin: '1234' }] },
    organizer: { key: 'xcon-userid:alice@example.com' as XconUserId, name: 'Alice' },
    events: new Map([[URI, { calendar, said: new Map([['', { title: said.title, guests }]]) }]]),
  };
}

const pins = 'organizer' as const;
const writer = new LetterWriter({
  ...{ tokens: new Tokens(Buffer.alloc(32, 1)), domain: 'example.com', times: scheduleDefaults, pins, shown: 100 },
});
const rules: PlanRules = { shown: 100, cancelled: 2, pins, textOf: (one, uid) => writer.storedText(one, uid) };

/** The calendar of an attendee, as RFC 5546 §2.1.5 and §3.2 have it: what is behind what it has means nothing. */
class AttendeeCalendar {
  readonly #events = new Map<string, { sequence: number; text: string }>();
  readonly #out = new Set<string>();

  take(text: string): void {
    const calendar = ICAL.Component.fromString(text);
    const method = String(calendar.getFirstPropertyValue('method'));
    for (const event of calendar.getAllSubcomponents('vevent')) {
      const id = String(event.getFirstPropertyValue('recurrence-id') ?? '');
      const sequence = Number(event.getFirstPropertyValue('sequence'));
      const known = this.#events.get(id) ?? this.#events.get('');
      if (known !== undefined) expect(sequence, `${method} ${id} is behind`).to.be.at.least(known.sequence);
      if (method === 'CANCEL' && id === '') {
        this.#events.clear();
        this.#out.clear();
      } else if (method === 'CANCEL') {
        this.#events.delete(id);
        this.#out.add(id);
      } else {
        // A series that comes whole takes the place of all that was there.
        if (id === '') {
          this.#events.clear();
          this.#out.clear();
          for (const gone of event.getAllProperties('exdate')) this.#out.add(String(gone.getFirstValue()));
        }
        this.#events.set(id, { sequence, text: wordsOf(event) });
      }
    }
  }

  get shown(): unknown {
    return { events: [...this.#events].map(([id, { text }]) => [id, text]).toSorted(), out: [...this.#out].toSorted() };
  }
}

const wordsOf = (event: ICAL.Component): string =>
  ['dtstart', 'rrule', 'summary'].map((name) => String(event.getFirstPropertyValue(name) ?? '')).join(' ');

/** What an attendee should see, said without the code that is tested. */
const expectedOf = ({ hour, title, gone, moved }: State): unknown => {
  const iso = (week: number, at: number): string =>
    `${date(week).replace(/^(....)(..)(..)$/, '$1-$2-$3')}T${two(at)}:00:00`;
  return {
    events: [
      ['', `${iso(0, hour)} FREQ=WEEKLY;COUNT=20 ${title}`],
      ...moved.map((week) => [iso(week, hour), `${iso(week, hour + 5)}  ${title}`]),
    ].toSorted(),
    out: gone.map((week) => iso(week, hour)).toSorted(),
  };
};

describe('the plan of what people are told', () => {
  it('leaves each with a calendar that shows what is so, whatever changes', () => {
    fc.assert(
      fc.property(fc.array(state, { minLength: 1, maxLength: 8 }), (states) => {
        const calendars = new Map(
          ['bob', 'carol', 'dave'].map((name) => [`${name}@example.com`, new AttendeeCalendar()]),
        );
        let told: Told | undefined;
        for (const [index, said] of states.entries()) {
          const now = invitationOf(said, index + 1);
          const plan = planOf(told, now, rules);
          for (const message of plan.messages) {
            const letter = writer.letter(message, { before: told, now, plan, stamp: STAMP + index });
            calendars.get(message.guest.address)?.take(letter?.calendar?.text ?? '');
          }
          // What is stored is plain data.
          told = JSON.parse(JSON.stringify(plan.told)) as Told;
          expect(planOf(told, now, rules).messages, 'nothing is told twice').to.deep.equal([]);
          for (const [address, calendar] of calendars) {
            const isInvited = said.guests.some((name) => address.startsWith(`${name}@`));
            expect(calendar.shown).to.deep.equal(isInvited ? expectedOf(said) : { events: [], out: [] });
          }
        }
        const ended = planOf(told, undefined, rules);
        for (const message of ended.messages) {
          const letter = writer.letter(message, { before: told, now: undefined, plan: ended, stamp: STAMP });
          calendars.get(message.guest.address)?.take(letter?.calendar?.text ?? '');
        }
        for (const calendar of calendars.values()) expect(calendar.shown).to.deep.equal({ events: [], out: [] });
      }),
      { numRuns: 150 },
    );
  });

  it('names the PIN to organizers alone, hidden people to nobody, and times in the zone of each', () => {
    const now = invitationOf(
      { hour: 9, title: 'Weekly', guests: ['bob', 'carol'], gone: [], byEvent: false, moved: [] },
      1,
    );
    const [[uid, event] = ['', undefined]] = [...now.events];
    const [bob, carol] = event!.said.get('')!.guests;
    const guests = [
      { ...bob!, chairs: true, zone: 'America/New_York' },
      { ...carol!, shown: false },
    ];
    const events = new Map([[uid, { ...event!, said: new Map([['', { title: 'Weekly', guests }]]) }]]);
    const plan = planOf(undefined, { ...now, events }, rules);
    const [toBob, toCarol] = plan.messages.map((message) =>
      JSON.stringify(writer.letter(message, { before: undefined, now: { ...now, events }, plan, stamp: STAMP })),
    );
    expect(toBob).to.include('1234').and.not.include('carol');
    expect(toBob).to.include('Monday, 7 January 2030, 03:00 – 03:30 (America/New_York)');
    expect(toCarol).to.include('Monday, 7 January 2030, 09:00 – 09:30 (Europe/Berlin)');
    expect(toCarol).to.not.include('1234');
    expect(toCarol).to.include('carol').and.include('bob');
  });
});

describe('SEQUENCE', () => {
  it('is raised by what RFC 5546 §2.1.4 names, and by nothing else', () => {
    fc.assert(
      fc.property(state, state, (one, other) => {
        const [before, after] = [one, other].map((said) => definite(baseOf(said), scheduleDefaults)!);
        const told = revise(undefined, before!);
        const now = revise(told, after!);
        const isRevised = one.hour !== other.hour || one.gone.toSorted().join() !== other.gone.toSorted().join();
        expect((now['']?.sequence ?? 0) > (told['']?.sequence ?? 0)).to.equal(isRevised);
        for (const { sequence } of Object.values(now)) expect(sequence).to.be.at.least(now['']?.sequence ?? 0);
        expect(revise(now, after!)).to.deep.equal(now);
      }),
      { numRuns: 200 },
    );
  });
});
