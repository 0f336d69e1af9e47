import { expect } from 'chai';
import { BridgedConference } from '../../../lib/calendar/mail/bridged-conference.ts';
import { scheduleOf } from '../../../lib/calendar/event/schedule.ts';
import { subjectOf } from '../../../lib/calendar/event/seen-conference.ts';
import { INVITATIONS } from '../../../lib/calendar/mail/invitation.ts';
import type { ConferenceControl } from '../../../lib/conference/control.ts';
import { Refusal } from '../../../lib/conference/refusal.ts';
import type { XconUri } from '../../../lib/model/identifiers.ts';
import { CONFERENCE_INFO, POLICY } from '../../../lib/model/names.ts';
import { as, world } from '../../conference/world.ts';

const URI = 'xcon:planning@example.com' as XconUri;

const schedule = (summary: string, hour: number) =>
  scheduleOf(
    [
      ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//EN', 'BEGIN:VEVENT', 'UID:u@calendar'],
      ...['DTSTAMP:20291101T000000Z', `SUMMARY:${summary}`, `DTSTART:20300107T${hour}0000Z`, 'DURATION:PT1H'],
      ...['END:VEVENT', 'END:VCALENDAR', ''],
    ].join('\r\n'),
  );

describe('the conference of an event of somebody’s own calendar', () => {
  const call = as('alice');
  let control: ConferenceControl;
  let conference: BridgedConference;
  beforeEach(async () => {
    ({ control } = await world());
    const targetsOf = () => Promise.resolve([]);
    conference = new BridgedConference(URI, { control, call, domain: 'example.com', targetsOf });
  });

  it('is made under its URI, invites nobody by itself, and follows the event', async () => {
    const made = await conference.follow(schedule('Planning', 10), false);
    expect([made.uri, subjectOf(made)]).to.deep.equal([URI, 'Planning']);
    const description = made.document.first(CONFERENCE_INFO, 'conference-description');
    expect(description?.attribute(INVITATIONS, POLICY)).to.equal('none');
    const moved = await conference.follow(schedule('Retreat', 11), true);
    expect(subjectOf(moved)).to.equal('Retreat');
    expect(moved.version).to.be.above(made.version);
  });

  it('is not changed by an event that says the same', async () => {
    const made = await conference.follow(schedule('Planning', 10), false);
    expect((await conference.follow(schedule('Planning', 10), true)).version).to.equal(made.version);
  });

  it('is not made again where it was made and is gone', async () => {
    await conference.follow(schedule('Planning', 10), false);
    await control.delete(call, URI);
    const refused = await conference.follow(schedule('Planning', 10), true).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(Refusal).and.include({ reason: 'no-such-conference' });
  });
});
