import { expect } from 'chai';
import { CCMP, CCMP_MISPRINTED } from '../../lib/ccmp/codec/messages.ts';
import { confInfo, endpoint, requestText, userInfo, users } from '../support/messages.ts';
import { all, attributesAt, textAt, textsAt, userIn } from '../support/reading.ts';
import { idOf, made, PASSWORD, TestSystem } from '../support/system.ts';
import { CCMP_HEADERS, readAnswer } from '../support/party.ts';
import { post } from '../support/http.ts';
import { makeRooms, VIDEO_ROOM } from './rooms.ts';

/** As RFC 6504 writes it in every message. */
const ALICE = 'xcon-userid:Alice@example.com';
const misprinted = { namespace: CCMP_MISPRINTED };

const weekly = `
  <info:conference-description>
    <info:display-text>
       Dial-out conference initiated by Alice
    </info:display-text>
    <info:maximum-user-count>10</info:maximum-user-count>
    <info:available-media>
      <info:entry label="AUTO_GENERATE_2"><info:type>audio</info:type></info:entry>
    </info:available-media>
    <xcon:conference-time>
      <xcon:entry>
        <xcon:base>
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Mozilla.org/NONSGML Mozilla Calendar V1.0//EN
BEGIN:VEVENT
DTSTAMP:20100127T140728Z
UID:20100127T140728Z-345FDA-alice@example.com
ORGANIZER:MAILTO:alice@example.com
DTSTART:20100127T143000Z
RRULE:FREQ=WEEKLY
DTEND:20100127T163000Z
END:VEVENT
END:VCALENDAR
        </xcon:base>
        <xcon:mixing-start-offset required-participant="moderator">
          2010-01-27T14:29:00Z
        </xcon:mixing-start-offset>
        <xcon:mixing-end-offset required-participant="participant">
          2010-01-27T16:31:00Z
        </xcon:mixing-end-offset>
        <xcon:must-join-before-offset>
          2010-01-27T15:30:00Z
        </xcon:must-join-before-offset>
      </xcon:entry>
    </xcon:conference-time>
  </info:conference-description>
  <info:users>
    <xcon:join-handling>allow</xcon:join-handling>
    <xcon:allowed-users-list>
      <xcon:target uri="xcon-userid:alice@example.com" method="dial-out"/>
      <xcon:target uri="sip:bob83@example.com" method="dial-out"/>
      <xcon:target uri="sip:carol@example.com" method="dial-out"/>
    </xcon:allowed-users-list>
  </info:users>`;

const bobsDetails = `
  <info:display-text>Bob</info:display-text>
  <info:associated-aors>
    <info:entry>
      <info:uri>mailto:bob.depippis@example.com</info:uri>
      <info:display-text>Bob's email</info:display-text>
    </info:entry>
  </info:associated-aors>
  <info:endpoint entity="sip:bob83@example.com"><info:display-text>Bob's laptop</info:display-text></info:endpoint>`;

describe('the flows of RFC 6504', () => {
  let system: TestSystem;
  before(async () => {
    system = await TestSystem.start();
    await makeRooms(system);
  });
  after(() => system.close());

  it('§5.1 [C5, C6, C7, M1, L2, E5] Alice creates a conference and says nothing of it: she gets one of the default blueprint', async () => {
    const alice = system.as('alice');
    const answer = await alice.asks('conf', { confUserID: ALICE, operation: 'create', ...misprinted });
    expect(answer).to.include({ code: 200, version: 1, operation: 'create' });
    expect(answer.xml, 'the namespace of the schema').to.include(`"${CCMP}"`).and.not.include(CCMP_MISPRINTED);
    const { info } = await alice.retrieves(made(answer));
    expect(info?.attribute('entity')).to.equal(answer.confObjID);
    expect(textsAt(info, 'conference-description/available-media/entry/type')).to.deep.equal(['audio']);
    expect(textAt(info, 'conference-state/active')).to.equal('false');
    expect(textAt(info, 'users/join-handling')).to.equal('allow');
    expect(textsAt(userIn(info, idOf('alice')), 'roles/entry')).to.include.members(['organizer', 'moderator']);
  });

  it('§5.2 [C4, L5] Alice makes a conference from the blueprint VideoRoom', async () => {
    const alice = system.as('alice');
    const { info: room } = await alice.asks('blueprint', {
      confUserID: ALICE,
      confObjID: VIDEO_ROOM,
      operation: 'retrieve',
      ...misprinted,
    });
    expect(textAt(room, 'conference-description/maximum-user-count')).to.equal('4');
    const answer = await alice.clones(VIDEO_ROOM, misprinted);
    const { info } = await alice.retrieves(made(answer));
    const media = all(info, 'conference-description/available-media/entry');
    expect(media.map((one) => textAt(one, 'type'))).to.deep.equal(['audio', 'video']);
    const floors = textsAt(info, 'floor-information/conference-floor-policy/floor/media-label');
    expect(floors).to.deep.equal(media.map((one) => one.attribute('label')));
    expect(all(info, 'conference-description/cloning-parent')).to.be.empty;
  });

  it('§5.3 [C5, A1, A2, E10, E17, E19, E38] Alice describes a conference herself, and finds it as she said', async () => {
    const alice = system.as('alice');
    const inside = confInfo('xcon:AUTO_GENERATE_1@example.com', weekly);
    const answer = await alice.asks('conf', { confUserID: ALICE, operation: 'create', inside, ...misprinted });
    expect(answer).to.include({ code: 200, version: 1 });
    expect(answer.xml).not.to.include('AUTO_GENERATE');
    const uri = made(answer);
    const { info, xml } = await alice.retrieves(uri);
    expect(xml).not.to.include('AUTO_GENERATE');
    expect(info?.attribute('entity')).to.equal(uri);
    const description = 'conference-description';
    expect(textAt(info, `${description}/display-text`)).to.equal('Dial-out conference initiated by Alice');
    expect(textAt(info, `${description}/maximum-user-count`)).to.equal('10');
    const [medium, ...more] = all(info, `${description}/available-media/entry`);
    expect(more, 'none of the default blueprint').to.be.empty;
    expect(medium?.attribute('label')).to.match(/^\d+$/);
    const entry = `${description}/conference-time/entry`;
    expect(textAt(info, `${entry}/base`))
      .to.include('\nRRULE:FREQ=WEEKLY\n')
      .and.include('DTEND:20100127T163000Z');
    expect(textAt(info, `${entry}/mixing-start-offset`)).to.equal('2010-01-27T14:29:00Z');
    expect(attributesAt(info, `${entry}/mixing-end-offset`, 'required-participant')).to.deep.equal(['participant']);
    expect(textAt(info, `${entry}/must-join-before-offset`)).to.equal('2010-01-27T15:30:00Z');
    expect(attributesAt(info, 'users/allowed-users-list/target', 'uri')).to.deep.equal([
      'xcon-userid:alice@example.com',
      'sip:bob83@example.com',
      'sip:carol@example.com',
    ]);
    const invited = all(info, 'users/user').map((user) => textsAt(user, 'associated-aors/entry/uri'));
    expect(invited).to.have.deep.members([
      ['sip:alice@example.com'],
      ['sip:bob83@example.com'],
      ['sip:carol@example.com'],
    ]);
  });

  it('§5.4 [C4, C6, L3, E8] Alice clones a reservation: its clone names it as parent and holds what it held', async () => {
    const alice = system.as('alice');
    const parent = made(await alice.creates(weekly));
    const answer = await alice.asks('conf', {
      confUserID: ALICE,
      confObjID: parent,
      operation: 'create',
      ...misprinted,
    });
    const uri = made(answer);
    expect(uri).not.to.equal(parent);
    const { info } = await alice.retrieves(uri);
    expect(textAt(info, 'conference-description/cloning-parent')).to.equal(parent);
    expect(textAt(info, 'conference-description/display-text')).to.equal('Dial-out conference initiated by Alice');
    expect(attributesAt(info, 'users/allowed-users-list/target', 'uri')).to.have.length(3);
    const [own] = textsAt(info, 'conference-description/conf-uris/entry/uri');
    const [parents] = textsAt((await alice.retrieves(parent)).info, 'conference-description/conf-uris/entry/uri');
    expect(own).to.match(/^sip:/).and.not.equal(parents);
  });

  it('§6.1 [U1, U5, A2] Alice adds Bob, who is new to the system, with his details', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates());
    const inside = userInfo('xcon-userid:AUTO_GENERATE_1@example.com', bobsDetails);
    const answer = await alice.asks('user', {
      confUserID: ALICE,
      confObjID: uri,
      operation: 'create',
      inside,
      ...misprinted,
    });
    expect(answer).to.include({ code: 200, version: 2 });
    const entity = answer.info?.attribute('entity') ?? '';
    const { info } = await alice.retrievesUsers(uri);
    const bob = userIn(info, entity);
    expect(textAt(bob, 'display-text')).to.equal('Bob');
    expect(textAt(bob, 'endpoint/display-text')).to.equal("Bob's laptop");
    expect(textAt(bob, 'associated-aors/entry/display-text')).to.equal("Bob's email");
  });

  it("§6.2 [M5, H16, U9, E43] Alice mutes Bob with only her subject as credentials, in the RFC's spelling", async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates());
    const media = '<info:media id="1"><info:label>1</info:label><info:status>sendrecv</info:status></info:media>';
    await system.as('bob').joins(uri, endpoint('sip:bob83@example.com', media));
    const mute = '<info:media id="1"><info:label>1</info:label><info:status>recvonly</info:status></info:media>';
    const body = requestText('user', {
      confUserID: ALICE,
      confObjID: uri,
      operation: 'update',
      subject: { username: 'alice', password: PASSWORD },
      inside: userInfo('xcon-userid:Bob@example.com', endpoint('sip:bob83@example.com', mute)),
      ...misprinted,
    });
    const asPrinted = body.replaceAll(/(<\/?)password>/g, '$1conference-password>');
    expect(asPrinted).to.include('<conference-password>demo</conference-password>');
    const answer = readAnswer(await post(system.url, asPrinted, CCMP_HEADERS));
    expect(answer).to.include({ code: 200, operation: 'update', version: 3 });
    const { info } = await system.as('bob').retrievesUser(uri);
    expect(textsAt(info, 'endpoint/media/status')).to.deep.equal(['recvonly']);
    expect(textAt(info, 'endpoint/status'), 'he stays in').to.equal('connected');
  });

  it('§6.2 Alice unmutes Bob the same way; Carol, who is no moderator, may not mute him: [U9] 426', async () => {
    const uri = made(await system.as('alice').creates());
    const media = (status: string): string =>
      endpoint(
        'sip:bob83@example.com',
        `<info:media id="1"><info:type>audio</info:type><info:status>${status}</info:status></info:media>`,
      );
    await system.as('bob').joins(uri, media('sendrecv'));
    await system.as('carol').joins(uri, endpoint('sip:carol@example.com'));
    const refused = await system.as('carol').updatesUser(uri, idOf('bob'), media('recvonly'));
    expect(refused).to.include({ code: 426, version: undefined });
    expect((await system.as('alice').updatesUser(uri, idOf('bob'), media('recvonly'))).code).to.equal(200);
    expect((await system.as('alice').updatesUser(uri, idOf('bob'), media('sendrecv'))).code).to.equal(200);
    const { info } = await system.as('carol').retrievesUser(uri, idOf('bob'));
    expect(textsAt(info, 'endpoint/media/status')).to.deep.equal(['sendrecv']);
  });

  // What is heard meanwhile, announcements and the PIN of §6.4, is proved with sound: sound.test.ts.
  it('§6.3 [U4, A2] Alice, who is new to the system, joins the conference of Bob and learns her XCON-USERID', async () => {
    const bob = system.as('bob');
    const uri = made(await bob.creates(users('<xcon:user-admission-policy>anonymous</xcon:user-admission-policy>')));
    const details = `
      <info:associated-aors>
        <info:entry>
          <info:uri>
            mailto:Alice83@example.com
          </info:uri>
          <info:display-text>email</info:display-text>
        </info:entry>
      </info:associated-aors>
      <info:endpoint entity="sip:alice_789@example.com"/>`;
    const inside = userInfo('xcon-userid:AUTO_GENERATE_1@example.com', details);
    const answer = await system.guest().asks('user', { confObjID: uri, operation: 'create', inside, ...misprinted });
    expect(answer).to.include({ code: 200, operation: 'create', confObjID: uri, version: 2 });
    expect(answer.confUserID).to.match(/^xcon-userid:[^@]+@example\.com$/);
    expect(answer.confUserID).not.to.equal(idOf('alice'));
    const { info, version } = await bob.retrievesUsers(uri);
    expect(version).to.equal(2);
    const endpoints = attributesAt(info, 'user/endpoint', 'entity');
    expect(endpoints).to.include('sip:alice_789@example.com');
  });

  it('§6.5 [M8, R1] Alice enters a protected conference: 423 without the password, then with it 200', async () => {
    const bob = system.as('bob');
    const uri = made(await bob.clones('xcon:default@example.com'));
    const [sip] = textsAt((await bob.retrieves(uri)).info, 'conference-description/conf-uris/entry/uri');
    const protection = `<info:conference-description><info:conf-uris><info:entry>
      <info:uri>${sip}</info:uri><xcon:conference-password>8601</xcon:conference-password>
    </info:entry></info:conf-uris></info:conference-description>`;
    expect((await bob.updates(uri, protection)).code).to.equal(200);
    const alice = system.as('alice');
    const without = await alice.asks('user', { confUserID: ALICE, confObjID: uri, operation: 'create', ...misprinted });
    expect(without).to.include({ code: 423, operation: 'create', confObjID: uri, version: undefined });
    expect((await bob.retrievesUsers(uri)).version, 'nothing has changed').to.equal(2);
    const admitted = await alice.asks('user', {
      confUserID: ALICE,
      confObjID: uri,
      operation: 'create',
      password: '8601',
      ...misprinted,
    });
    expect(admitted).to.include({ code: 200, version: 3 });
    expect(userIn((await bob.retrievesUsers(uri)).info, idOf('alice'))).not.to.equal(undefined);
  });

  it('§8.1 [U10] Alice removes Bob; he is gone from the users and the others stay', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates());
    for (const name of ['alice', 'bob', 'carol'] as const)
      await system.as(name).joins(uri, endpoint(`sip:${name}@example.com`));
    const inside = userInfo('xcon-userid:Bob@example.com');
    const answer = await alice.asks('user', {
      confUserID: ALICE,
      confObjID: uri,
      operation: 'delete',
      inside,
      ...misprinted,
    });
    expect(answer).to.include({ code: 200, operation: 'delete', confObjID: uri, version: 5, info: undefined });
    const { info, version } = await alice.retrievesUsers(uri);
    expect(version).to.equal(5);
    expect(attributesAt(info, 'user', 'entity')).to.have.members([idOf('alice'), idOf('carol')]);
    expect((await system.as('carol').retrievesUser(uri, idOf('bob'))).code).to.equal(420);
    expect((await system.as('bob').retrieves(uri)).code, 'a stranger now').to.equal(404);
  });

  it('§8.2 [C12, C14, M15] Alice deletes a conference: no version, no document, and it is not found any more', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.creates());
    await system.as('bob').joins(uri, endpoint('sip:bob@example.com'));
    expect((await system.as('bob').deletes(uri)).code).to.equal(401);
    const answer = await alice.asks('conf', { confUserID: ALICE, confObjID: uri, operation: 'delete', ...misprinted });
    expect(answer).to.include({ code: 200, operation: 'delete', confObjID: uri, version: undefined, info: undefined });
    expect(answer.xml).to.match(/<ccmp:confResponse(\/>|><\/ccmp:confResponse>)/);
    expect((await alice.retrieves(uri)).code).to.equal(404);
    expect(textsAt((await alice.lists()).info, 'entry/uri')).not.to.include(uri);
    expect((await alice.deletes(uri)).code).to.equal(404);
  });

  it('§8.2 [C13] a conference that another was cloned from stays as long as its clone', async () => {
    const alice = system.as('alice');
    const parent = made(await alice.creates());
    const clone = made(await alice.clones(parent));
    expect((await alice.deletes(parent)).code).to.equal(425);
    expect((await alice.retrieves(parent)).code).to.equal(200);
    await alice.deletes(clone);
    expect((await alice.deletes(parent)).code).to.equal(200);
  });
});
