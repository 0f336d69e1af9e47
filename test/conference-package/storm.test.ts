import { expect } from 'chai';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { roster } from '../conference/world.ts';
import { copyOf, DIFF, freshCopy, FULL, readingOf } from './copies.ts';
import { ConferenceStage, type Watch } from './stage.ts';

const PEOPLE = 2_000;
const IN_ONE_SECOND = 20;

describe('a storm of 2,000 who join within a second, and all watch', () => {
  it('[N8, N17] keeps every watcher within the rates, and leaves each with the roster', async function () {
    this.timeout(240_000);
    const names = Array.from({ length: PEOPLE }, (_, at) => `u${at}`);
    const stage = await ConferenceStage.open({}, ['alice', 'root', ...names]);
    const uri: XconUri = await stage.conference();
    await stage.control.updateUsers(stage.as('alice'), uri, listed());
    const watches: Watch[] = [];
    for (const name of names) {
      watches.push(await stage.subscribes(name, stage.sip(uri), { Accept: `${DIFF}, ${FULL}` }));
    }
    stage.patience = 60;
    await stage.pass(10_000);
    const began = stage.clock.now();
    for (let from = 0; from < PEOPLE; from += PEOPLE / IN_ONE_SECOND) {
      await Promise.all(names.slice(from, from + PEOPLE / IN_ONE_SECOND).map((name) => stage.joins(name, uri)));
      await stage.pass(1_000 / IN_ONE_SECOND);
    }
    await stage.pass(20_000);
    expect(stage.errors).to.deep.equal([]);
    const { object } = await stage.control.watch(stage.as('alice'), uri);
    expect(object.counts.connected).to.equal(PEOPLE + 1);
    for (const { told } of watches) {
      const times = told.map(({ at }) => at).filter((at) => at >= began);
      const gaps = times.map((at, index) => at - (times[index - 1] ?? -Infinity));
      expect(Math.min(...gaps), 'urgent news').to.be.at.least(500);
      // The first at once, his own coming soon, and every five seconds the rest.
      expect(times.length).to.be.within(1, 4);
    }
    const [first, last] = [watches[0]!, watches.at(-1)!];
    for (const watch of [first, last]) {
      expect(readingOf(copyOf(watch))).to.deep.equal(readingOf(await freshCopy(stage, watch)));
    }
    const bodies = watches.reduce((sum, { told }) => sum + told.length, 0);
    expect(bodies).to.be.at.most(5 * PEOPLE);
  });
});

const listed = () =>
  roster('<xcon:allowed-users-list><xcon:target uri="*@example.com" method="dial-in"/></xcon:allowed-users-list>');
