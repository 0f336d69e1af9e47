import { expect } from 'chai';
import ICAL from 'ical.js';
import { copied, copiedProperty } from '../../../lib/calendar/event/copied.ts';

const EVENT = [
  'BEGIN:VEVENT',
  'UID:weekly@example.com',
  'DTSTART;TZID=Europe/Berlin:20261123T090000',
  'ATTENDEE;CN=Bob:sip:bob@example.com',
  'BEGIN:VALARM',
  'ACTION:DISPLAY',
  'TRIGGER:-PT10M',
  'END:VALARM',
  'END:VEVENT',
].join('\r\n');

const event = (): ICAL.Component => new ICAL.Component(ICAL.parse(EVENT) as unknown[]);

describe('what is copied of a calendar', () => {
  it('reads as its original, with the components in it', () => {
    expect(copied(event()).toString()).to.equal(EVENT);
  });

  it('changes without its original', () => {
    const original = event();
    const changed = copied(original);
    changed.updatePropertyWithValue('uid', 'other@example.com');
    changed.getFirstSubcomponent('valarm')?.updatePropertyWithValue('action', 'AUDIO');
    changed.getFirstProperty('attendee')?.setParameter('cn', 'Robert');
    expect(changed.toString()).to.contain('UID:other@example.com').and.contain('CN=Robert').and.contain('ACTION:AUDIO');
    expect(original.toString()).to.equal(EVENT);
  });

  it('stands in another component as a property of its own', () => {
    const original = event();
    const attendee = original.getFirstProperty('attendee');
    if (attendee === null) throw new Error('the event has an attendee');
    const copy = copiedProperty(attendee);
    copy.setParameter('partstat', 'ACCEPTED');
    const other = new ICAL.Component('vevent');
    other.addProperty(copy);
    expect(other.toString()).to.contain('PARTSTAT=ACCEPTED');
    expect(original.toString()).to.equal(EVENT);
  });
});
