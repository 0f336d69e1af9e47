import { expect } from 'chai';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { as, changes, title } from '../conference/world.ts';
import { expectValid } from '../support/schemas.ts';
import { ConferenceStage, type Watch } from './stage.ts';

const FULL = 'application/xcon-conference-info+xml';
const PHONE = 'application/conference-info+xml';

/** More than a datagram holds. */
const LONG = 'x'.repeat(1_000);

describe('a subscriber who is sent no more than datagrams (RFC 3261 §18.1.1)', () => {
  let stage: ConferenceStage;
  let uri: XconUri;
  beforeEach(async () => {
    const names = Array.from({ length: 80 }, (_, index) => `user${index}`);
    stage = await ConferenceStage.open({}, ['alice', ...names]);
    uri = await stage.conference();
    for (const name of names) await stage.joins(name, uri, `<info:display-text>${LONG}</info:display-text>`);
  });
  afterEach(() => expect(stage.errors).to.deep.equal([]));

  const subscribes = async (fields: Readonly<Record<string, string>>): Promise<Watch> => {
    const watch = await stage.subscribes('alice', stage.sip(uri), { ...fields, Expires: '0' });
    watch.told.length = 0;
    const lasting = await stage.subscribes('alice', stage.sip(uri), fields);
    lasting.isBehindDatagrams = true;
    lasting.told.length = 0;
    await lasting.refreshes();
    await stage.pass(10_000);
    return lasting;
  };

  it('is told what a telephone of a very large conference is, where she takes that', async () => {
    for (const fields of [{}, { Accept: `${FULL}, ${PHONE};q=0.1` }]) {
      const watch = await subscribes(fields);
      expect(watch.last?.contentType).to.equal(PHONE);
      expect(watch.last?.state).to.match(/^active/);
      expect(watch.last?.body).to.include('alice').and.not.include('user7');
      expectValid('conference-info', watch.last?.body ?? '');
    }
    const watch = await subscribes({});
    await stage.control.update(as('alice'), uri, title('News'));
    await stage.pass(10_000);
    expect(watch.last?.body).to.include('News').and.not.include('user7');
  });

  it('is asked to come again later where nothing is small enough, and told nothing', async () => {
    const long = `<info:free-text>${LONG.repeat(80)}</info:free-text>`;
    await stage.control.update(
      as('alice'),
      uri,
      changes(`<info:conference-description>${long}</info:conference-description>`),
    );
    for (const fields of [{ Accept: FULL }, {}] as const) {
      const watch = await subscribes(fields);
      expect(watch.last?.state).to.equal('terminated;reason=probation;retry-after=3600');
      expect(watch.last?.body).to.equal('');
    }
    expect(stage.notifier.size).to.equal(0);
  });
});
