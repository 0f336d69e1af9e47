import { expect } from 'chai';
import { confInfo, endpoint, title, userInfo, users, usersInfo } from '../support/messages.ts';
import { all, attributesAt, textAt, textsAt, userIn } from '../support/reading.ts';
import { idOf, made, sipOf, TestSystem } from '../support/system.ts';

const NEW = 'xcon-userid:AUTO_GENERATE_1@example.com';
const policy = (name: string): string => `<xcon:user-admission-policy>${name}</xcon:user-admission-policy>`;
const eve = `<info:display-text>Eve</info:display-text><info:associated-aors><info:entry>
    <info:uri>mailto:eve@elsewhere.example</info:uri></info:entry></info:associated-aors>`;
const phone = (status: string): string =>
  endpoint(
    'sip:eve@elsewhere.example',
    `<info:media id="1"><info:type>audio</info:type><info:status>${status}</info:status></info:media>`,
  );

describe('guests', () => {
  let system: TestSystem;
  let open = '';
  before(async () => (system = await TestSystem.start()));
  after(() => system.close());
  beforeEach(async () => {
    open = made(await system.as('alice').creates(users(policy('anonymous'))));
  });

  const comes = (uri = open, content = eve + phone('sendrecv')) => system.guest().brings(uri, NEW, content);

  it('[U4, M6, A5, E34, Z2] a newcomer without credentials joins an open conference and gets an XCON-USERID', async () => {
    const answer = await comes();
    expect(answer).to.include({ code: 200, operation: 'create', version: 2, confObjID: open });
    expect(answer.confUserID).to.match(/^xcon-userid:[a-z0-9]{20,}@example\.com$/);
    expect(answer.info?.attribute('entity')).to.equal(answer.confUserID);
    expect((await comes()).confUserID).not.to.equal(answer.confUserID);
  });

  it('others see her under another entity, which opens nothing', async () => {
    const { confUserID: secret } = await comes();
    await system.as('bob').joins(open, endpoint(sipOf('bob')));
    const seen = [
      await system.as('alice').retrieves(open),
      await system.as('alice').retrievesUsers(open),
      await system.as('bob').retrieves(open),
      await system.as('root').retrieves(open),
    ];
    for (const { code, xml } of seen) {
      expect(code).to.equal(200);
      expect(xml).to.include('<info:display-text>Eve<').and.not.include(secret);
    }
    const shown = attributesAt(seen[0]?.info, 'users/user', 'entity').find(
      (one) => one !== idOf('alice') && one !== idOf('bob'),
    );
    const http = await system
      .guest(shown)
      .post(system.guest(shown).text('user', { operation: 'retrieve', confObjID: open }));
    expect(http.status).to.equal(401);
    const twice = await system.as('alice').retrievesUser(open, shown);
    expect(textAt(twice.info, 'display-text')).to.equal('Eve');
    expect(twice.xml).not.to.include(secret);
  });

  it('[C8, S1] she sees the conference that she is in, and no other', async () => {
    const { confUserID } = await comes();
    const guest = system.guest(confUserID);
    const { code, info } = await guest.retrieves(open);
    expect(code).to.equal(200);
    expect(textAt(userIn(info, confUserID), 'display-text')).to.equal('Eve');
    expect(textAt(userIn(info, idOf('alice')), 'display-text')).to.equal('Alice');
    const other = made(await system.as('alice').creates(users(policy('anonymous'))));
    for (const name of ['conf', 'users'] as const) {
      const { status } = await guest.post(guest.text(name, { operation: 'retrieve', confObjID: other }));
      expect(status).to.equal(401);
    }
  });

  it('[U8, U9] she retrieves herself and changes her media by her id alone', async () => {
    const { confUserID } = await comes();
    const guest = system.guest(confUserID);
    const mine = await guest.retrievesUser(open);
    expect(mine).to.include({ code: 200, confUserID });
    expect(mine.info?.attribute('entity')).to.equal(confUserID);
    expect(await guest.updatesUser(open, confUserID, phone('recvonly'))).to.include({ code: 200, version: 3 });
    const { info } = await system.as('alice').retrieves(open);
    const user = all(info, 'users/user').find((one) => textAt(one, 'display-text') === 'Eve');
    expect(textsAt(user, 'endpoint/media/status')).to.deep.equal(['recvonly']);
  });

  it('[U10] she leaves; then her id opens nothing', async () => {
    const { confUserID } = await comes();
    await system.as('bob').joins(open, endpoint(sipOf('bob')));
    const guest = system.guest(confUserID);
    expect((await guest.leaves(open)).code).to.equal(200);
    const { info } = await system.as('alice').retrievesUsers(open);
    expect(all(info, 'user').map((user) => textAt(user, 'display-text'))).not.to.include('Eve');
    const http = await guest.post(guest.text('user', { operation: 'retrieve', confObjID: open }));
    expect(http.status).to.equal(401);
  });

  it('her id ends with the occurrence', async () => {
    const { confUserID } = await comes();
    await system.as('bob').joins(open, endpoint(sipOf('bob')));
    const guest = system.guest(confUserID);
    // The last connected ones leave: Bob by himself, Eve at the moderator's hand.
    const { info } = await system.as('alice').retrievesUsers(open);
    const alias =
      all(info, 'user')
        .find((one) => textAt(one, 'display-text') === 'Eve')
        ?.attribute('entity') ?? '';
    expect((await system.as('alice').removes(open, alias)).code).to.equal(200);
    await system.as('bob').leaves(open);
    const http = await guest.post(guest.text('user', { operation: 'retrieve', confObjID: open }));
    expect(http.status).to.equal(401);
    expect(textAt((await system.as('alice').retrieves(open)).info, 'conference-state/active')).to.equal('false');
  });

  it('everything else that she asks is HTTP 401', async () => {
    const { confUserID } = await comes();
    const guest = system.guest(confUserID);
    const requests = [
      guest.text('confs'),
      guest.text('blueprints'),
      guest.text('options'),
      guest.text('conf', { operation: 'update', confObjID: open, inside: confInfo(open, title('Mine')) }),
      guest.text('conf', { operation: 'create' }),
      guest.text('conf', { operation: 'delete', confObjID: open }),
      guest.text('users', { operation: 'update', confObjID: open, inside: usersInfo('') }),
      guest.text('blueprint', { operation: 'retrieve', confObjID: 'xcon:default@example.com' }),
    ];
    for (const request of requests) {
      const { status, body } = await guest.post(request);
      expect(status, request).to.equal(401);
      expect(body).not.to.include('ccmpResponse');
    }
  });

  it('she may not touch others, nor take a role', async () => {
    const { confUserID } = await comes();
    await system.as('bob').joins(open, endpoint(sipOf('bob')));
    const guest = system.guest(confUserID);
    expect((await guest.removes(open, idOf('bob'))).code).to.equal(401);
    expect((await guest.updatesUser(open, idOf('bob'), '<info:display-text>Fool</info:display-text>')).code).to.equal(
      426,
    );
    const role = '<info:roles><info:entry>moderator</info:entry></info:roles>';
    expect((await guest.updatesUser(open, confUserID, role)).code).to.equal(426);
    const { info } = await system.as('alice').retrievesUsers(open);
    expect(textAt(userIn(info, idOf('bob')), 'display-text')).to.equal('Bob');
    expect(textsAt(info, 'user/roles/entry')).to.have.members(['organizer', 'administrator', 'moderator']);
  });

  it('the address that she gives makes her nobody else: the real Bob stays a stranger', async () => {
    const bobs =
      '<info:associated-aors><info:entry><info:uri>sip:bob@example.com</info:uri></info:entry></info:associated-aors>';
    const answer = await comes(open, `<info:display-text>Eve</info:display-text>${bobs}`);
    expect(answer.code).to.equal(200);
    expect(answer.confUserID).not.to.equal(idOf('bob'));
    expect((await system.as('bob').retrieves(open)).code).to.equal(404);
    expect((await system.as('bob').joins(open, endpoint(sipOf('bob')))).code).to.equal(200);
  });

  it('[U4, M16] without a userInfo or an address she is malformed: 400', async () => {
    const guest = system.guest();
    const without = await guest.asks('user', { operation: 'create', confObjID: open });
    expect(without.code).to.equal(400);
    const nameless = await guest.brings(open, NEW, '<info:display-text>Eve</info:display-text>');
    expect(nameless.code).to.equal(400);
    const claimed = await guest.asks('user', {
      operation: 'create',
      confObjID: open,
      inside: userInfo(idOf('bob'), eve),
    });
    expect(claimed.code).to.equal(400);
  });

  for (const [what, content] of [
    ['without admission policy', undefined],
    ['of openAuthenticated', users(policy('openAuthenticated'))],
    ['of closedAuthenticated', users(policy('closedAuthenticated'))],
  ] as const) {
    it(`[E32, E33] a conference ${what} asks her for credentials by HTTP 401, as one that does not exist`, async () => {
      const closed = made(await system.as('alice').creates(content));
      const guest = system.guest();
      const answers = [];
      for (const confObjID of [closed, 'xcon:nothing@example.com']) {
        const http = await guest.post(
          guest.text('user', { operation: 'create', confObjID, inside: userInfo(NEW, eve) }),
        );
        expect(http.status).to.equal(401);
        answers.push(http.body);
      }
      expect(answers[0], 'the same words').to.equal(answers[1]);
    });
  }
});
