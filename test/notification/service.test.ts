import { expect } from 'chai';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { as, changes, endpoint, idOf, refusalOf, sipOf, title, user } from '../conference/world.ts';
import { patched } from '../support/independent-patch.ts';
import { expectSameReading, readByPlenary } from '../support/readers.ts';
import { expectValid } from '../support/schemas.ts';
import { quiet, TestWatcher, watching, type Watching } from './watchers.ts';

const join = (
  control: ConferenceControl,
  uri: XconUri,
  name: string,
  inside = '<info:status>connected</info:status>',
) => control.createUser(as(name), uri, user(idOf(name), endpoint(sipOf(name), inside)));

const open = changes(
  '<info:users><xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy></info:users>',
);

async function conference(given?: Parameters<typeof watching>[0]): Promise<Watching & { uri: XconUri }> {
  const all = await watching(given);
  const { uri } = await all.control.create(as('alice'), {});
  await all.control.update(as('alice'), uri, open);
  await join(all.control, uri, 'alice');
  return { ...all, uri };
}

const bodyOf = (watcher: TestWatcher, at = -1): string => watcher.told.at(at)?.content?.body.toString() ?? '';
const rootOf = (content: string): string =>
  `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:c@example.com" state="full" version="1">${content}</conference-info>`;

describe('the conference notification service', () => {
  it('[N3, N4, N5, N7, N10] tells Alice all first, then what changed', async () => {
    const { control, uri, clock, watch } = await conference();
    const alice = new TestWatcher(as('alice'));
    await watch(uri, alice);
    await join(control, uri, 'bob');
    await clock.pass(5_000);
    await quiet();
    expect(alice.kinds).to.deep.equal(['full', 'diff']);
    expectValid('xcon-conference-info', bodyOf(alice, 0));
    expectValid('conference-info-diff', bodyOf(alice, 1));
    expectSameReading(bodyOf(alice, 1));
    const again = new TestWatcher(as('alice'));
    await watch(uri, again);
    expect(readByPlenary(patched(bodyOf(alice, 0), bodyOf(alice, 1)))).to.deep.equal(readByPlenary(bodyOf(again)));
  });

  it('[N17] tells the first change at once, then gathers what happens within the interval', async () => {
    const { control, uri, clock, watch } = await conference();
    const alice = new TestWatcher(as('alice'), 'conference-info');
    await watch(uri, alice);
    await clock.pass(10_000);
    await join(control, uri, 'bob');
    await quiet();
    expect(alice.told).to.have.length(2);
    for (const name of ['carol', 'dave', 'erin']) await join(control, uri, name);
    await clock.pass(4_999);
    await quiet();
    expect(alice.told).to.have.length(2);
    await clock.pass(1);
    await quiet();
    expect(alice.told).to.have.length(3);
    for (const name of ['carol', 'dave', 'erin']) expect(bodyOf(alice)).to.include(sipOf(name));
  });

  it('[N21] does not keep what is said of the conference, of a moderator or of himself behind what is not important', async () => {
    const { control, uri, clock, watch } = await conference();
    const bob = new TestWatcher(as('bob'));
    await join(control, uri, 'bob');
    await watch(uri, bob);
    await join(control, uri, 'carol');
    await clock.pass(500);
    await quiet();
    expect(bob.told, 'a participant comes').to.have.length(1);
    await control.update(as('alice'), uri, title('Soon'));
    await quiet();
    expect(bob.told, 'the conference is renamed').to.have.length(2);
    await control.updateUser(as('bob'), uri, user(idOf('bob'), '<info:display-text>Robert</info:display-text>'));
    await clock.pass(500);
    await quiet();
    expect(bob.told, 'he is renamed').to.have.length(3);
  });

  it('keeps the pace that a watcher asked for, whatever happens', async () => {
    const { control, uri, clock, watch } = await conference();
    const alice = new TestWatcher(as('alice'), 'xcon-conference-info-diff', {
      minInterval: 60_000,
      maxInterval: 90_000,
    });
    await watch(uri, alice);
    await control.update(as('alice'), uri, title('Soon'));
    await clock.pass(59_999);
    await quiet();
    expect(alice.kinds).to.deep.equal(['full']);
    await clock.pass(1);
    await quiet();
    expect(alice.kinds).to.deep.equal(['full', 'diff']);
    await clock.pass(90_000);
    await quiet();
    expect(alice.kinds).to.deep.equal(['full', 'diff', 'full']);
  });

  it('[N8] says nothing new before the answer to the last, and then all in one', async () => {
    const { control, uri, clock, watch } = await conference();
    const alice = new TestWatcher(as('alice'));
    await watch(uri, alice);
    alice.isSlow = true;
    await control.update(as('alice'), uri, title('One'));
    await clock.pass(5_000);
    await quiet();
    await control.update(as('alice'), uri, title('Two'));
    await control.update(as('alice'), uri, title('Three'));
    await clock.pass(60_000);
    await quiet();
    expect(alice.kinds).to.deep.equal(['full', 'diff']);
    alice.answer();
    await quiet();
    expect(alice.kinds).to.deep.equal(['full', 'diff', 'diff']);
    expect(bodyOf(alice)).to.include('Three').and.not.include('Two');
  });

  it('[N9, N23] tells all again to who refreshes', async () => {
    const { uri, watch } = await conference();
    const alice = new TestWatcher(as('alice'));
    const subscription = await watch(uri, alice);
    subscription.refresh();
    await quiet();
    expect(alice.kinds).to.deep.equal(['full', 'full']);
  });

  it('[N20] does not tell of the hidden, not even that something happened', async () => {
    const { control, uri, clock, watch } = await conference();
    await join(control, uri, 'bob');
    const watchers = [
      new TestWatcher(as('bob')),
      new TestWatcher(as('bob'), 'conference-info'),
      new TestWatcher(as('bob'), 'xcon-conference-info'),
    ];
    for (const watcher of watchers) await watch(uri, watcher);
    const hidden = `${endpoint(sipOf('carol'), '<info:status>connected</info:status>')}<xcon:provide-anonymity>hidden</xcon:provide-anonymity>`;
    await control.createUser(as('carol'), uri, user(idOf('carol'), hidden));
    await clock.pass(60_000);
    await quiet();
    expect(watchers.map(({ kinds }) => kinds)).to.deep.equal([['full'], ['full'], ['full']]);
  });

  it('[N2, N6, N13, N30] shows a telephone whole documents, a leaver once as disconnected', async () => {
    const { control, uri, clock, watch } = await conference();
    const phone = new TestWatcher(as('alice'), 'conference-info');
    await join(control, uri, 'bob');
    await watch(uri, phone);
    expectValid('conference-info', rootOf(bodyOf(phone)));
    expect(bodyOf(phone)).to.not.include('xcon');
    await control.deleteUser(as('bob'), uri);
    await clock.pass(5_000);
    await quiet();
    expectValid('conference-info', rootOf(bodyOf(phone)));
    expect(bodyOf(phone)).to.match(
      /<user entity="sip:bob@example.com">.*<status>disconnected<\/status>.*departed.*<\/user>/s,
    );
    await control.update(as('alice'), uri, title('After'));
    await clock.pass(5_000);
    await quiet();
    expect(bodyOf(phone)).to.include('After').and.not.include('bob');
    expect(phone.kinds).to.deep.equal(['full', 'full', 'full']);
  });

  it('[N15, N26] ends with the conference, and with the right to watch it', async () => {
    const { control, uri, watch, clock } = await conference();
    await join(control, uri, 'bob');
    const bob = new TestWatcher(as('bob'));
    const alice = new TestWatcher(as('alice'));
    await watch(uri, bob);
    await watch(uri, alice);
    await control.deleteUser(as('alice'), uri, idOf('bob'));
    await clock.pass(5_000);
    await quiet();
    expect(bob.kinds).to.deep.equal(['full', 'nothing rejected']);
    await control.delete(as('alice'), uri);
    await quiet();
    expect(alice.kinds.at(-1)).to.equal('deleted noresource');
  });

  it('ends on request with the whole document', async () => {
    const { uri, watch, service } = await conference();
    const alice = new TestWatcher(as('alice'));
    (await watch(uri, alice)).end('timeout');
    await quiet();
    expect(alice.kinds).to.deep.equal(['full', 'full timeout']);
    expect(service.subscriptions(uri)).to.deep.equal([]);
  });

  it('forgets a watcher who can not be told', async () => {
    const { control, uri, clock, watch, service } = await conference();
    const alice = new TestWatcher(as('alice'));
    await watch(uri, alice);
    alice.refuses = true;
    await control.update(as('alice'), uri, title('Nobody listens'));
    await clock.pass(5_000);
    await quiet();
    expect(service.subscriptions(uri)).to.deep.equal([]);
  });

  it('[N19] refuses strangers and conferences that allow no subscription', async () => {
    const { control, uri, service } = await conference();
    expect(await refusalOf(service.subscribe(uri, new TestWatcher(as('bob'))))).to.equal('no-such-conference');
    const forbidden =
      '<info:conference-state><xcon:allow-conference-event-subscription>false</xcon:allow-conference-event-subscription></info:conference-state>';
    await control.update(as('alice'), uri, changes(forbidden));
    expect(await refusalOf(service.subscribe(uri, new TestWatcher(as('alice'))))).to.equal('not-allowed');
  });

  it('tells the whole where the difference is forgotten', async () => {
    const { control, uri, clock, watch } = await conference({ history: 2 });
    const alice = new TestWatcher(as('alice'));
    await watch(uri, alice);
    alice.isSlow = true;
    await control.update(as('alice'), uri, title('0'));
    await clock.pass(5_000);
    await quiet();
    for (let at = 1; at <= 9; at += 1) await control.update(as('alice'), uri, title(String(at)));
    alice.answer();
    await clock.pass(5_000);
    await quiet();
    expect(alice.kinds).to.deep.equal(['full', 'diff', 'full']);
  });

  it('lets whole documents wait for room on the way, and differences pass', async () => {
    const { control, uri, clock, watch } = await conference({ inFlight: 1_000 });
    const slow = new TestWatcher(as('alice'), 'conference-info');
    const other = new TestWatcher(as('alice'), 'conference-info');
    const quick = new TestWatcher(as('alice'));
    for (const watcher of [slow, other, quick]) await watch(uri, watcher);
    slow.isSlow = true;
    await control.update(as('alice'), uri, title('x'.repeat(600)));
    await clock.pass(5_000);
    await quiet();
    expect([slow, other, quick].map(({ told }) => told.length)).to.deep.equal([2, 1, 2]);
    slow.answer();
    await clock.pass(5_000);
    await quiet();
    expect(other.told).to.have.length(2);
  });

  it('makes one body for all who see the same', async () => {
    const { control, uri, clock, watch } = await conference();
    const people = ['bob', 'carol', 'dave'];
    for (const name of people) await join(control, uri, name);
    const watchers = people.map((name) => new TestWatcher(as(name)));
    for (const watcher of watchers) await watch(uri, watcher);
    await control.update(as('alice'), uri, title('Shared'));
    await clock.pass(5_000);
    await quiet();
    const bodies = new Set(watchers.map((watcher) => watcher.last?.content?.body));
    expect(bodies.size).to.equal(1);
  });
});
