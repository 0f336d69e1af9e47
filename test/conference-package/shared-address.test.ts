import { expect } from 'chai';
import { calendar } from '../schedule/calendars.ts';
import { as, changes, conference, endpoint, idOf, sipOf, user } from '../conference/world.ts';
import { ConferenceStage } from './stage.ts';

const base = calendar(['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY']);
const times = `<xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base></xcon:entry></xcon:conference-time>`;
const named = (subject: string, more = ''): string =>
  `<info:conference-description><info:subject>${subject}</info:subject>${more}</info:conference-description>`;
const FIRST = { from: '20300107T090000Z', to: '20300107T090000Z' };
const DIFF = 'application/xcon-conference-info-diff+xml, application/xcon-conference-info+xml';
const connected = user(idOf('alice'), endpoint(sipOf('alice'), '<info:status>connected</info:status>'));

describe('the SIP URI of a series', () => {
  const open = async () => {
    const stage = await ConferenceStage.open({ minInterval: 1, urgentInterval: 1 });
    const people = `<info:users><info:user entity="${idOf('bob')}"/></info:users>`;
    const document = conference(named('Series', times) + people);
    const { uri: series } = await stage.control.create(as('alice'), { document });
    const asked = changes(named('Venice'));
    const { uri: child } = await stage.control.changeOccurrences(as('alice'), series, FIRST, asked);
    return { stage, series, child };
  };

  it('[N1, N2, E17] shows a telephone what stands for the occurrence that goes on, whole and under the same entity', async () => {
    const { stage, series, child } = await open();
    const watch = await stage.subscribes('alice', stage.sip(series));
    const first = watch.last;
    expect(first?.body)
      .to.include('Series')
      .and.to.include(`entity="${stage.sip(series)}"`);
    await stage.control.steer(as('alice'), child, { action: 'start' });
    await stage.pass(5);
    const second = watch.last;
    expect(second?.body)
      .to.include('Venice')
      .and.to.include(`entity="${stage.sip(series)}"`)
      .and.include('state="full"');
    await stage.control.createUser(as('alice'), child, connected);
    await stage.pass(5);
    expect(watch.last?.body).to.include('sip:alice@example.com');
    await stage.control.steer(as('alice'), child, { action: 'end' });
    await stage.pass(5);
    expect(watch.last?.body).to.include('Series');
    const versions = watch.told.map(({ body }) => Number(/ version="(\d+)"/.exec(body)?.[1]));
    expect(versions).to.deep.equal(versions.map((_, index) => (versions[0] ?? 0) + index));
    expect(stage.errors).to.deep.equal([]);
  });

  it('[N30, E17] ends watching by RFC 6502 when it leads elsewhere, and leads there who comes again', async () => {
    const { stage, series, child } = await open();
    const watch = await stage.subscribes('bob', stage.sip(series), { Accept: DIFF });
    await stage.pass(5);
    await stage.control.steer(as('alice'), child, { action: 'start' });
    await stage.pass(5);
    expect(watch.last?.state).to.equal('terminated;reason=deactivated');
    const again = await stage.subscribes('bob', stage.sip(series), { Accept: DIFF });
    await stage.pass(5);
    expect(again.last?.body).to.include(`entity="${child}"`).and.to.include('Venice');
    await stage.control.delete(as('alice'), child);
    await stage.pass(5);
    expect(again.last?.state).to.equal('terminated;reason=deactivated');
  });

  it('[E17] shows the series to who has no part in the occurrence, and ends with it', async () => {
    const { stage, series, child } = await open();
    const gone = changes(`<info:users><info:user entity="${idOf('bob')}" state="deleted"/></info:users>`);
    await stage.control.update(as('alice'), child, gone);
    await stage.control.steer(as('alice'), child, { action: 'start' });
    const watch = await stage.subscribes('bob', stage.sip(series));
    await stage.pass(5);
    expect(watch.last?.body).to.include('Series');
    await stage.control.delete(as('alice'), series);
    await stage.pass(5);
    expect(watch.last?.state).to.equal('terminated;reason=noresource');
  });
});
