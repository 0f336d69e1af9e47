import { expect } from 'chai';
import { sdp } from '../support/phone-call.ts';
import type { Phone } from '../support/phone.ts';
import { allowed, description, users } from '../support/messages.ts';
import { all, attributesAt, textAt, textsAt } from '../support/reading.ts';
import { Stage } from '../support/stage.ts';
import { idOf, sipOf } from '../support/system.ts';

const policy = (name: string): string => `<xcon:user-admission-policy>${name}</xcon:user-admission-policy>`;
const handling = (name: string): string => `<xcon:join-handling>${name}</xcon:join-handling>`;
const denied = (uri: string): string => `<xcon:deny-users-list><xcon:target uri="${uri}"/></xcon:deny-users-list>`;
const protectedBy = (password: string): string =>
  description(`<info:conf-uris><info:entry><info:uri>tel:+1-555-0100</info:uri>
    <xcon:conference-password>${password}</xcon:conference-password></info:entry></info:conf-uris>`);
const planned = (start: string): string =>
  description(
    `<xcon:conference-time><xcon:entry><xcon:base>${[
      'BEGIN:VCALENDAR',
      'BEGIN:VEVENT',
      `DTSTART:${start}`,
      'DURATION:PT1H',
      'END:VEVENT',
      'END:VCALENDAR',
      '',
    ].join('&#13;\n')}</xcon:base></xcon:entry></xcon:conference-time>`,
  );

for (const transport of ['udp', 'tcp'] as const) {
  describe(`dialling in over ${transport}`, () => {
    let stage: Stage;
    let conference: string;

    before(async () => {
      stage = await Stage.start(transport);
    });
    beforeEach(async () => {
      conference = await stage.conference();
    });
    afterEach(() => stage.clear());
    after(() => stage.close());

    it('[L6, L8, L9, E42, E43, V5, N18] a caller is in the roster, with his media, until he hangs up', async () => {
      const watcher = await stage.watches(conference);
      const bob = await stage.phone('bob');
      const call = bob.calls(stage.uri(conference));
      const answer = await call.gets(200);
      expect(answer.header('Contact')).to.match(/;conf-id=[a-z0-9]+>;isfocus$/);
      expect(answer.header('Allow-Events')).to.equal('conference');
      expect(answer.header('Session-Expires')).to.match(/^1800/);
      expect(answer.body.toString()).to.include('a=inactive');

      const seen = await watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') === 'connected');
      const shown = await stage.user(conference, 'bob');
      for (const user of [seen, shown]) {
        expect(textAt(user, 'endpoint/joining-method')).to.equal('dialed-in');
        expect(textAt(user, 'endpoint/joining-info/when')).to.match(/Z$/);
        expect(textsAt(user, 'endpoint/media/type')).to.deep.equal(['audio']);
        expect(textAt(user, 'endpoint/media/status')).to.equal('inactive');
        expect(textAt(user, 'endpoint/media/label')).to.be.a('string').that.is.not.empty;
        expect(textAt(user, 'display-text')).to.equal('Bob');
        expect(textAt(user, 'endpoint/call-info/sip/call-id')).to.equal(call.session?.dialog.callId);
      }
      await call.leaves();
      expect(await watcher.sees(idOf('bob'), (user) => user === undefined)).to.equal(undefined);
      expect(await stage.user(conference, 'bob')).to.equal(undefined);
    });

    it('[L10, E42] one person with two telephones is one user with two endpoints, and in until the last one leaves', async () => {
      const watcher = await stage.watches(conference);
      const calls = [];
      for (const phone of [await stage.phone('bob'), await stage.phone('bob')])
        calls.push(await phone.joins(stage.uri(conference)));
      const both = await watcher.sees(idOf('bob'), (user) => all(user, 'endpoint').length === 2);
      expect(new Set(attributesAt(both, 'endpoint', 'entity')).size).to.equal(2);
      expect(textAt(await stage.document(conference), 'conference-state/user-count')).to.equal('1');
      await calls[0]?.leaves();
      await watcher.sees(idOf('bob'), (user) => all(user, 'endpoint').length === 1);
      await calls[1]?.leaves();
      await watcher.sees(idOf('bob'), (user) => user === undefined);
    });

    it('[E42] two calls of one telephone are two endpoints', async () => {
      const watcher = await stage.watches(conference);
      const bob = await stage.phone('bob');
      await bob.joins(stage.uri(conference));
      await bob.joins(stage.uri(conference));
      const both = await watcher.sees(idOf('bob'), (user) => all(user, 'endpoint').length === 2);
      expect(new Set(attributesAt(both, 'endpoint', 'entity')).size).to.equal(2);
    });

    it('[L11] the address of a conference and the Contact of its focus lead to the same one', async () => {
      const call = await (await stage.phone('bob')).joins(stage.uri(conference));
      const contact = /<([^>]+)>/.exec(call.responses.at(-1)?.header('Contact') ?? '')?.[1] ?? '';
      expect(contact).not.to.equal(stage.uri(conference));
      await (await stage.phone('carol')).joins(contact);
      const entities = attributesAt(await stage.document(conference), 'users/user', 'entity');
      expect(entities).to.include.members([idOf('bob'), idOf('carol')]);
    });

    it('takes a call without an offer, and offers', async () => {
      const bob = await stage.phone('bob');
      const call = bob.calls(stage.uri(conference), { offer: null });
      const answer = await call.gets(200);
      expect(answer.body.toString()).to.include('m=audio');
      const watcher = await stage.watches(conference);
      const user = await watcher.sees(idOf('bob'), (one) => all(one, 'endpoint/media').length > 0);
      expect(textsAt(user, 'endpoint/media/type')).to.include('audio');
    });

    it('[E25, E42] shows who holds the call, and who is muted for all', async () => {
      const watcher = await stage.watches(conference);
      const bob = await stage.phone('bob');
      const call = await bob.joins(stage.uri(conference));
      const status = (value: string): Promise<unknown> =>
        watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') === value);
      await status('connected');
      expect((await call.reinvites(sdp('m=audio 40000 RTP/AVP 0', 'a=sendonly'))).status).to.equal(200);
      await status('on-hold');
      expect((await call.reinvites(sdp())).status).to.equal(200);
      await status('connected');
      const user = await stage.user(conference, 'bob');
      const [entity, id] = [attributesAt(user, 'endpoint', 'entity')[0], attributesAt(user, 'endpoint/media', 'id')[0]];
      const mute = (value: boolean): Promise<unknown> =>
        stage.system.as('alice').updatesUser(
          conference,
          idOf('bob'),
          `<info:endpoint entity="${entity}"><info:media id="${id}"><xcon:to-mixer name="AudioIn"><xcon:controls>
              <xcon:mute>${value}</xcon:mute></xcon:controls></xcon:to-mixer></info:media></info:endpoint>`,
        );
      await mute(true);
      await status('muted-via-focus');
      await mute(false);
      await status('connected');
    });

    it('[U11] ends the call of somebody who is removed, with the reason', async () => {
      const bob = await stage.phone('bob');
      const call = await bob.joins(stage.uri(conference));
      expect((await stage.system.as('alice').removes(conference, idOf('bob'))).code).to.equal(200);
      const { cause, request } = await call.over();
      expect(cause).to.equal('left');
      expect(request?.header('Reason')).to.equal('SIP;cause=200;text="Removed from the conference"');
    });

    it('[N15] ends every call when the conference is deleted', async () => {
      const calls = [];
      for (const name of ['bob', 'carol', 'dave'] as const)
        calls.push(await (await stage.phone(name)).joins(stage.uri(conference)));
      expect((await stage.system.as('alice').deletes(conference)).code).to.equal(200);
      for (const call of calls)
        expect((await call.over()).request?.header('Reason')).to.include('The conference has ended');
      expect(await stage.document(conference)).to.equal(undefined);
    });
  });
}

describe('who may dial in', () => {
  let stage: Stage;
  const OPERATOR = 'sip:operator@example.com';

  before(async () => {
    stage = await Stage.start('udp', { 'focus.operator': OPERATOR, 'focus.callsPerUser': 2 });
  });
  afterEach(() => stage.clear());
  after(() => stage.close());

  const answerTo = async (phone: Phone, conference: string, parameters = '') =>
    phone.calls(stage.uri(conference, parameters)).final();
  const refuses = async (name: 'alice' | 'bob' | 'carol', conference: string, status: number, text?: RegExp) => {
    const answer = await answerTo(await stage.phone(name), conference);
    expect(answer.status).to.equal(status);
    if (text !== undefined)
      expect(answer.header('Warning'))
        .to.match(/^399 plenary "/)
        .and.match(text);
    return answer;
  };
  const EVE = '"Eve" <sip:eve@elsewhere.example>';

  it('[Z3] proves by digest; whom From names and nobody proves is nobody', async () => {
    const conference = await stage.conference();
    const impostor = await stage.phone('alice', 'guess');
    expect((await answerTo(impostor, conference)).status).to.equal(401);
    const eve = await stage.phone('bob', 'guess');
    expect((await eve.calls(stage.uri(conference), { from: EVE }).final()).status).to.equal(401);
    const asserted = [['P-Asserted-Identity', '<sip:alice@example.com>']] as const;
    expect((await eve.calls(stage.uri(conference), { fields: asserted }).final()).status).to.equal(401);
    const document = await stage.document(conference);
    expect(attributesAt(document, 'users/user/endpoint', 'entity')).to.deep.equal([]);
  });

  it('[N25] tells strangers nothing: the same for what is not there and what is not for them', async () => {
    const conference = await stage.conference(users(policy('closedAuthenticated') + handling('allow')));
    const bob = await stage.phone('bob');
    const hidden = await answerTo(bob, conference);
    const absent = await answerTo(bob, 'xcon:nothing@example.com');
    expect([hidden.status, absent.status]).to.deep.equal([404, 404]);
    expect(hidden.header('Warning')).to.equal(absent.header('Warning'));
  });

  it('[E32, E33] admits by the lists that the admission policy names', async () => {
    const closed = await stage.conference(
      users(handling('allow') + policy('closedAuthenticated') + allowed([sipOf('bob'), 'dial-in'])),
    );
    await (await stage.phone('bob')).joins(stage.uri(closed));
    await refuses('carol', closed, 404);
    const open = await stage.conference(users(handling('allow') + policy('openAuthenticated') + denied(sipOf('bob'))));
    await refuses('bob', open, 404);
    await (await stage.phone('carol')).joins(stage.uri(open));
  });

  it('[E34, Z7, Z9] takes a guest where everybody may come, by a name of her own and no address', async () => {
    const conference = await stage.conference(users(handling('allow') + policy('anonymous')));
    const eve = await stage.phone('stranger', 'none');
    await eve.joins(stage.uri(conference), { from: EVE });
    const document = await stage.document(conference, 'alice');
    const guest = all(document, 'users/user').find((user) => textAt(user, 'display-text') === 'Eve');
    expect(guest?.attribute('entity')).to.match(/^xcon-userid:[a-z0-9]+@example\.com$/);
    expect(textAt(guest, 'endpoint/status')).to.equal('connected');
    const nobody = await stage.phone('stranger', 'none');
    await nobody.joins(stage.uri(conference), { from: '"Anonymous" <sip:anonymous@anonymous.invalid>' });
    expect(textAt(await stage.document(conference), 'conference-state/user-count')).to.equal('2');
  });

  it('[E31, E34] asks guests who they are where only the authenticated join', async () => {
    const conference = await stage.conference(users(handling('authenticate') + policy('anonymous')));
    const eve = await stage.phone('stranger', 'none');
    const answer = await eve.calls(stage.uri(conference), { from: EVE }).final();
    expect([401, 403]).to.include(answer.status);
    await (await stage.phone('bob')).joins(stage.uri(conference));
    expect(textAt(await stage.document(conference), 'conference-state/user-count')).to.equal('1');
  });

  it('[E41, Z7, Z9] hides from others who asks for it by Privacy', async () => {
    const conference = await stage.conference();
    await (await stage.phone('bob')).joins(stage.uri(conference), { fields: [['Privacy', 'id']] });
    await (await stage.phone('carol')).joins(stage.uri(conference));
    const seen = await stage.document(conference, 'carol');
    expect(attributesAt(seen, 'users/user', 'entity')).to.include('xcon-userid:anonymous1@anonymous.invalid');
    expect(JSON.stringify(textsAt(seen, 'users/user/display-text'))).not.to.match(/Bob/);
    expect((await stage.system.as('carol').retrieves(conference)).xml).not.to.include('bob@');
  });

  it('[E14] says when a conference opens that is not open yet, and that one is over', async () => {
    const year = new Date().getUTCFullYear();
    const future = await stage.conference(planned(`${year + 1}0301T100000Z`));
    const answer = await refuses('alice', future, 480, /opens at/);
    expect(Number(answer.header('Retry-After'))).to.be.greaterThan(3_600);
    const past = await stage.conference(planned(`${year - 1}0301T100000Z`));
    expect((await refuses('alice', past, 480, /not take place again/)).header('Retry-After')).to.equal(undefined);
  });

  it('[E18, E20] takes the conference password from the URI, and never shows it', async () => {
    const conference = await stage.conference(protectedBy('4711'));
    await refuses('bob', conference, 403, /conference-password/);
    const bob = await stage.phone('bob');
    expect((await answerTo(bob, conference, ';conference-password=0815')).status).to.equal(403);
    const call = await bob.joins(stage.uri(conference, ';conference-password=4711'));
    expect(call.responses.at(-1)?.header('Contact')).not.to.include('4711');
    expect((await stage.system.as('bob').retrieves(conference)).xml).not.to.include('4711');
    await (await stage.phone('alice')).joins(stage.uri(conference));
  });

  it('[E27, E21] refuses calls to a locked and to a full conference', async () => {
    const locked = await stage.conference();
    await (await stage.phone('alice')).joins(stage.uri(locked));
    await stage.system
      .as('alice')
      .updates(locked, '<info:conference-state><info:locked>true</info:locked></info:conference-state>');
    await refuses('bob', locked, 403, /locked/);
    const full = await stage.conference(
      description('<info:maximum-user-count>1</info:maximum-user-count>') + users(handling('allow')),
    );
    await (await stage.phone('bob')).joins(stage.uri(full));
    await refuses('carol', full, 486, /full/);
  });

  it('takes only so many calls of one user', async () => {
    const conference = await stage.conference();
    const bob = await stage.phone('bob');
    for (let call = 0; call < 2; call++) await bob.joins(stage.uri(conference));
    await refuses('bob', conference, 486, /too often/);
    await (await stage.phone('carol')).joins(stage.uri(conference));
  });

  it('[E31] blocks, and sends to the operator', async () => {
    const blocked = await stage.conference(users(handling('block') + allowed([sipOf('bob'), 'dial-in'])));
    await refuses('bob', blocked, 403, /nobody/);
    const operated = await stage.conference(users(handling('directed-operator') + allowed([sipOf('bob'), 'dial-in'])));
    expect((await refuses('bob', operated, 302)).header('Contact')).to.equal(`<${OPERATOR}>`);
    await (await stage.phone('alice')).joins(stage.uri(operated));
  });

  it('[E31] lets a caller wait for a moderator, who lets him in', async () => {
    const conference = await stage.conference(users(handling('confirm')));
    const watcher = await stage.watches(conference);
    const bob = await stage.phone('bob');
    const call = bob.calls(stage.uri(conference));
    await call.gets(180);
    const pending = await watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') === 'pending');
    const entity = attributesAt(pending, 'endpoint', 'entity')[0];
    const connected = `<info:endpoint entity="${entity}"><info:status>connected</info:status></info:endpoint>`;
    expect((await stage.system.as('alice').updatesUser(conference, idOf('bob'), connected)).code).to.equal(200);
    await call.gets(200);
    await watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') === 'connected');
    await call.leaves();
    await watcher.sees(idOf('bob'), (user) => user === undefined);
  });

  it('[E31] a moderator turns a waiting caller away, and another gives up', async () => {
    const conference = await stage.conference(users(handling('confirm')));
    const watcher = await stage.watches(conference);
    const call = (await stage.phone('bob')).calls(stage.uri(conference));
    await call.gets(180);
    await stage.system.as('alice').removes(conference, idOf('bob'));
    expect((await call.final()).status).to.equal(403);
    const other = (await stage.phone('carol')).calls(stage.uri(conference));
    await other.gets(180);
    await watcher.sees(idOf('carol'), (user) => textAt(user, 'endpoint/status') === 'pending');
    other.invite?.cancel();
    expect((await other.final()).status).to.equal(487);
    await watcher.sees(idOf('carol'), (user) => user === undefined);
  });

  it('refuses what the mixer can not take', async () => {
    const conference = await stage.conference();
    const bob = await stage.phone('bob');
    const call = bob.calls(stage.uri(conference), { offer: 'nothing that anybody reads' });
    expect((await call.final()).status).to.be.oneOf([400, 488]);
    expect(await stage.user(conference, 'bob')).to.equal(undefined);
  });

  it('answers OPTIONS as it would an INVITE, as a focus', async () => {
    const conference = await stage.conference();
    const bob = await stage.phone('bob');
    const ask = async (uri: string) =>
      (await bob.agent.request('OPTIONS', uri, { from: `<${bob.address}>`, fields: [['Contact', bob.contact]] }))
        .response;
    const answer = await ask(stage.uri(conference));
    expect(answer.status).to.equal(200);
    expect(answer.header('Contact')).to.match(/;conf-id=.*>;isfocus$/);
    expect(answer.headers('Allow-Events')).to.include('conference');
    expect(answer.header('Supported')).to.include('timer');
    expect((await ask(stage.uri('xcon:nothing@example.com'))).status).to.equal(404);
    expect((await ask(stage.system.sip('', 'udp').replace('sip:@', 'sip:'))).status).to.equal(200);
  });
});

describe('calls of participants', () => {
  let stage: Stage;
  let conference: string;

  before(async () => {
    stage = await Stage.start('tcp', { 'sip.trustedAddresses': ['127.0.0.1'] });
  });
  beforeEach(async () => {
    conference = await stage.conference();
  });
  afterEach(() => stage.clear());
  after(() => stage.close());

  it('[L12] believes the identities that a trusted peer asserts, its own and those of others', async () => {
    const edge = await stage.phone('stranger', 'none');
    const as = (address: string): Promise<unknown> =>
      edge.joins(stage.uri(conference), {
        from: '<sip:anonymous@anonymous.invalid>',
        fields: [['P-Asserted-Identity', `<${address}>`]],
      });
    await as('sip:bob@example.com');
    await as('sip:eve@elsewhere.example');
    const entities = attributesAt(await stage.document(conference), 'users/user', 'entity');
    expect(entities).to.include.members([idOf('bob'), 'xcon-userid:eve@elsewhere.example']);
  });

  it('[N22, N12, N19] a participant subscribes inside the dialog of his call, whose Contact is the entity', async () => {
    const bob = await stage.phone('bob');
    const call = await bob.joins(stage.uri(conference));
    const watcher = await bob.watchesIn(call);
    const { body } = await watcher.next();
    expect(body).to.include(`entity="${call.session?.dialog.target}"`).and.include('sip:bob@example.com');
    await call.leaves();
  });

  it('[E41, N19] a guest may subscribe in the dialog of his call, and nowhere else', async () => {
    const open = await stage.conference(users(handling('allow') + policy('anonymous')));
    const eve = await stage.phone('stranger', 'none');
    const call = await eve.joins(stage.uri(open), { from: '"Eve" <sip:eve@elsewhere.example>' });
    const watcher = await eve.watchesIn(call);
    expect((await watcher.next()).body).to.include('Eve');
    const outside = await eve.watches(stage.uri(open));
    expect(await outside.over()).to.include({ status: 401 });
    await call.leaves();
    expect(await watcher.over()).to.have.property('reason');
  });

  it("obeys Linphone's administrator, who names the conference by the Subject of a re-INVITE", async () => {
    const alice = await (await stage.phone('alice')).joins(stage.uri(conference));
    const bob = await (await stage.phone('bob')).joins(stage.uri(conference));
    const watcher = await stage.watches(conference);
    const subject = (document: Parameters<typeof textAt>[0]) => textAt(document, 'conference-description/subject');
    expect((await bob.reinvites(undefined, [['Subject', 'Mine']])).status).to.equal(200);
    expect((await alice.reinvites(undefined, [['Subject', 'Weekly']])).status).to.equal(200);
    expect(subject(await watcher.until((document) => subject(document) !== undefined))).to.equal('Weekly');
  });

  it('takes no other focus, neither at first nor later', async () => {
    const watcher = await stage.watches(conference);
    const bob = await stage.phone('bob');
    const focus = `${bob.contact};isfocus`;
    const refused = await bob.calls(stage.uri(conference), { contact: focus }).final();
    expect(refused.status).to.equal(403);
    expect(refused.header('Warning')).to.match(/conference/);
    const call = await bob.joins(stage.uri(conference));
    if (call.session !== undefined) call.session.dialog.contact = focus;
    expect((await call.reinvites(sdp())).status).to.equal(403);
    await call.over();
    await watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') !== 'connected');
  });

  it('asks after a caller whose connection has ended, and lets go of him', async () => {
    const watcher = await stage.watches(conference);
    const bob = await stage.phone('bob');
    await (await stage.phone('carol')).joins(stage.uri(conference));
    await bob.joins(stage.uri(conference));
    await watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') === 'connected');
    await bob.close();
    const gone = await watcher.sees(idOf('bob'), (user) => textAt(user, 'endpoint/status') !== 'connected');
    expect(textAt(gone, 'endpoint/disconnection-method')).to.equal('failed');
    expect(textAt(gone, 'endpoint/disconnection-info/reason')).to.include('Connection lost');
  });
});
