import { expect } from 'chai';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import { as, conference, newcomer, refusalOf, sipOf, world } from './world.ts';

const at = (text: string): number => Date.parse(text);
const DAY = { from: at('2030-01-07T00:00:00Z'), to: at('2030-01-08T00:00:00Z') };

const event = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', 'BEGIN:VEVENT', 'UID:1', ...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');

async function plan(control: ConferenceControl, lines: string[], users = ''): Promise<void> {
  const time = `<xcon:conference-time><xcon:entry><xcon:base>${event(...lines)}</xcon:base></xcon:entry></xcon:conference-time>`;
  const description = `<info:conference-description>${time}</info:conference-description>`;
  await control.create(as('alice'), {
    document: conference(`${description}${users === '' ? '' : `<info:users>${users}</info:users>`}`),
  });
}

const shown = async (busy: ReturnType<ConferenceControl['freeBusy']>): Promise<string[]> =>
  (await busy).map(({ start, end }) =>
    [start, end].map((moment) => new Date(moment).toISOString().slice(11, 16)).join('-'),
  );

const bobIs = (anonymity: string): string =>
  `<info:user entity="${sipOf('bob').replace('sip:', 'xcon-userid:')}"><xcon:provide-anonymity>${anonymity}</xcon:provide-anonymity></info:user>`;

describe('free and busy times of a user', () => {
  let control: ConferenceControl;
  beforeEach(async () => void ({ control } = await world()));

  it('are those of all her conferences, merged and cut to what was asked', async () => {
    await plan(control, ['DTSTART:20300106T230000Z', 'DTEND:20300107T010000Z', 'RRULE:FREQ=WEEKLY']);
    await plan(control, ['DTSTART:20300107T090000Z', 'DTEND:20300107T100000Z']);
    await plan(control, ['DTSTART:20300107T093000Z', 'DTEND:20300107T110000Z']);
    await plan(control, ['DTSTART:20300107T150000Z']);
    expect(await shown(control.freeBusy(as('alice'), DAY))).to.deep.equal([
      '00:00-01:00',
      '09:00-11:00',
      '15:00-16:00',
    ]);
  });

  it('leave out what was cancelled, and who is in no conference is free', async () => {
    await plan(control, ['DTSTART:20300107T090000Z', 'DTEND:20300107T100000Z', 'STATUS:CANCELLED']);
    expect(await shown(control.freeBusy(as('alice'), DAY))).to.deep.equal([]);
    expect(await shown(control.freeBusy(as('carol'), DAY))).to.deep.equal([]);
  });

  it('are told to others, without conferences in which she hides', async () => {
    await plan(control, ['DTSTART:20300107T090000Z', 'DTEND:20300107T100000Z'], bobIs('none'));
    await plan(control, ['DTSTART:20300107T120000Z', 'DTEND:20300107T130000Z'], bobIs('private'));
    await plan(control, ['DTSTART:20300107T140000Z', 'DTEND:20300107T150000Z'], bobIs('hidden'));
    const all = ['09:00-10:00', '12:00-13:00', '14:00-15:00'];
    expect(await shown(control.freeBusy(as('bob'), DAY))).to.deep.equal(all);
    expect(await shown(control.freeBusy(as('root'), { ...DAY, of: sipOf('bob') }))).to.deep.equal(all);
    expect(await shown(control.freeBusy(as('carol'), { ...DAY, of: sipOf('bob') }))).to.deep.equal(['09:00-10:00']);
  });

  it('are not told of nobody, to strangers, and for years', async () => {
    expect(await refusalOf(control.freeBusy(as('bob'), { ...DAY, of: sipOf('nobody') }))).to.equal('no-such-user');
    expect(await refusalOf(control.freeBusy(newcomer, DAY))).to.equal('authentication-required');
    expect(await refusalOf(control.freeBusy(as('bob'), { from: 0, to: DAY.to }))).to.equal('malformed');
    expect(await refusalOf(control.freeBusy(as('bob'), { from: DAY.to, to: DAY.from }))).to.equal('malformed');
  });
});
