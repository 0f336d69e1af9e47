import { expect } from 'chai';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { as, changes, idOf, roster, title } from '../conference/world.ts';
import { patched } from '../support/independent-patch.ts';
import { readByPlenary } from '../support/readers.ts';
import { expectValid } from '../support/schemas.ts';
import { ConferenceStage, type Watch } from './stage.ts';

const FULL = 'application/xcon-conference-info+xml';
const DIFF = 'application/xcon-conference-info-diff+xml';
const PHONE = 'application/conference-info+xml';

const versionOf = (body = ''): number => Number(/ version="(\d+)"/.exec(body)?.[1]);
const entityOf = (body = ''): string | undefined => /<conference-info[^>]* entity="([^"]*)"/.exec(body)?.[1];
const idIn = (uri: XconUri): string => uri.slice('xcon:'.length).replace(/@.*/, '');
const told = (watch: Watch): (string | undefined)[] => watch.told.map(({ contentType }) => contentType);

describe('the conference event package', () => {
  let stage: ConferenceStage;
  let uri: XconUri;
  let sip: string;
  beforeEach(async () => {
    stage = await ConferenceStage.open();
    uri = await stage.conference();
    sip = stage.sip(uri);
  });
  afterEach(() => expect(stage.errors).to.deep.equal([]));

  describe('the focus of a conference', () => {
    it('[N1] says where it is and that it is one, and takes subscriptions there too', async () => {
      const first = await stage.subscribes('alice', sip);
      const id = idIn(uri);
      expect(first.status).to.equal(200);
      expect(first.header('Contact')).to.equal(`<sip:${id}@192.0.2.1:5060;conf-id=${id}>;isfocus`);
      const target = `sip:${id}@192.0.2.1:5060;conf-id=${id}`;
      const second = await stage.subscribes('alice', target);
      expect(second.status).to.equal(200);
      expect(entityOf(second.last?.body)).to.equal(target);
      expect(entityOf(first.last?.body)).to.equal(sip);
      await stage.control.update(as('alice'), uri, title('Both'));
      await stage.pass(5_000);
      for (const { told } of [first, second]) expect(told.at(-1)?.body).to.include('Both');
    });

    it('[N22] makes a dialog of its own of each subscription, and takes several of one watcher', async () => {
      const watches = [
        await stage.subscribes('alice', sip),
        await stage.subscribes('alice', sip),
        await stage.subscribes('alice', sip, { Accept: FULL }),
      ];
      expect(new Set(watches.map(({ last }) => last?.request.from.tag)).size).to.equal(3);
      expect(watches.map(({ last }) => last?.contentType)).to.deep.equal([PHONE, PHONE, FULL]);
      expect(stage.notifier.size).to.equal(3);
    });

    it('takes two subscriptions in one dialog, told apart by their ids', async () => {
      const watch = await stage.subscribes('alice', sip, { Event: 'conference;id=1' });
      await watch.refreshes({ Event: 'conference;id=2' });
      expect(stage.notifier.size).to.equal(2);
      await stage.control.update(as('alice'), uri, title('Twice'));
      await stage.pass(5_000);
      expect(watch.told.map(({ request }) => request.header('Event'))).to.deep.equal([
        'conference;id=1',
        'conference;id=2',
        'conference;id=1',
        'conference;id=2',
      ]);
    });
  });

  describe('a subscription', () => {
    it('[N16, N24] lasts an hour, or as long as it asks, never less than a minute', async () => {
      expect((await stage.subscribes('alice', sip, { Expires: undefined })).header('Expires')).to.equal('3600');
      expect((await stage.subscribes('alice', sip, { Expires: '600' })).header('Expires')).to.equal('600');
      const short = await stage.subscribes('alice', sip, { Expires: '59' });
      expect([short.status, short.header('Min-Expires')]).to.deep.equal([423, '60']);
      expect((await stage.subscribes('alice', sip, { Expires: '100000' })).header('Expires')).to.equal('86400');
    });

    it('[N9, N23, N26] fetches everything once with no time at all', async () => {
      const watch = await stage.subscribes('alice', sip, { Expires: '0', Accept: FULL });
      expect(watch.status).to.equal(200);
      expect(watch.told.map(({ state, contentType }) => [state, contentType])).to.deep.equal([
        ['terminated;reason=timeout', FULL],
      ]);
      expect(stage.notifier.size).to.equal(0);
      expect(stage.service.subscriptions(uri)).to.have.length(0);
    });

    it('[N26] ends when its time is over, with everything', async () => {
      const watch = await stage.subscribes('alice', sip, { Expires: '600', Accept: `${DIFF}, ${FULL}` });
      await stage.pass(600_000);
      expect(watch.last).to.include({ state: 'terminated;reason=timeout', contentType: FULL });
      expect(stage.service.subscriptions(uri)).to.have.length(0);
    });

    it('[N25] is refused for another event, with the one that there is', async () => {
      const watch = await stage.subscribes('alice', sip, { Event: 'presence' });
      expect([watch.status, watch.header('Allow-Events')]).to.deep.equal([489, 'conference']);
    });

    it('[E28, N19, N25] is refused to strangers, and where the conference allows none', async () => {
      const stranger = await stage.subscribes('bob', sip);
      const nothing = await stage.subscribes('bob', 'sip:nothing@example.com');
      expect([stranger.status, nothing.status]).to.deep.equal([404, 404]);
      const forbidden = '<xcon:allow-conference-event-subscription>false</xcon:allow-conference-event-subscription>';
      const watch = await stage.subscribes('alice', sip);
      await stage.control.update(
        as('alice'),
        uri,
        changes(`<info:conference-state>${forbidden}</info:conference-state>`),
      );
      expect((await stage.subscribes('alice', sip)).status).to.equal(403);
      await stage.pass(5_000);
      expect(watch.last).to.include({ state: 'terminated;reason=rejected', body: '' });
    });

    it('[L13, N20, N26] ends without a word for who has lost the right to it', async () => {
      await stage.joins('bob', uri);
      const watch = await stage.subscribes('bob', sip);
      await stage.control.deleteUser(as('alice'), uri, idOf('bob'));
      await stage.pass(5_000);
      expect(watch.last).to.include({ state: 'terminated;reason=rejected', body: '' });
      expect(stage.notifier.size).to.equal(0);
    });

    it('[N15] ends with the conference, for each in the form that he reads', async () => {
      const phone = await stage.subscribes('alice', sip);
      const client = await stage.subscribes('alice', sip, { Accept: FULL });
      await stage.control.delete(as('alice'), uri);
      await stage.pass(0);
      for (const { last } of [phone, client]) expect(last?.state).to.equal('terminated;reason=noresource');
      expectValid('conference-info', phone.last?.body ?? '');
      expect(entityOf(phone.last?.body)).to.equal(sip);
      expect(client.last?.contentType).to.equal(FULL);
      expect(entityOf(client.last?.body)).to.equal(uri);
      expect(client.last?.body).to.include('state="deleted"');
    });

    it('[N26] ends with the server, to be made again at once', async () => {
      const watch = await stage.subscribes('alice', sip);
      await stage.pack.close(1_000);
      expect(watch.last).to.include({ state: 'terminated;reason=deactivated', contentType: PHONE });
    });
  });

  describe('the form of notifications', () => {
    it('[N2, N3, N4] is the one that its Accept likes best', async () => {
      const forms: readonly (readonly [accept: string | undefined, type: string | number])[] = [
        [undefined, PHONE],
        ['*/*', PHONE],
        ['application/*', PHONE],
        [`${PHONE}, ${FULL}`, FULL],
        [`${PHONE}, ${FULL};q=0.5`, PHONE],
        [`${FULL};q=0.1, ${PHONE};q=0`, FULL],
        [`${DIFF}, ${PHONE}`, PHONE],
        [DIFF, 406],
        [`${PHONE};q=0`, 406],
        ['text/plain', 406],
      ];
      for (const [accept, expected] of forms) {
        const watch = await stage.subscribes('alice', sip, { Accept: accept });
        expect(watch.last?.contentType ?? watch.status, accept).to.equal(expected);
      }
    });

    it('[N5, N9] changes with a SUBSCRIBE that asks for another, the whole first', async () => {
      const watch = await stage.subscribes('alice', sip, { Accept: FULL });
      await watch.refreshes({ Accept: `${DIFF}, ${FULL}` });
      await stage.control.update(as('alice'), uri, title('Changed'));
      await stage.pass(5_000);
      await watch.refreshes({ Accept: PHONE });
      expect(told(watch)).to.deep.equal([FULL, FULL, DIFF, PHONE]);
      await watch.refreshes({ Accept: undefined });
      expect(watch.last?.contentType, 'the form of before').to.equal(PHONE);
    });

    it('[N12] counts the documents of each subscription one by one, also those that were refused once', async () => {
      const watch = await stage.subscribes('alice', sip);
      const first = versionOf(watch.last?.body);
      watch.answering = { status: 500 };
      await stage.control.update(as('alice'), uri, title('Refused'));
      await stage.pass(5_000);
      watch.answering = { status: 200 };
      await stage.pass(30_000);
      await stage.control.update(as('alice'), uri, title('Taken'));
      await stage.pass(5_000);
      await watch.refreshes();
      expect(watch.told.map(({ body }) => versionOf(body) - first)).to.deep.equal([0, 1, 1, 2, 3]);
    });

    it('[N14, N30] has no state that does not fit the whole', async () => {
      await stage.joins('bob', uri);
      const watch = await stage.subscribes('alice', sip);
      expectValid('conference-info', watch.last?.body ?? '');
      expect(watch.last?.body.match(/ state="[^"]*"/g)).to.deep.equal([' state="full"']);
    });

    it('[N18] tells of who comes and who goes', async () => {
      const watch = await stage.subscribes('alice', sip);
      await stage.joins('bob', uri);
      await stage.pass(5_000);
      expect(watch.last?.body).to.match(/sip:bob@example.com.*<status>connected<\/status>/s);
      await stage.control.deleteUser(as('bob'), uri);
      await stage.pass(5_000);
      expect(watch.last?.body).to.match(/sip:bob@example.com.*<status>disconnected<\/status>/s);
    });

    it('[N20, Z9] names the anonymous by a URI that is nobody’s, the same to all and all the time', async () => {
      await stage.joins('bob', uri);
      await stage.joins('carol', uri, '<xcon:provide-anonymity>private</xcon:provide-anonymity>');
      const bob = await stage.subscribes('bob', sip);
      const carol = await stage.subscribes('carol', sip);
      expectValid('conference-info', bob.last?.body ?? '');
      expect(bob.last?.body).to.include('<user entity="sip:anonymous1@anonymous.invalid">').and.not.include('carol');
      expect(carol.last?.body).to.include('<user entity="sip:carol@example.com">').and.not.include('anonymous1@');
      await stage.joins('dave', uri, '<xcon:provide-anonymity>private</xcon:provide-anonymity>');
      await stage.pass(5_000);
      expect(bob.last?.body).to.match(/sip:anonymous1@anonymous.invalid.*sip:anonymous2@anonymous.invalid/s);
    });
  });

  describe('a roster that is too large for telephones', () => {
    it('[N13, N30] is shown as far as it concerns each: himself and who runs the conference', async () => {
      stage = await ConferenceStage.open({ maxBody: 4_000, minInterval: 5_000 });
      uri = await stage.conference();
      sip = stage.sip(uri);
      for (const name of ['bob', 'carol']) await stage.joins(name, uri);
      const [bob, carol] = [await stage.subscribes('bob', sip), await stage.subscribes('carol', sip)];
      expect(bob.last?.body, 'small').to.include('sip:carol@').and.include('sip:alice@');
      const long = `<info:display-text>${'x'.repeat(4_000)}</info:display-text>`;
      await stage.joins('dave', uri, long);
      await stage.pass(5_000);
      for (const { last } of [bob, carol]) expectValid('conference-info', last?.body ?? '');
      expect(bob.last?.body).to.include('sip:bob@').and.include('sip:alice@').and.include('<user-count>4</user-count>');
      expect(bob.last?.body).to.not.include('sip:carol@').and.not.include('sip:dave@');
      expect(carol.last?.body).to.include('sip:carol@').and.not.include('sip:bob@');
      const before = carol.told.length;
      const renamed = `<info:user entity="${idOf('bob')}"><info:display-text>Robert</info:display-text></info:user>`;
      await stage.control.updateUsers(as('alice'), uri, roster(renamed));
      await stage.pass(5_000);
      expect(bob.last?.body).to.include('Robert');
      expect(carol.told, 'nothing that she is shown').to.have.length(before);
    });
  });

  describe('conditional notification', () => {
    it('[N9] spares a refresh the document that its sender has', async () => {
      const watch = await stage.subscribes('alice', sip, { Accept: `${DIFF}, ${FULL}` });
      const tag = watch.last?.request.header('SIP-ETag');
      expect(tag).to.be.a('string');
      await watch.refreshes({ 'Suppress-If-Match': tag });
      expect(watch.status).to.equal(204);
      expect(watch.told).to.have.length(1);
      await stage.control.update(as('alice'), uri, title('New'));
      await stage.pass(5_000);
      expect(told(watch), 'a difference goes on from what he has').to.deep.equal([FULL, DIFF]);
      await watch.refreshes({ 'Suppress-If-Match': tag });
      expect(watch.status).to.equal(200);
      expect(told(watch), 'an old tag').to.deep.equal([FULL, DIFF, FULL]);
      const whole = patched(watch.told[0]?.body ?? '', watch.told[1]?.body ?? '');
      expect(readByPlenary(whole)).to.deep.equal(readByPlenary(watch.told[2]?.body ?? ''));
    });

    it('[N20] tells nothing of what happened behind the back of a watcher', async () => {
      await stage.joins('bob', uri);
      const watch = await stage.subscribes('bob', sip);
      const tag = watch.last?.request.header('SIP-ETag');
      await stage.joins('carol', uri, '<xcon:provide-anonymity>hidden</xcon:provide-anonymity>');
      await stage.pass(60_000);
      await watch.refreshes({ 'Suppress-If-Match': tag });
      expect(watch.status).to.equal(204);
      expect(watch.told).to.have.length(1);
    });
  });

  describe('rates', () => {
    it('[N17] are at most what a watcher asked for, and what he is told then is new', async () => {
      const watch = await stage.subscribes('alice', sip, { Event: 'conference;max-rate=0.05' });
      expect(watch.last?.state).to.include('max-rate=0.05');
      for (const name of ['One', 'Two', 'Three']) {
        await stage.pass(6_000);
        await stage.control.update(as('alice'), uri, title(name));
      }
      await stage.pass(2_000);
      expect(watch.told.map(({ at }) => at)).to.deep.equal([0, 20_000]);
      expect(watch.last?.body).to.include('Three');
    });

    it('[N17] are at least what a watcher asked for, as far as that is allowed', async () => {
      const fixed = await stage.subscribes('alice', sip, { Event: 'conference;min-rate=0.1' });
      const adaptive = await stage.subscribes('alice', sip, { Event: 'conference;adaptive-min-rate=0.05' });
      await stage.pass(60_000);
      expect(fixed.told.map(({ at }) => at)).to.deep.equal([0, 10_000, 20_000, 30_000, 40_000, 50_000, 60_000]);
      expect(adaptive.told.length).to.be.within(3, 5);
      expect((await stage.subscribes('alice', sip, { Event: 'conference;min-rate=50' })).last?.state).to.include(
        'min-rate=0.2',
      );
    });
  });
});
