import { expect } from 'chai';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { as, changes, idOf, roster, title } from '../conference/world.ts';
import { expectValid } from '../support/schemas.ts';
import type { PublishableControl, PublishedRecord } from '../../lib/conference-package/publications.ts';
import { MemoryRecords } from '../../lib/store/memory-records.ts';
import { ConferenceStage, type Watch } from './stage.ts';

const FULL = 'application/xcon-conference-info+xml';

const user = (name: string, inside = ''): string =>
  `<user entity="sip:${name}@remote.example"><display-text>${name}</display-text><roles><entry>moderator</entry></roles>
  <endpoint entity="sip:${name}@192.0.2.9"><status>connected</status><joining-method>dialed-in</joining-method>${inside}</endpoint></user>`;
const document = (users: string, more = '', state = 'full'): string =>
  `<conference-info xmlns="urn:ietf:params:xml:ns:conference-info" entity="sip:remote@remote.example" state="${state}" version="1">
  ${more}<users>${users}</users></conference-info>`;

describe('a focus that publishes who is in a conference through it', () => {
  let stage: ConferenceStage;
  let uri: XconUri;
  let watch: Watch;
  beforeEach(async () => {
    stage = await ConferenceStage.open();
    uri = await stage.conference();
    await stage.joins('bob', uri);
    const focus = '<info:cascaded-focus>sip:frank@example.com</info:cascaded-focus>';
    await stage.control.updateUsers(
      as('alice'),
      uri,
      roster(`<info:user entity="${idOf('bob')}">${focus}</info:user>`),
    );
    watch = await stage.subscribes('alice', stage.sip(uri));
  });
  afterEach(() => expect(stage.errors).to.deep.equal([]));

  const shown = async (): Promise<string> => {
    await stage.pass(5_000);
    return watch.last?.body ?? '';
  };

  it('shows its users beside the others, and counts them', async () => {
    const answer = await stage.publishes('frank', uri, document(user('xavier') + user('yves')));
    expect([answer.status, answer.header('Expires')]).to.deep.equal([200, '600']);
    const body = await shown();
    expectValid('conference-info', body);
    expect(body).to.include('<user entity="sip:xavier@remote.example">').and.include('<user-count>4</user-count>');
    const client = await stage.subscribes('alice', stage.sip(uri), { Accept: FULL });
    expectValid('xcon-conference-info', client.last?.body ?? '');
  });

  it('may use prefixes of its own, as bridges of NENA i3 do', async () => {
    const prefixed = document(user('xavier'))
      .replace(/<(\/?)(?=[a-z])/g, '<$1i3:')
      .replace('xmlns=', 'xmlns:i3=');
    expect((await stage.publishes('frank', uri, prefixed)).status).to.equal(200);
    expect(await shown()).to.include('<user entity="sip:xavier@remote.example">');
  });

  it('changes nothing else: no description, no list, no role, nobody else’s entry', async () => {
    const others = document(
      user('xavier') +
        '<user entity="sip:bob@example.com"><display-text>Mallory</display-text><endpoint entity="sip:bob@example.com"><status>disconnected</status></endpoint></user>',
      '<conference-description><display-text>Taken over</display-text></conference-description><conference-state><user-count>99</user-count><locked>true</locked></conference-state>',
    );
    expect((await stage.publishes('frank', uri, others)).status).to.equal(200);
    const body = await shown();
    expect(body).to.include('sip:xavier@').and.include('sip:bob@example.com').and.not.include('Taken over');
    expect(body).to.not.include('<locked>true');
    const { object } = await stage.control.watch(as('alice'), uri);
    const [bob, xavier] = [object.users.get(idOf('bob')), [...object.users.values()].at(-1)];
    expect(bob?.facts.connected).to.equal(true);
    expect(bob?.part.element.text).to.not.include('Mallory');
    expect(xavier?.facts.privilege).to.equal(undefined);
    expect(xavier?.facts.addresses).to.deep.equal([]);
  });

  it('replaces what it published, and takes it back when it ends or expires', async () => {
    const first = await stage.publishes('frank', uri, document(user('xavier') + user('yves')));
    await shown();
    const tag = first.header('SIP-ETag');
    const second = await stage.publishes('frank', uri, document(user('yves')), { 'SIP-If-Match': tag });
    expect(await shown())
      .to.include('sip:yves@')
      .and.match(/sip:xavier@[^<]*">.*disconnected/s);
    const refresh = await stage.publishes('frank', uri, '', { 'SIP-If-Match': second.header('SIP-ETag') });
    expect(refresh.status).to.equal(200);
    await stage.control.update(as('alice'), uri, title('Later'));
    expect(await shown())
      .to.include('sip:yves@')
      .and.not.include('sip:xavier@');
    await stage.pass(600_000);
    await stage.control.update(as('alice'), uri, title('Last'));
    expect(await shown()).to.not.include('sip:yves@');
    expect(watch.last?.body).to.include('<user-count>2</user-count>');
  });

  it('is one that the conference names, as focus of a user or as host', async () => {
    expect((await stage.publishes('bob', uri, document(user('xavier')))).status).to.equal(403);
    expect((await stage.publishes('erin', uri, document(user('xavier')))).status).to.equal(404);
    expect((await stage.publishes('mallory', uri, document(user('xavier')))).status).to.equal(401);
    const host =
      '<info:host-info><info:uris><info:entry><info:uri>sip:erin@example.com</info:uri></info:entry></info:uris></info:host-info>';
    await stage.control.update(as('alice'), uri, changes(host));
    expect((await stage.publishes('erin', uri, document(user('xavier')))).status).to.equal(200);
    const { object } = await stage.control.watch(as('alice'), uri);
    expect(object.users.size).to.equal(3);
  });

  it('opens nothing to those whom it names', async () => {
    const erin = user('erin').replaceAll('remote.example', 'example.com').replace('192.0.2.9', 'example.com');
    expect((await stage.publishes('frank', uri, document(erin))).status).to.equal(200);
    expect((await stage.subscribes('erin', stage.sip(uri))).status).to.equal(404);
  });

  it('loses after a restart what it publishes no more', async () => {
    await stage.publishes('frank', uri, document(user('xavier')), { Expires: '3600' });
    const repository = new MemoryRecords<PublishedRecord>();
    await repository.keep('frank', { conference: uri, focus: idOf('frank') });
    const calls: (number | undefined)[] = [];
    const control: PublishableControl = {
      publish: (...[, , users]) => Promise.resolve(void calls.push(users?.length)),
    };
    await stage.restarted(repository, control).resume();
    await stage.pass(3_599_000);
    expect(calls).to.deep.equal([]);
    await stage.pass(1_000);
    expect(calls).to.deep.equal([0]);
  });

  it('publishes whole documents', async () => {
    for (const body of ['<no', document('', '', 'partial'), '<other/>'])
      expect((await stage.publishes('frank', uri, body)).status, body).to.equal(400);
    const text = await stage.publishes('frank', uri, document(''), { 'Content-Type': 'text/plain' });
    expect([text.status, text.header('Accept')]).to.deep.equal([415, 'application/conference-info+xml']);
  });
});
