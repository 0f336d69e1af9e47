import { expect } from 'chai';
import ICAL from 'ical.js';
import { calendarOf } from '../../../lib/calendar/event/events.ts';
import { calendarDefaults } from '../../../lib/calendar/event/limits.ts';
import { changedConference, newConference, targetsOf } from '../../../lib/calendar/event/request.ts';
import { scheduleOf } from '../../../lib/calendar/event/schedule.ts';
import { basesOf, type SeenConference } from '../../../lib/calendar/event/seen-conference.ts';
import { UnusableCalendar } from '../../../lib/calendar/event/unusable-calendar.ts';
import type { Principal } from '../../../lib/directory/principal.ts';
import type { XconUri, XconUserId } from '../../../lib/model/identifiers.ts';
import { CONFERENCE_INFO, PREFIXES, XCON } from '../../../lib/model/names.ts';
import { parseFragment } from '../../../lib/xml/parse.ts';

const object = (...events: readonly (readonly string[])[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//client//EN',
    ...events.flatMap((lines) => [
      'BEGIN:VEVENT',
      'UID:one@client',
      'DTSTAMP:20270101T000000Z',
      ...lines,
      'END:VEVENT',
    ]),
    'END:VCALENDAR',
    '',
  ].join('\r\n');

const SERIES = [
  'DTSTART;TZID=Europe/Berlin:20270104T090000',
  'DURATION:PT1H',
  'RRULE:FREQ=WEEKLY;COUNT=10',
  'SUMMARY:Weekly',
  'DESCRIPTION:About it',
  'ORGANIZER;CN=Alice:mailto:alice@example.com',
  'ATTENDEE;CN="Bob, B.";PARTSTAT=ACCEPTED;RSVP=TRUE:mailto:bob@example.com',
  'ATTENDEE;ROLE=OPT-PARTICIPANT;SCHEDULE-AGENT=CLIENT:mailto:eve@else.example',
  'X-OF-CLIENT;X-P=1:kept',
];

const principal = (name: string, ...addresses: string[]): Principal => ({
  userId: `xcon-userid:${name}@example.com` as XconUserId,
  addresses,
  systemAdministrator: false,
});
const bob = principal('bob', 'sip:bob@example.com');
const people = {
  principalById: (id: XconUserId) => Promise.resolve(id === bob.userId ? bob : undefined),
  principalByAddress: (address: string) => Promise.resolve(bob.addresses.includes(address) ? bob : undefined),
};

const seen = (content: string): SeenConference => ({
  uri: 'xcon:c1@example.com' as XconUri,
  version: 1,
  document: parseFragment(`<info:conference-info>${content}</info:conference-info>`, PREFIXES),
});

describe('what a calendar says of a conference', () => {
  it('is its words, its people and its times', () => {
    const { subject, description, organizer, attendees, uid, base } = scheduleOf(object(SERIES));
    expect({ subject, description, uid }).to.deep.equal({
      subject: 'Weekly',
      description: 'About it',
      uid: 'one@client',
    });
    expect(organizer).to.deep.equal({ address: 'mailto:alice@example.com', name: 'Alice' });
    expect(attendees.map(({ name, partstat, rsvp, role, agent }) => [name, partstat, rsvp, role, agent])).to.deep.equal(
      [
        ['Bob, B.', 'ACCEPTED', true, 'REQ-PARTICIPANT', 'SERVER'],
        [undefined, 'NEEDS-ACTION', false, 'OPT-PARTICIPANT', 'CLIENT'],
      ],
    );
    const event = ICAL.Component.fromString(base).getFirstSubcomponent('vevent');
    expect(event?.getAllProperties().map(({ name }) => name)).to.deep.equal([
      ...['uid', 'dtstamp', 'dtstart', 'duration', 'rrule'],
    ]);
  });

  it('tells which occurrences have other words or people, and which are only moved', () => {
    const moved = ['RECURRENCE-ID:20270111T080000Z', 'DTSTART:20270111T100000Z', ...SERIES.slice(3)];
    const renamed = ['RECURRENCE-ID:20270118T080000Z', 'DTSTART:20270118T080000Z', 'SUMMARY:Other', ...SERIES.slice(4)];
    const gone = ['RECURRENCE-ID;RANGE=THISANDFUTURE:20270125T080000Z', 'STATUS:CANCELLED'];
    const { changes } = scheduleOf(object(moved, SERIES, renamed, gone));
    expect(changes.map(({ differs, cancelled, andFuture }) => [differs, cancelled, andFuture])).to.deep.equal([
      [false, false, false],
      [true, false, false],
      [false, true, true],
    ]);
  });

  it('is refused with the reason', () => {
    const flaw = (text: string, limits = calendarDefaults): string => {
      try {
        scheduleOf(text, limits);
      } catch (error) {
        if (error instanceof UnusableCalendar) return error.flaw;
        throw error;
      }
      return 'none';
    };
    expect(flaw('nothing')).to.equal('malformed');
    expect(flaw(object())).to.equal('no-event');
    expect(flaw(object(SERIES).replace(/VEVENT/g, 'VTODO'))).to.equal('other-component');
    expect(flaw(object(SERIES, SERIES).replace('UID:one', 'UID:two'))).to.equal('several-uids');
    expect(flaw(object(SERIES), { ...calendarDefaults, length: 100 })).to.equal('too-long');
    expect(flaw(object(SERIES), { ...calendarDefaults, lines: 10 })).to.equal('too-long');
    expect(flaw(object(SERIES), { ...calendarDefaults, attendees: 1 })).to.equal('too-many-attendees');
    expect(flaw('BEGIN:X\r\n'.repeat(50_000))).to.equal('too-long');
    expect(flaw('BEGIN:X\r\n'.repeat(10))).to.equal('too-many-components');
    expect(flaw('BEGIN:VCALENDAR\r\n' + 'BEGIN:X\nEND:X\n'.repeat(1_000))).to.equal('too-many-components');
  });

  it('makes a conference whose attendees are its allowed users', async () => {
    const schedule = scheduleOf(object(SERIES));
    const targets = await targetsOf(schedule.attendees, people);
    expect(targets).to.deep.equal(['sip:bob@example.com', 'mailto:eve@else.example']);
    const document = newConference(schedule, targets, 'example.com');
    const description = document.first(CONFERENCE_INFO, 'conference-description');
    expect(description?.first(CONFERENCE_INFO, 'subject')?.text).to.equal('Weekly');
    const list = document.first(CONFERENCE_INFO, 'users')?.first(XCON, 'allowed-users-list');
    expect(list?.elements.map((target) => target.attribute('uri'))).to.deep.equal(targets);
  });
});

describe('a change in a calendar', () => {
  const description = (more = ''): string =>
    '<info:conference-description><info:subject>Weekly</info:subject><info:free-text>About it</info:free-text>' +
    `<xcon:conference-time><xcon:entry><xcon:base>${scheduleOf(object(SERIES)).base}</xcon:base>${more}</xcon:entry></xcon:conference-time></info:conference-description>`;
  const user = (entity: string, address: string, roles = ''): string =>
    `<info:user entity="${entity}"><info:associated-aors><info:entry><info:uri>${address}</info:uri></info:entry></info:associated-aors>${roles}</info:user>`;
  const users =
    `<info:users>${user('xcon-userid:alice@example.com', 'sip:alice@example.com', '<info:roles><info:entry>organizer</info:entry></info:roles>')}` +
    user(bob.userId, 'sip:bob@example.com') +
    user('xcon-userid:k3@example.com', 'mailto:eve@else.example') +
    '<xcon:allowed-users-list><xcon:target uri="sip:bob@example.com" method="dial-out"/><xcon:target uri="*@example.org"/>' +
    '<xcon:target uri="mailto:eve@else.example" method="dial-in"/></xcon:allowed-users-list></info:users>';

  it('that says nothing new changes nothing', () => {
    const schedule = scheduleOf(object(SERIES));
    const targets = ['mailto:bob@example.com', 'mailto:eve@else.example'];
    expect(changedConference(seen(description() + users), schedule, targets)).to.equal(undefined);
  });

  it('takes who is left out off the list, and keeps how others are called', () => {
    const change = changedConference(seen(description() + users), scheduleOf(object(SERIES)), [
      'sip:bob@example.com',
      'mailto:new@example.com',
    ]);
    const list = change?.first(CONFERENCE_INFO, 'users')?.first(XCON, 'allowed-users-list')?.elements;
    expect(list?.map((one) => [one.attribute('uri'), one.attribute('method')])).to.deep.equal([
      ['sip:bob@example.com', 'dial-out'],
      ['*@example.org', undefined],
      ['mailto:new@example.com', 'dial-in'],
    ]);
  });

  it('of the start moves the moments that stand beside it', () => {
    const offset = '<xcon:can-join-after-offset>2027-01-04T07:45:00Z</xcon:can-join-after-offset>';
    const later = scheduleOf(object(SERIES.map((line) => line.replace('0104T09', '0105T10'))));
    const change = changedConference(seen(description(offset) + users), later, [
      'sip:bob@example.com',
      'mailto:eve@else.example',
    ]);
    const entry = change
      ?.first(CONFERENCE_INFO, 'conference-description')
      ?.first(XCON, 'conference-time')
      ?.first(XCON, 'entry');
    expect(entry?.first(XCON, 'can-join-after-offset')?.text).to.equal('2027-01-05T08:45:00Z');
    expect(entry?.first(XCON, 'base')?.text).to.equal(later.base);
  });
});

describe('a conference in a calendar', () => {
  const conference = seen(
    '<info:conference-description><info:subject>Sync</info:subject><info:free-text>Words</info:free-text><info:conf-uris>' +
      '<info:entry><info:uri>sip:c1@example.com</info:uri></info:entry><info:entry><info:uri>tel:+4930123</info:uri>' +
      '<xcon:conference-password>4711</xcon:conference-password></info:entry></info:conf-uris><xcon:conference-time><xcon:entry>' +
      `<xcon:base>${scheduleOf(object(SERIES)).base}</xcon:base></xcon:entry></xcon:conference-time></info:conference-description>` +
      '<info:users><info:user entity="xcon-userid:alice@example.com"><info:roles><info:entry>organizer</info:entry></info:roles></info:user>' +
      '<info:user entity="xcon-userid:bob@example.com"><plenary:answer to="all">accepted</plenary:answer></info:user></info:users>',
  );

  it('shows how to join, and the PIN to whom it belongs', () => {
    const shown = (pins: boolean): ICAL.Component | null =>
      calendarOf(conference, { pins, people: true }).getFirstSubcomponent('vevent');
    expect(
      shown(true)
        ?.getAllProperties('conference')
        .map((one) => one.toICALString()),
    ).to.deep.equal([
      'CONFERENCE;FEATURE=AUDIO;LABEL=SIP;VALUE=URI:sip:c1@example.com',
      'CONFERENCE;FEATURE=PHONE;LABEL=Telephone;VALUE=URI:tel:+4930123',
    ]);
    expect(shown(true)?.getFirstPropertyValue('description')).to.include('4711');
    expect(shown(false)?.toString()).not.to.include('4711');
    expect(shown(false)?.getFirstPropertyValue('organizer')).to.equal('xcon-userid:alice@example.com');
    expect(shown(false)?.getFirstProperty('attendee')?.getFirstParameter('partstat')).to.equal('ACCEPTED');
    expect(basesOf(conference)).to.have.length(1);
  });
});
