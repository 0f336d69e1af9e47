import { expect } from 'chai';
import { CCMP } from '../../lib/ccmp/codec/messages.ts';
import { serialize } from '../../lib/xml/serialize.ts';
import { allowed, description, endpoint, title, users, usersInfo } from '../support/messages.ts';
import { all, attributesAt, textAt, textsAt, userIn } from '../support/reading.ts';
import { expectValid } from '../support/schemas.ts';
import { idOf, made, sipOf, TestSystem, type Name } from '../support/system.ts';
import { AUDIO_ROOM, makeRooms, VIDEO_ROOM } from './rooms.ts';

const sameUri = (uri: string): string => uri.toLowerCase();

describe('the flow of RFC 6503 §6', () => {
  let system: TestSystem;
  before(async () => {
    system = await TestSystem.start();
    await makeRooms(system);
  });
  after(() => system.close());

  it('§6.1 [B1, B3, B8, M6, M10] Alice retrieves the blueprints by name and purpose', async () => {
    const answer = await system.as('alice').listsBlueprints();
    expect(answer).to.include({ type: 'blueprints', code: 200, confUserID: idOf('alice'), confObjID: undefined });
    expect(answer).to.include({ operation: undefined, version: undefined });
    const listed = all(answer.info, 'entry').map((entry) => [textAt(entry, 'uri'), textAt(entry, 'display-text')]);
    expect(listed).to.deep.include.members([
      ['xcon:default@example.com', 'Audio conference'],
      [sameUri(AUDIO_ROOM), 'AudioRoom'],
      [sameUri(VIDEO_ROOM), 'VideoRoom'],
    ]);
    const room = all(answer.info, 'entry').find((entry) => textAt(entry, 'display-text') === 'AudioRoom');
    expect(textAt(room, 'purpose')).to.match(/^Simple Room/);
  });

  it('§6.2 [B4, B5, M11, E29, E30] Alice gets the whole of AudioRoom', async () => {
    const answer = await system.as('alice').retrievesBlueprint(AUDIO_ROOM);
    expect(answer).to.include({ code: 200, confObjID: AUDIO_ROOM, operation: 'retrieve', string: 'Success' });
    const { info } = answer;
    expect(info?.attribute('entity')?.toLowerCase()).to.equal(sameUri(AUDIO_ROOM));
    expect(textAt(info, 'conference-description/display-text')).to.equal('AudioRoom');
    expect(textAt(info, 'users/join-handling')).to.equal('allow');
    expect(textAt(info, 'floor-information/floor-request-handling')).to.equal('confirm');
    const [medium] = all(info, 'conference-description/available-media/entry');
    const [floor] = all(info, 'floor-information/conference-floor-policy/floor');
    expect(floor?.attribute('id')).to.equal('audioFloor');
    expect(textAt(floor, 'media-label')).to.equal(medium?.attribute('label'));
    expect(textAt(floor, 'algorithm')).to.be.a('string');
    expect(answer.xml).not.to.include('conference-password>');
  });

  it('§6.3 [C4, C6, C7, L1, L2, L3, L5] Alice clones AudioRoom and gets version 1 of a conference of its own', async () => {
    const alice = system.as('alice');
    const answer = await alice.clones(AUDIO_ROOM);
    expect(answer).to.include({ code: 200, operation: 'create', version: 1, confUserID: idOf('alice') });
    const uri = made(answer);
    expect(uri).to.match(/^xcon:[^@]+@example\.com$/);
    expect(answer.info?.attribute('entity')).to.equal(uri);
    const blueprint = await alice.retrievesBlueprint(AUDIO_ROOM);
    for (const path of [
      'conference-description/available-media/entry',
      'floor-information/conference-floor-policy/floor',
    ]) {
      const marks = (info: typeof answer.info) =>
        all(info, path).map((one) => [one.attribute('label'), one.attribute('id')]);
      expect(marks(answer.info), path).to.deep.equal(marks(blueprint.info));
    }
    expect(all(answer.info, 'conference-description/cloning-parent'), 'independent of the blueprint').to.be.empty;
    const { info, version } = await alice.retrieves(uri);
    expect(version).to.equal(1);
    expect(info?.attribute('entity')).to.equal(uri);
    expect(made(await alice.clones(AUDIO_ROOM))).not.to.equal(uri);
  });

  it('§6.4 [C9, C10, V1, G1, L3] Alice renames her conference: version 2, nothing else changes, nor the blueprint', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.clones(AUDIO_ROOM));
    const answer = await alice.updates(uri, title("Alice's conference"));
    expect(answer).to.include({ code: 200, operation: 'update', version: 2, confObjID: uri });
    const { info, version } = await alice.retrieves(uri);
    expect(version).to.equal(2);
    expect(textAt(info, 'conference-description/display-text')).to.equal("Alice's conference");
    expect(textAt(info, 'conference-description/available-media/entry/type')).to.equal('audio');
    expect(textAt(info, 'users/join-handling')).to.equal('allow');
    const { info: blueprint } = await alice.retrievesBlueprint(AUDIO_ROOM);
    expect(textAt(blueprint, 'conference-description/display-text')).to.equal('AudioRoom');
  });

  it('§6.5 [S1, S2, E35, G4] Alice lists whom to contact, and the list is replaced as a whole', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.clones(AUDIO_ROOM));
    const targets = [
      ['xmpp:cicciolo@pippozzo.com', 'dial-out'],
      ['tel:+1-972-555-1234', 'refer'],
      ['sip:Carol@example.com', 'refer'],
    ] as const;
    const answer = await alice.updatesUsers(uri, allowed(...targets));
    expect(answer).to.include({ code: 200, operation: 'update', version: 2, info: undefined });
    const { info } = await alice.retrievesUsers(uri);
    const listed = all(info, 'allowed-users-list/target').map((one) => [one.attribute('uri'), one.attribute('method')]);
    expect(listed, 'stored as sent').to.deep.equal(targets);
    expect(textAt(info, 'join-handling')).to.equal('allow');
    expect(userIn(info, idOf('carol')), 'the user of the directory whose address it is').not.to.equal(undefined);
    await alice.updatesUsers(uri, allowed(['sip:bob@example.com', 'dial-in']));
    const { info: after } = await alice.retrievesUsers(uri);
    expect(attributesAt(after, 'allowed-users-list/target', 'uri')).to.deep.equal(['sip:bob@example.com']);
    expect(userIn(after, idOf('carol')), 'goes with her target').to.equal(undefined);
  });

  it('§6.5 a target whose method is written as the example prints it ("dial out") is taken', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.clones(AUDIO_ROOM));
    const printed =
      '<xcon:allowed-users-list><xcon:target method="dial out" uri="xmpp:cicciolo@pippozzo.com"/></xcon:allowed-users-list>';
    const { code } = await alice.asks('users', { operation: 'update', confObjID: uri, inside: usersInfo(printed) });
    expect(code).to.equal(200);
    const { info } = await alice.retrievesUsers(uri);
    expect(attributesAt(info, 'allowed-users-list/target', 'uri')).to.deep.equal(['xmpp:cicciolo@pippozzo.com']);
  });

  it('§6.6 [U1, U2, L6, L9, V1] Alice joins with her endpoint, and the conference is active', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.clones(AUDIO_ROOM));
    expect(textAt((await alice.retrieves(uri)).info, 'conference-state/active')).to.equal('false');
    const mailbox = `<info:associated-aors><info:entry>
        <info:uri>mailto:Alice83@example.com</info:uri><info:display-text>email</info:display-text>
      </info:entry></info:associated-aors>`;
    const answer = await alice.joins(uri, mailbox + endpoint('sip:alice_789@example.com'));
    expect(answer).to.include({
      code: 200,
      operation: 'create',
      version: 2,
      confObjID: uri,
      confUserID: idOf('alice'),
    });
    const { info, version } = await alice.retrieves(uri);
    expect(version).to.equal(2);
    const user = userIn(info, idOf('alice'));
    expect(attributesAt(user, 'endpoint', 'entity')).to.deep.equal(['sip:alice_789@example.com']);
    expect(textAt(user, 'endpoint/status')).to.equal('connected');
    expect(textAt(info, 'conference-state/active')).to.equal('true');
    expect(textAt(info, 'conference-state/user-count')).to.equal('1');
  });

  it('§6.7 [U1, U5, A1, A2, A5] Alice brings Ciccio in, who is new, and learns his XCON-USERID', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.clones(AUDIO_ROOM));
    const ciccio = `<info:associated-aors><info:entry>
        <info:uri>mailto:Ciccio@elsewhere.example</info:uri><info:display-text>email</info:display-text>
      </info:entry></info:associated-aors>${endpoint('sip:Ciccio@elsewhere.example')}`;
    const answer = await alice.brings(uri, 'xcon-userid:AUTO_GENERATE_1@example.com', ciccio);
    expect(answer).to.include({ code: 200, operation: 'create', confUserID: idOf('alice'), version: 2 });
    const id = answer.info?.attribute('entity') ?? '';
    expect(id)
      .to.match(/^xcon-userid:[^@]{20,}@example\.com$/)
      .and.not.include('AUTO_GENERATE');
    const { info } = await alice.retrievesUsers(uri);
    const user = userIn(info, id);
    expect(textsAt(user, 'associated-aors/entry/uri')).to.deep.equal(['mailto:Ciccio@elsewhere.example']);
    expect(attributesAt(user, 'endpoint', 'entity')).to.deep.equal(['sip:Ciccio@elsewhere.example']);
  });

  it('§6.7 [U6, L10] the same address brought in twice is the same user', async () => {
    const alice = system.as('alice');
    const uri = made(await alice.clones(AUDIO_ROOM));
    const with_ = (device: string): string => `<info:associated-aors><info:entry>
        <info:uri>sip:ciccio@elsewhere.example</info:uri></info:entry></info:associated-aors>${endpoint(device)}`;
    const placeholder = 'xcon-userid:AUTO_GENERATE_1@example.com';
    const first = await alice.brings(uri, placeholder, with_('sip:ciccio@desk.example'));
    const second = await alice.brings(uri, placeholder, with_('sip:ciccio@mobile.example'));
    expect(second.code).to.equal(200);
    expect(second.info?.attribute('entity')).to.equal(first.info?.attribute('entity'));
    const bob = await alice.brings(
      uri,
      placeholder,
      '<info:associated-aors><info:entry><info:uri>sip:bob@example.com</info:uri></info:entry></info:associated-aors>',
    );
    expect(bob.info?.attribute('entity'), 'known to the directory').to.equal(idOf('bob'));
    const { info } = await alice.retrievesUsers(uri);
    expect(attributesAt(info, 'user', 'entity').sort()).to.deep.equal(
      [idOf('alice'), idOf('bob'), first.info?.attribute('entity')].sort(),
    );
  });

  it('§6.8 [O1, O3, M7] Alice asks what the server can, and each that it names works', async () => {
    const alice = system.as('alice');
    const answer = await alice.asks('options');
    expect(answer).to.include({ type: 'options', code: 200, confUserID: idOf('alice'), operation: undefined });
    const served = all(answer.info, 'standard-message-list/standard-message').map((one) => textAt(one, 'name'));
    expect(served).to.have.members([
      'blueprintsRequest',
      'blueprintRequest',
      'confsRequest',
      'confRequest',
      'usersRequest',
      'userRequest',
      'sidebarsByValRequest',
      'sidebarByValRequest',
      'sidebarsByRefRequest',
      'sidebarByRefRequest',
    ]);
    const users = all(answer.info, 'standard-message-list/standard-message').find(
      (one) => textAt(one, 'name') === 'usersRequest',
    );
    expect(textsAt(users, 'operations/operation')).to.have.members(['retrieve', 'update']);
  });

  it('§6.8, §6.9 [O2, X1, X2] Alice finds the extension, its schema, and with it a conference in brief', async () => {
    const alice = system.as('alice');
    const { info } = await alice.asks('options');
    const extension = all(info, 'extended-message-list/extended-message').find(
      (one) => textAt(one, 'name') === 'confSummaryRequest',
    );
    expect(textsAt(extension, 'operations/operation')).to.deep.equal(['retrieve']);
    const schema = await fetch(new URL(textAt(extension, 'schema-def') ?? '', system.url));
    expect(schema.headers.get('content-type')).to.match(/^application\/xml/);
    expect(await schema.text()).to.include('name="confSummary"');

    const media = '<info:entry label="1"><info:type>audio</info:type></info:entry>';
    const uri = made(
      await alice.creates(
        `${description(`<info:subject>Alice's conference</info:subject><info:available-media>${media}</info:available-media>`)}
         ${users(allowed([sipOf('bob'), 'dial-in']))}`,
      ),
    );
    const ask = (name: Name, extensionName: string, operation: 'retrieve' | 'update' = 'retrieve') =>
      system.as(name).asks('extended', {
        operation,
        confObjID: uri,
        inside: `<extensionName>${extensionName}</extensionName>`,
      });
    const summary = async (name: Name, extensionName = 'confSummaryRequest') => {
      const answer = await ask(name, extensionName);
      expect(answer).to.include({ type: 'extended', code: 200, confObjID: uri, operation: 'retrieve', extensionName });
      const [element] = answer.extension ?? [];
      expect(element?.namespace).to.equal('http://example.com/ccmp-extension');
      expectValid('conf-summary', serialize(element!));
      return element?.elements.map(({ local, text }) => `${local}=${text}`).join(' ');
    };
    expect(await summary('alice')).to.equal("title=Alice's conference status=registered public=true media=audio");
    // Figure 28 prints the name in two ways.
    expect(await summary('alice', 'confRequestSummary')).to.include('title=Alice');
    expect(await summary('bob'), 'who is not in it sees no state').to.include('status= public=true');
    await alice.joins(uri, endpoint(sipOf('alice')));
    expect(await summary('alice')).to.include('status=active');
    expect(await ask('carol', 'confSummaryRequest')).to.include({ code: 404 });
    expect(await ask('alice', 'confSummaryRequest', 'update')).to.include({ code: 403 });
    expect(await ask('alice', 'seatingPlan')).to.include({ code: 501, extensionName: 'seatingPlan' });
  });

  it('[M1, M2, H4, H5, H8, H9] answers bear the namespace of the schema, say how long they are and are not kept', async () => {
    const { http, xml } = await system.as('alice').lists();
    expect(xml).to.include(`"${CCMP}"`);
    expect(http.headers['content-type']).to.match(/^application\/ccmp\+xml; ?charset=utf-8$/i);
    expect(http.headers['content-length']).to.equal(String(Buffer.byteLength(xml)));
    expect(http.headers['cache-control']).to.equal('no-store');
  });
});
