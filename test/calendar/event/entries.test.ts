import { expect } from 'chai';
import { calendarOf } from '../../../lib/calendar/event/events.ts';
import type { SeenConference } from '../../../lib/calendar/event/seen-conference.ts';
import type { XconUri } from '../../../lib/model/identifiers.ts';
import { xml } from '../../conference/world.ts';
import { calendar } from '../../schedule/calendars.ts';

const seen = (uri: string, subject: string, ...bases: readonly string[]): SeenConference => {
  const entries = bases.map((base) => `<xcon:entry><xcon:base>${base}</xcon:base></xcon:entry>`).join('');
  const text = `<info:conference-info><info:conference-description><info:subject>${subject}</info:subject><xcon:conference-time>${entries}</xcon:conference-time></info:conference-description></info:conference-info>`;
  return { uri: uri as XconUri, version: 1, document: xml(text) };
};

describe('a conference of several entries in a calendar', () => {
  it('[E17] is a series each, and what stands for occurrences of one is shown in that one', () => {
    const moved = ['RECURRENCE-ID:20300109T090000Z', 'DTSTART:20300109T120000Z'];
    const series = seen(
      'xcon:s@example.com',
      'Series',
      calendar(['DTSTART:20300107T090000Z', 'RRULE:FREQ=DAILY;COUNT=9'], moved),
      calendar(['DTSTART:20300109T090000Z', 'RRULE:FREQ=WEEKLY']),
    );
    const one = seen(
      'xcon:c@example.com',
      'Child',
      calendar(['RECURRENCE-ID:20300109T090000Z', 'DTSTART:20300109T150000Z']),
    );
    const events = calendarOf(series, { children: [{ ...one, entry: 1 }] })
      .getAllSubcomponents('vevent')
      .map((event) => ['uid', 'recurrence-id', 'summary'].map((name) => event.getFirstPropertyValue(name)?.toString()));
    expect(events).to.have.deep.members([
      ['xcon:s@example.com', undefined, 'Series'],
      ['xcon:s@example.com', '2030-01-09T09:00:00Z', 'Series'],
      ['xcon:s@example.com#2', undefined, 'Series'],
      ['xcon:s@example.com#2', '2030-01-09T09:00:00Z', 'Child'],
    ]);
  });
});
