import { expect } from 'chai';
import { endpoint, title } from '../support/messages.ts';
import { patched } from '../support/independent-patch.ts';
import { Phone } from '../support/phone.ts';
import { readByPlenary } from '../support/readers.ts';
import { expectValid } from '../support/schemas.ts';
import { made, PASSWORD, sipOf, TestSystem, type Name } from '../support/system.ts';

const AT_ONCE = {
  'sip.listen': '127.0.0.1:0',
  'notification.minInterval': 1,
  'notification.urgentInterval': 1,
};

const DIFF = 'application/xcon-conference-info-diff+xml, application/xcon-conference-info+xml';
const connected = '<info:status>connected</info:status>';

for (const transport of ['udp', 'tcp'] as const) {
  describe(`the conference event package over ${transport}`, () => {
    let system: TestSystem;
    let uri: string;
    const phones: Phone[] = [];

    const phoneOf = async (name: Name, password = PASSWORD): Promise<Phone> => {
      const phone = await Phone.open(name, password, transport);
      phones.push(phone);
      return phone;
    };
    const sipUri = (conference = uri): string =>
      system.sip(conference.slice('xcon:'.length).replace(/@.*/, ''), transport);

    before(async () => {
      system = await TestSystem.start(AT_ONCE);
    });
    beforeEach(async () => {
      uri = made(await system.as('alice').clones('xcon:default@example.com'));
      await system.as('alice').joins(uri, endpoint(sipOf('alice'), connected));
    });
    afterEach(async () => {
      await Promise.all(phones.splice(0).map((phone) => phone.close()));
    });
    after(() => system.close());

    it('[N1, N2, N6, N12, N13, N16, N23, N30] shows a telephone the roster, whole and with growing versions', async () => {
      const phone = await phoneOf('alice');
      const watch = await phone.watches(sipUri());
      const first = await watch.next();
      expect(first).to.include({ state: 'active', contentType: 'application/conference-info+xml' });
      expectValid('conference-info', first.body);
      const root = readByPlenary(first.body);
      expect(root.attributes).to.include(`{}entity=${sipUri()}`).and.include('{}state=full');
      expect(first.body).to.include('<user entity="sip:alice@example.com">').and.not.include('xcon');
      await system.as('alice').updates(uri, title('Changed'));
      const second = await watch.next();
      expectValid('conference-info', second.body);
      expect(versionOf(second.body)).to.equal(versionOf(first.body) + 1);
      expect(second.body).to.include('Changed');
    });

    it('[N3, N4, N5, N7, N8, N10] gives an XCON client the whole object, then differences', async () => {
      const phone = await phoneOf('alice');
      const watch = await phone.watches(sipUri(), [['Accept', DIFF]]);
      const first = await watch.next();
      expect(first.contentType).to.equal('application/xcon-conference-info+xml');
      expectValid('xcon-conference-info', first.body);
      await system.as('alice').updates(uri, title('One'));
      const second = await watch.next();
      expect(second.contentType).to.equal('application/xcon-conference-info-diff+xml');
      expectValid('conference-info-diff', second.body);
      const fresh = await (
        await phoneOf('alice')
      ).watches(sipUri(), [['Accept', 'application/xcon-conference-info+xml']]);
      const whole = await fresh.next();
      expect(readByPlenary(patched(first.body, second.body))).to.deep.equal(readByPlenary(whole.body));
    });

    it('[N9, N23, N24, N26] answers a refresh and the end of a subscription with everything', async () => {
      const phone = await phoneOf('alice');
      const watch = await phone.watches(sipUri(), [['Accept', DIFF]]);
      await watch.next();
      await watch.refreshes(300);
      expect(await watch.next()).to.include({ state: 'active', contentType: 'application/xcon-conference-info+xml' });
      await watch.refreshes(0);
      const last = await watch.next();
      expect(last).to.include({
        state: 'terminated',
        reason: 'timeout',
        contentType: 'application/xcon-conference-info+xml',
      });
      expectValid('xcon-conference-info', last.body);
    });

    it('[N15, N26] tells that the conference is no more', async () => {
      const phone = await phoneOf('alice');
      const watch = await phone.watches(sipUri());
      await watch.next();
      await system.as('alice').deletes(uri);
      const last = await watch.next();
      expect(last).to.include({ state: 'terminated', reason: 'noresource' });
      expectValid('conference-info', last.body);
      expect(readByPlenary(last.body).attributes).to.include('{}state=deleted');
      expect(await watch.over()).to.include({ reason: 'noresource' });
    });

    it('[N19, N25] refuses who may not watch, what is not there and what nobody can read', async () => {
      const bob = await (await phoneOf('bob')).watches(sipUri());
      expect((await bob.over()).status).to.equal(404);
      const nothing = await (await phoneOf('alice')).watches(sipUri('xcon:nothing@example.com'));
      expect((await nothing.over()).status).to.equal(404);
      const thief = await (await phoneOf('alice', 'wrong')).watches(sipUri());
      expect((await thief.over()).status).to.equal(401);
      const picky = await (await phoneOf('alice')).watches(sipUri(), [['Accept', 'text/plain']]);
      expect((await picky.over()).status).to.equal(406);
    });

    it('[N20] shows each watcher what he may see, and nobody the hidden', async () => {
      await system
        .as('alice')
        .updatesUsers(uri, '<xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy>');
      const hidden = '<xcon:provide-anonymity>hidden</xcon:provide-anonymity>';
      await system.as('bob').joins(uri, endpoint(sipOf('bob'), connected));
      await system.as('carol').joins(uri, endpoint(sipOf('carol'), connected) + hidden);
      const alice = await (await phoneOf('alice')).watches(sipUri());
      const bob = await (await phoneOf('bob')).watches(sipUri());
      const [seenByAlice, seenByBob] = [(await alice.next()).body, (await bob.next()).body];
      expect(seenByAlice).to.include('carol').and.include('<user-count>3</user-count>');
      expect(seenByBob).to.not.include('carol');
      expect(seenByBob).to.include('<user-count>2</user-count>');
    });
  });
}

const versionOf = (body: string): number => Number(/ version="(\d+)"/.exec(body)?.[1]);

describe('SIP subscriptions', () => {
  it('survive the restart of a server that could say nothing', async function () {
    this.timeout(60_000);
    const system = await TestSystem.start({ ...AT_ONCE, 'sip.grace': 1 });
    const uri = made(await system.as('alice').clones('xcon:default@example.com'));
    const phone = await Phone.open('alice', PASSWORD);
    const watch = await phone.watches(system.sip(uri.slice(5).replace(/@.*/, ''), 'udp'));
    await watch.next();
    await system.restart();
    const after = await watch.next();
    expect(after).to.include({ state: 'terminated', reason: 'deactivated' });
    await phone.close();
    await system.close();
  });
});
