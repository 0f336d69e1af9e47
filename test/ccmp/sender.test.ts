import { expect } from 'chai';
import { Refusal } from '../../lib/conference/refusal.ts';
import { ALICE, requestText } from './messages.ts';
import { basic, CCMP_HEADERS, Service } from './service.ts';
import { GUEST } from './stand-in.ts';

const subject = (username: string, password = 'demo') =>
  `<subject><username>${username}</username><password>${password}</password></subject>`;
const from = (userId: string) => `<confUserID>${userId}</confUserID>`;
const conference = '<confObjID>xcon:1@example.com</confObjID>';

describe('the sender of a CCMP request', () => {
  let service: Service;
  beforeEach(async () => {
    service = await Service.start();
  });
  afterEach(() => service.close());

  const withoutCredentials = (body: string) => service.send(body, CCMP_HEADERS);

  it('[H16][M5] proves who he is by the subject alone', async () => {
    for (const name of ['alice', 'Alice@example.com', 'sip:alice@example.com'])
      expect(await service.ask(requestText('confs', subject(name) + ALICE), {})).to.include({ code: 200 });
    expect(service.control.last.call.caller).to.have.nested.property(
      'principal.userId',
      'xcon-userid:alice@example.com',
    );
  });

  it('[Z1] with a wrong subject is asked again by 424', async () => {
    for (const wrong of [subject('alice', 'x'), subject('nobody'), subject('alice', ''), subject('')]) {
      const answer = await service.ask(requestText('confs', wrong + ALICE), {});
      expect(answer).to.include({ code: 424, confUserID: 'xcon-userid:alice@example.com' });
    }
    expect(service.control.asked).to.deep.equal([]);
  });

  it('may not be one user by HTTP and another by the subject', async () => {
    const body = requestText('confs', subject('bob') + ALICE);
    expect(await service.ask(body)).to.include({ code: 424 });
    expect(await service.ask(requestText('confs', subject('alice') + ALICE))).to.include({ code: 200 });
  });

  it('without credentials is challenged by HTTP, each scheme in a header of its own', async () => {
    const answer = await withoutCredentials(requestText('confs', ALICE));
    expect(answer.status).to.equal(401);
    expect(answer.challenges.map((challenge) => challenge.split(' ')[0])).to.deep.equal(['Basic', 'Digest', 'Digest']);
    expect(answer.body).not.to.contain('ccmp');
  });

  it('may send nothing first to be challenged', async () => {
    expect((await withoutCredentials('')).status).to.equal(401);
    expect((await service.send('', { ...CCMP_HEADERS, ...basic('alice') })).status).to.equal(400);
  });

  it('with wrong HTTP credentials is challenged again', async () => {
    const answer = await service.send(requestText('confs', ALICE), { ...CCMP_HEADERS, ...basic('alice', 'wrong') });
    expect(answer.status).to.equal(401);
  });

  it('[Z5] names himself by his id or by one of his addresses', async () => {
    const ask = (userId: string) => service.ask(requestText('confs', from(userId)));
    expect(await ask('xcon-userid:Alice@Example.com')).to.include({
      code: 200,
      confUserID: 'xcon-userid:Alice@Example.com',
    });
    expect(await ask('xcon-userid:al%20ice@example.com:5061;transport=tls')).to.include({
      code: 200,
      confUserID: 'xcon-userid:alice@example.com',
    });
    expect(await ask('xcon-userid:bob@example.com')).to.include({ code: 401 });
  });

  it('[M6] is refused as unknown by 421, and by 400 when he says nothing', async () => {
    const ask = (userId: string) => service.ask(requestText('confs', from(userId)));
    expect(await ask('xcon-userid:nobody@example.com')).to.include({ code: 421 });
    expect(await ask('alice')).to.include({ code: 421, confUserID: 'alice' });
    expect(await ask('')).to.include({ code: 400 });
  });

  it('[U4] without an id and credentials may only try to enter a conference', async () => {
    const enter = (operation: string) =>
      requestText(
        'user',
        `${conference}<operation>${operation}</operation>`,
        '<userInfo entity="xcon-userid:AUTO_GENERATE_1@example.com"/>',
      );
    expect(await service.ask(enter('create'), {})).to.include({ code: 200, confUserID: GUEST });
    expect(service.control.last.call.caller).to.deep.equal({ kind: 'newcomer' });
    expect((await withoutCredentials(enter('retrieve'))).status).to.equal(401);
  });

  it('[Z2] who logs in to enter without an id learns it', async () => {
    const answer = await service.ask(requestText('user', `${conference}<operation>create</operation>`));
    expect(answer).to.include({ code: 200, confUserID: 'xcon-userid:alice@example.com' });
  });

  it('may be a guest who shows her id', async () => {
    const ask = (name: string, operation = 'retrieve') =>
      requestText(name, `${from(GUEST)}${conference}<operation>${operation}</operation>`);
    for (const name of ['user', 'users', 'conf']) {
      expect(await service.ask(ask(name), {})).to.include({ code: 200, confUserID: GUEST });
      expect(service.control.last.call.caller).to.deep.equal({ kind: 'guest', userId: GUEST });
    }
    expect((await withoutCredentials(ask('conf', 'delete'))).status).to.equal(401);
  });

  it('whom the rules want to know first is challenged, but not again when he has shown credentials', async () => {
    service.control.failure = new Refusal('authentication-required', 'Log in.');
    const body = requestText('user', `${ALICE}${conference}<operation>retrieve</operation>`);
    expect((await withoutCredentials(body)).status).to.equal(401);
    expect(await service.ask(body)).to.include({ code: 424, string: 'Log in.' });
  });

  it('is named in the log, unless the name is a secret', async () => {
    await service.ask(requestText('conf', `${ALICE}${conference}<operation>retrieve</operation>`));
    expect(service.logged.at(-1)).to.deep.equal({
      type: 'conf',
      operation: 'retrieve',
      code: 200,
      user: 'xcon-userid:alice@example.com',
      conference: 'xcon:1@example.com',
    });
    await service.ask(requestText('user', `${from(GUEST)}${conference}<operation>retrieve</operation>`), {});
    expect(JSON.stringify(service.logged.at(-1))).not.to.contain('guest');
    await service.ask(requestText('confs', subject('alice', 'secret') + ALICE), {});
    expect(JSON.stringify(service.logged.at(-1))).not.to.contain('secret');
  });

  it('is told apart by User-Agent where clients contradict each other', async () => {
    const body = requestText('confs', ALICE);
    await service.ask(body, { ...basic('alice'), 'User-Agent': 'LinphoneDesktop/5.2 (alice) LinphoneSDK/5.4' });
    expect(service.control.last.call.profile).to.equal('linphone');
    await service.ask(body);
    expect(service.control.last.call).to.include({ profile: 'standard', source: '127.0.0.1' });
  });
});
