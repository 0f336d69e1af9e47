import { expect } from 'chai';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { BodyPart, splitMultipart } from '../../lib/sip/message/multipart.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { parse } from '../../lib/xml/parse.ts';
import { as, changes, conference, endpoint, idOf, sipOf, title, user } from '../conference/world.ts';
import { calendar } from '../schedule/calendars.ts';
import { expectValid } from '../support/schemas.ts';
import { ConferenceStage, type Told } from './stage.ts';

const MINE = 'sip:conferences@example.com';
const LIST = {
  Supported: 'eventlist',
  Accept: 'application/conference-info+xml, application/rlmi+xml, multipart/related',
};

interface Read {
  readonly root: XmlElement;
  readonly version: number;
  readonly isFull: boolean;
  /** Of each conference the document that came, or why there is none. */
  readonly states: ReadonlyMap<string, string>;
}

/** RFC 4662 §5: every part is named by an instance, and every instance that is active names one. */
function read({ request }: Told): Read {
  const contentType = request.contentType;
  if (contentType === undefined) throw new Error('no body');
  expect(request.header('Require')).to.equal('eventlist');
  expect(contentType.type).to.equal('multipart/related');
  expect(contentType.parameters.get('type')).to.equal('application/rlmi+xml');
  const parts = splitMultipart(contentType, request.body);
  const byId = new Map(parts.map((part) => [part.header('Content-ID'), part]));
  const first = byId.get(contentType.parameters.get('start'));
  if (!(first instanceof BodyPart)) throw new Error('no root');
  expectValid('rlmi', first.body);
  const root = parse(first.body);
  const states = root.elements.map((resource): [string, string] => {
    const [instance] = resource.elements;
    const cid = instance?.attribute('cid');
    const reason = instance?.attribute('reason');
    const body = byId.get(`<${cid}>`)?.body.toString();
    expect(body === undefined, cid).to.equal(instance?.attribute('state') === 'terminated');
    return [resource.attribute('uri') ?? '', body ?? `terminated ${reason}`];
  });
  expect(parts).to.have.length(1 + states.filter(([, state]) => !state.startsWith('terminated')).length);
  return {
    root,
    version: Number(root.attribute('version')),
    isFull: root.attribute('fullState') === 'true',
    states: new Map(states),
  };
}

describe('lists of conferences', () => {
  let stage: ConferenceStage;
  let uris: readonly XconUri[];
  let addresses: readonly string[];
  beforeEach(async () => {
    stage = await ConferenceStage.open();
    uris = [await stage.conference(), await stage.conference()];
    addresses = uris.map((uri) => stage.sip(uri));
  });
  afterEach(() => expect(stage.errors).to.deep.equal([]));

  it('tell of all conferences of a user, the whole first, then those that changed', async () => {
    const watch = await stage.subscribes('alice', MINE, LIST);
    expect([watch.status, watch.header('Require')]).to.deep.equal([200, 'eventlist']);
    expect(watch.told).to.have.length(1);
    const first = read(watch.told[0]!);
    expect([first.version, first.isFull]).to.deep.equal([0, true]);
    expect(first.root.attribute('uri')).to.equal(MINE);
    expect([...first.states.keys()]).to.have.members(addresses);
    for (const [uri, state] of first.states) {
      expectValid('conference-info', state);
      expect(state).to.include(`entity="${uri}"`);
    }
    await stage.control.update(as('alice'), uris[1]!, title('Second'));
    await stage.pass(5_000);
    expect(watch.told).to.have.length(2);
    const second = read(watch.told[1]!);
    expect([second.version, second.isFull]).to.deep.equal([1, false]);
    expect([...second.states.keys()]).to.deep.equal([addresses[1]]);
    expect(second.states.get(addresses[1]!)).to.include('Second');
  });

  it('follow conferences that come and go', async () => {
    const watch = await stage.subscribes('alice', MINE, LIST);
    const bob = await stage.subscribes('bob', MINE, LIST);
    expect(read(bob.told[0]!).states.size).to.equal(0);
    const third = await stage.conference();
    await stage.pass(5_000);
    expect([...read(watch.last!).states.keys()]).to.deep.equal([stage.sip(third)]);
    expect(bob.told, 'nothing of his').to.have.length(1);
    await stage.control.createUser(
      as('alice'),
      third,
      user(idOf('bob'), endpoint(sipOf('bob'), '<info:status>connected</info:status>')),
    );
    await stage.pass(10_000);
    expect([...read(bob.last!).states.keys()]).to.deep.equal([stage.sip(third)]);
    await stage.control.deleteUser(as('alice'), third, idOf('bob'));
    await stage.pass(10_000);
    expect(read(bob.last!).states.get(stage.sip(third))).to.equal('terminated rejected');
    await stage.control.delete(as('alice'), uris[0]!);
    await stage.pass(10_000);
    expect(read(watch.last!).states.get(addresses[0]!)).to.equal('terminated noresource');
    await watch.refreshes();
    expect([...read(watch.last!).states.keys()]).to.have.members([addresses[1], stage.sip(third)]);
    expect(watch.told.map((told) => read(told).version)).to.deep.equal(watch.told.map((_, at) => at));
  });

  describe('by the SIP URI of a series', () => {
    const base = calendar(['DTSTART:20300107T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY']);
    const times = `<xcon:conference-time><xcon:entry><xcon:base>${base}</xcon:base></xcon:entry></xcon:conference-time>`;
    const named = (subject: string, more = ''): string =>
      `<info:conference-description><info:subject>${subject}</info:subject>${more}</info:conference-description>`;
    const FIRST = { from: '20300107T090000Z', to: '20300107T090000Z' };
    let series: XconUri;
    let child: XconUri;
    beforeEach(async () => {
      ({ uri: series } = await stage.control.create(as('alice'), { document: conference(named('Series', times)) }));
      const asked = changes(named('Venice'));
      ({ uri: child } = await stage.control.changeOccurrences(as('alice'), series, FIRST, asked));
    });
    const stateOf = (told: Told | undefined): string | undefined => read(told!).states.get(stage.sip(series));

    it('[E17] show what goes on of it, whole and under the same entity, and the series again after it', async () => {
      const watch = await stage.subscribes('alice', MINE, LIST);
      expect(stateOf(watch.last)).to.include('Series');
      await stage.control.steer(as('alice'), child, { action: 'start' });
      await stage.pass(10_000);
      expect(stateOf(watch.last))
        .to.include('Venice')
        .and.to.include(`entity="${stage.sip(series)}"`)
        .and.to.include('state="full"');
      await stage.control.update(as('alice'), child, changes(named('Rome')));
      await stage.pass(10_000);
      expect(stateOf(watch.last), 'it is followed').to.include('Rome');
      await stage.control.steer(as('alice'), child, { action: 'end' });
      await stage.pass(10_000);
      expect(stateOf(watch.last)).to.include('Series').and.to.include('state="full"');
      await stage.control.delete(as('alice'), series);
      await stage.pass(10_000);
      expect(stateOf(watch.last)).to.equal('terminated noresource');
    });

    it('[E17] end an entry by RFC 6502 as deactivated, and begin it anew', async () => {
      const xcon =
        'application/xcon-conference-info-diff+xml, application/xcon-conference-info+xml, application/rlmi+xml, multipart/related';
      const watch = await stage.subscribes('alice', MINE, { ...LIST, Accept: xcon });
      expect(stateOf(watch.last)).to.include(`entity="${series}"`);
      await stage.control.steer(as('alice'), child, { action: 'start' });
      await stage.pass(20_000);
      const states = watch.told.map((told) => read(told).states.get(stage.sip(series)));
      expect(states).to.include('terminated deactivated');
      expect(stateOf(watch.last)).to.include(`entity="${child}"`).and.to.include('Venice');
      await stage.control.steer(as('alice'), child, { action: 'end' });
      await stage.pass(20_000);
      expect(stateOf(watch.last)).to.include(`entity="${series}"`);
    });
  });

  it('come with the request, what is not there and what one may not see looking the same', async () => {
    const entries = [addresses[0], 'sip:nothing@example.com', 'no address'];
    const body = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>${entries
      .map((uri) => `<entry uri="${uri}"/>`)
      .join('')}<list><entry uri="${addresses[1]}"/></list></list></resource-lists>`;
    const fields = {
      ...LIST,
      'Content-Type': 'application/resource-lists+xml',
      'Content-Disposition': 'recipient-list',
      Require: 'recipient-list-subscribe',
    };
    await stage.joins('bob', uris[0]!);
    const watch = await stage.subscribes('bob', MINE, fields, body);
    const { states } = read(watch.last!);
    expect([...states.keys()]).to.deep.equal([...entries, addresses[1]]);
    expectValid('conference-info', states.get(addresses[0]!) ?? '');
    for (const uri of [...entries.slice(1), addresses[1]]) expect(states.get(uri!)).to.equal('terminated noresource');
    const many = Array.from({ length: 51 }, (_, at) => `<entry uri="sip:c${at}@example.com"/>`).join('');
    const long = `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists"><list>${many}</list></resource-lists>`;
    expect((await stage.subscribes('bob', MINE, fields, long)).status).to.equal(413);
    expect((await stage.subscribes('bob', MINE, fields, '<no')).status).to.equal(400);
    expect((await stage.subscribes('bob', MINE, { ...fields, 'Content-Type': 'text/plain' }, 'x')).status).to.equal(
      415,
    );
  });

  it('are for those who know lists', async () => {
    const watch = await stage.subscribes('alice', MINE);
    expect([watch.status, watch.header('Require')]).to.deep.equal([421, 'eventlist']);
  });

  it('are fetched once, and cost nothing afterwards', async () => {
    const watch = await stage.subscribes('alice', MINE, { ...LIST, Expires: '0' });
    expect(read(watch.last!).states.size).to.equal(2);
    expect(watch.last?.state).to.equal('terminated;reason=timeout');
    for (const uri of uris) expect(stage.service.subscriptions(uri)).to.have.length(0);
  });

  it('keep to the rate of one subscription', async () => {
    const watch = await stage.subscribes('alice', MINE, LIST);
    for (let at = 0; at < 20; at += 1) {
      await stage.control.update(as('alice'), uris[at % 2]!, title(`Title ${at}`));
      await stage.pass(500);
    }
    await stage.pass(5_000);
    const times = watch.told.map(({ at }) => at);
    for (const [index, at] of times.entries()) expect(at - (times[index - 1] ?? -Infinity)).to.be.at.least(5_000);
    expect(read(watch.last!).states.get(addresses[1]!)).to.include('Title 19');
  });
});
