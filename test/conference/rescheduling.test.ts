import { expect } from 'chai';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { calendar } from '../schedule/calendars.ts';
import { entry, MINUTE, NINE, TimedWorld, WEEKLY } from './timed-world.ts';
import { as, changes, idOf, shown, user } from './world.ts';

const DAY = 24 * 60 * MINUTE;
const SECOND = '20300114T090000Z';

describe('answers to an invitation', () => {
  let world: TimedWorld;
  let uri: XconUri;
  beforeEach(async () => {
    world = await TimedWorld.at(NINE - DAY);
    uri = await world.made(entry(WEEKLY));
    await answer('bob', 'accepted');
    await answer('carol', 'declined', SECOND);
  });

  const answer = (name: string, word: string, to = 'all') =>
    world.control.updateUser(as(name), uri, user(idOf(name), `<plenary:answer to="${to}">${word}</plenary:answer>`));
  const answers = async (of: XconUri = uri): Promise<Record<string, string>> => {
    const text = await shown(world.control, as('alice'), of);
    const found: Record<string, string> = {};
    for (const [, name = '', inside = ''] of text.matchAll(
      /<info:user entity="xcon-userid:(\w+)@[^>]*>([^]*?)<\/info:user>/g,
    ))
      for (const [, to = '', word = ''] of inside.matchAll(/<plenary:answer to="(\w+)">([\w-]+)</g))
        found[`${name} ${to}`] = word;
    return found;
  };
  const update = (document: string) => world.control.update(as('alice'), uri, changes(document));

  it('count no more when the series is at other times; who has not answered is asked nothing', async () => {
    await update(entry(WEEKLY.replace('T09', 'T10')));
    expect(await answers()).to.deep.equal({ 'bob all': 'needs-action', 'carol all': 'needs-action' });
    await answer('bob', 'tentative');
    expect(await answers()).to.include({ 'bob all': 'tentative' });
  });

  it('stay when words and people change, when one occurrence is cancelled, and when times are sent back', async () => {
    const before = await answers();
    expect(before).to.deep.equal({ 'bob all': 'accepted', [`carol ${SECOND}`]: 'declined' });
    await update('<info:conference-description><info:subject>Other</info:subject></info:conference-description>');
    await update(entry(WEEKLY.replace('DURATION:PT1H', 'DTEND:20300107T100000Z')));
    await world.control.steer(as('alice'), uri, { action: 'cancel', id: '20300121T090000Z' });
    expect(await answers()).to.deep.equal(before);
  });

  it('to one occurrence that is moved count no more, those to the others do', async () => {
    const moved = calendar(
      ['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY'],
      [`RECURRENCE-ID:${SECOND}`, 'DTSTART:20300114T150000Z', 'DURATION:PT1H'],
    );
    await update(entry(moved));
    expect(await answers()).to.deep.equal({
      'bob all': 'accepted',
      [`bob ${SECOND}`]: 'needs-action',
      [`carol ${SECOND}`]: 'needs-action',
    });
  });

  it('are taken over by what stands for an occurrence, unless that takes place at another time', async () => {
    const change = async (document: string, from: string) => {
      const range = { from, to: from };
      return (await world.control.changeOccurrences(as('alice'), uri, range, changes(document))).uri;
    };
    const named = await change(
      '<info:conference-description><info:subject>Other</info:subject></info:conference-description>',
      '20300121T090000Z',
    );
    expect(await answers(named)).to.include({ 'bob all': 'accepted' });
    const moved = await change(entry(calendar(['DTSTART:20300114T150000Z', 'DURATION:PT1H'])), SECOND);
    expect(await answers(moved)).to.deep.equal({ 'bob all': 'needs-action', 'carol all': 'needs-action' });
    expect(await answers(), 'the series has not moved').to.deep.equal({
      'bob all': 'accepted',
      [`carol ${SECOND}`]: 'declined',
    });
    await update(entry(WEEKLY.replace('T09', 'T10')));
    expect(await answers(named), 'it moves with the series').to.include({ 'bob all': 'needs-action' });
  });
});
