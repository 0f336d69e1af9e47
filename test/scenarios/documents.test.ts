import { expect } from 'chai';
import { POLICY } from '../../lib/model/names.ts';
import { allowed, blueprintInfo, confInfo, description, endpoint, title, users } from '../support/messages.ts';
import { all, attributesAt, textAt, textsAt, userIn } from '../support/reading.ts';
import { idOf, made, type Name, sipOf, TestSystem } from '../support/system.ts';
import { expectValid } from '../support/schemas.ts';

const uriEntry = (uri: string, purpose: string): string =>
  `<info:entry><info:uri>${uri}</info:uri><info:display-text>${purpose}</info:display-text><info:purpose>${purpose}</info:purpose></info:entry>`;

/** A conference with every part that RFC 6501 knows beside users. */
const whole = `
  <info:conference-description xml:lang="en">
    <info:display-text>All hands</info:display-text>
    <info:subject>Year &amp; plans</info:subject>
    <info:free-text>Bring  your own &lt;coffee&gt;</info:free-text>
    <info:keywords>year plans</info:keywords>
    <info:service-uris>${uriEntry('http://example.com/all-hands', 'web-page')}</info:service-uris>
    <info:maximum-user-count>50</info:maximum-user-count>
    <info:available-media>
      <info:entry label="10">
        <info:display-text>voices</info:display-text>
        <info:type>audio</info:type>
        <info:status>sendrecv</info:status>
        <xcon:mixing-mode>automatic</xcon:mixing-mode>
        <xcon:codecs decision="automatic">
          <xcon:codec name="122" policy="allowed"><xcon:subtype>PCMU</xcon:subtype></xcon:codec>
        </xcon:codecs>
        <xcon:controls><xcon:mute>false</xcon:mute><xcon:gain>50</xcon:gain></xcon:controls>
      </info:entry>
      <info:entry label="11"><info:type>video</info:type><info:status>recvonly</info:status>
        <xcon:controls><xcon:video-layout>quad-view</xcon:video-layout></xcon:controls></info:entry>
    </info:available-media>
    <xcon:language>en-us</xcon:language>
    <xcon:allow-sidebars>false</xcon:allow-sidebars>
  </info:conference-description>
  <info:host-info>
    <info:display-text>Example</info:display-text>
    <info:web-page>http://www.example.com/</info:web-page>
    <info:uris>${uriEntry('sip:host@example.com', 'host')}</info:uris>
  </info:host-info>
  <info:conference-state>
    <xcon:allow-conference-event-subscription>false</xcon:allow-conference-event-subscription>
  </info:conference-state>
  <info:users>
    <xcon:join-handling>allow</xcon:join-handling>
    <xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy>
    <xcon:deny-users-list><xcon:target uri="sip:mallory@example.com"/></xcon:deny-users-list>
  </info:users>
  <xcon:floor-information>
    <xcon:conference-ID>567</xcon:conference-ID>
    <xcon:allow-floor-events>true</xcon:allow-floor-events>
    <xcon:floor-request-handling>confirm</xcon:floor-request-handling>
    <xcon:conference-floor-policy>
      <xcon:floor id="1"><xcon:media-label>10</xcon:media-label>
        <xcon:algorithm>moderator-controlled</xcon:algorithm><xcon:max-floor-users>1</xcon:max-floor-users>
        <xcon:moderator-id>234</xcon:moderator-id></xcon:floor>
    </xcon:conference-floor-policy>
  </xcon:floor-information>`;

describe('conference documents', () => {
  let system: TestSystem;
  before(async () => (system = await TestSystem.start()));
  after(() => system.close());

  const create = async (content?: string): Promise<string> => made(await system.as('alice').creates(content));
  const seen = async (uri: string) => (await system.as('alice').retrieves(uri)).info;

  it('[E1, E6, E7, E20, E22, E23, E26, E29, E30, E31, E37, C8] comes back as it was described, element by element', async () => {
    const uri = await create(whole);
    const info = await seen(uri);
    const texts: Record<string, string[]> = {
      'conference-description/display-text': ['All hands'],
      'conference-description/subject': ['Year & plans'],
      'conference-description/free-text': ['Bring  your own <coffee>'],
      'conference-description/keywords': ['year plans'],
      'conference-description/service-uris/entry/purpose': ['web-page'],
      'conference-description/maximum-user-count': ['50'],
      'conference-description/available-media/entry/status': ['sendrecv', 'recvonly'],
      'conference-description/available-media/entry/mixing-mode': ['automatic'],
      'conference-description/available-media/entry/codecs/codec/subtype': ['PCMU'],
      'conference-description/available-media/entry/controls/gain': ['50'],
      'conference-description/available-media/entry/controls/video-layout': ['quad-view'],
      'conference-description/language': ['en-us'],
      'conference-description/allow-sidebars': ['false'],
      'host-info/web-page': ['http://www.example.com/'],
      'host-info/uris/entry/uri': ['sip:host@example.com'],
      'conference-state/allow-conference-event-subscription': ['false'],
      'users/user-admission-policy': ['openAuthenticated'],
      'floor-information/conference-ID': ['567'],
      'floor-information/conference-floor-policy/floor/moderator-id': ['234'],
    };
    for (const [path, expected] of Object.entries(texts)) expect(textsAt(info, path), path).to.deep.equal(expected);
    expect(attributesAt(info, 'users/deny-users-list/target', 'uri')).to.deep.equal(['sip:mallory@example.com']);
    expect(attributesAt(info, 'conference-description/available-media/entry/codecs/codec', 'name')).to.deep.equal([
      '122',
    ]);
    const [described] = all(info, 'conference-description');
    expect(described?.attribute('lang', 'http://www.w3.org/XML/1998/namespace')).to.equal('en');
  });

  it('[G1, G6, M18] changes by parts: whatever order the parts of an update stand in, the answer is in that of the schema', async () => {
    const uri = await create(whole);
    const answer = await system.as('alice').updates(
      uri,
      `<xcon:floor-information><xcon:allow-floor-events>false</xcon:allow-floor-events></xcon:floor-information>
       <info:host-info><info:web-page>http://new.example.com/</info:web-page></info:host-info>
       ${description('<xcon:language>de</xcon:language><info:keywords>new</info:keywords><info:subject>New</info:subject>')}`,
    );
    expect(answer.code).to.equal(200);
    const info = await seen(uri);
    expect(textAt(info, 'floor-information/allow-floor-events')).to.equal('false');
    expect(textAt(info, 'floor-information/conference-ID')).to.equal('567');
    expect(textAt(info, 'host-info/display-text')).to.equal('Example');
    expect(textAt(info, 'conference-description/language')).to.equal('de');
    expect(textAt(info, 'conference-description/subject')).to.equal('New');
    expect(textAt(info, 'conference-description/display-text')).to.equal('All hands');
    expectValid('ccmp', answer.xml);
  });

  it('[G2] an empty element takes away what it names, and only that', async () => {
    const uri = await create(whole);
    await system.as('alice').updates(uri, `${description('<info:subject/><info:service-uris/>')}<info:host-info/>`);
    const info = await seen(uri);
    for (const path of ['conference-description/subject', 'conference-description/service-uris', 'host-info']) {
      expect(all(info, path), path).to.be.empty;
    }
    expect(textAt(info, 'conference-description/free-text')).to.equal('Bring  your own <coffee>');
  });

  it('[G2, E18] the SIP URI of a conference can not be taken away, nor its description', async () => {
    const uri = await create(whole);
    const sip = 'conference-description/conf-uris/entry/uri';
    const before = textsAt(await seen(uri), sip);
    expect(before[0]).to.match(/^sip:/);
    await system.as('alice').updates(uri, description('<info:conf-uris/>'));
    await system.as('alice').updates(uri, '<info:conference-description/>');
    const info = await seen(uri);
    expect(textsAt(info, sip)).to.deep.equal(before);
    expect(textAt(info, 'conference-description/subject')).to.equal('Year & plans');
  });

  it('[G5] an update whose confInfo names another conference is refused: 409 with the version', async () => {
    const [uri, other] = [await create(), await create()];
    const asked = { operation: 'update', confObjID: uri, inside: confInfo(other, title('Mixed up')) } as const;
    expect(await system.as('alice').asks('conf', asked)).to.include({ code: 409, version: 1 });
    for (const one of [uri, other]) expect((await system.as('alice').retrieves(one)).version).to.equal(1);
    const shouted = { ...asked, inside: confInfo(uri.toUpperCase().replace('XCON:', 'xcon:'), title('Same')) };
    expect((await system.as('alice').asks('conf', shouted)).code).to.equal(200);
  });

  it('[E3] identifiers mean the same in capitals', async () => {
    const uri = await create();
    const loud = `XCON:${uri.slice(5).toUpperCase()}`;
    expect((await system.as('alice').retrieves(loud)).code).to.equal(200);
    expect(
      (await system.as('alice').brings(uri, 'XCON-USERID:BOB@EXAMPLE.COM'.replace('XCON-USERID', 'xcon-userid'))).code,
    ).to.equal(200);
    expect(userIn(await seen(uri), idOf('bob'))).not.to.equal(undefined);
    expect((await system.as('alice').retrievesUser(uri, 'xcon-userid:Bob@Example.com')).code).to.equal(200);
  });

  it('[A1, A2, G6] equal placeholders become equal values, different ones different, also between media and floors', async () => {
    const content = `${description(
      `<info:available-media>
        <info:entry label="AUTO_GENERATE_2"><info:type>audio</info:type></info:entry>
        <info:entry label="AUTO_GENERATE_3"><info:type>video</info:type></info:entry>
      </info:available-media>`,
    )}<xcon:floor-information><xcon:conference-floor-policy>
        <xcon:floor id="AUTO_GENERATE_4"><xcon:media-label>AUTO_GENERATE_3</xcon:media-label></xcon:floor>
      </xcon:conference-floor-policy></xcon:floor-information>`;
    const answer = await system.as('alice').creates(content);
    expect(answer.xml).not.to.include('AUTO_GENERATE');
    const [audio, video] = attributesAt(answer.info, 'conference-description/available-media/entry', 'label');
    expect(audio).not.to.equal(video);
    expect(textsAt(answer.info, 'floor-information/conference-floor-policy/floor/media-label')).to.deep.equal([video]);
  });

  it('[A3] a placeholder in a name is 400; [A4] in a foreign domain 427', async () => {
    const alice = system.as('alice');
    expect((await alice.creates('<info:AUTO_GENERATE_1/>')).code).to.equal(400);
    const abroad = confInfo('xcon:AUTO_GENERATE_1@elsewhere.example', title('Abroad'));
    expect((await alice.asks('conf', { operation: 'create', inside: abroad })).code).to.equal(427);
    const uri = await create();
    const foreigner = 'xcon-userid:AUTO_GENERATE_1@elsewhere.example';
    expect((await alice.brings(uri, foreigner, endpoint('sip:x@elsewhere.example'))).code).to.equal(427);
    expect((await alice.updates(uri, users(`<info:user entity="${foreigner}"/>`))).code).to.equal(427);
    expect((await alice.retrieves(uri)).version).to.equal(1);
  });

  it('[G6, E22, E30, V2] what would not be a valid conference is refused and leaves version and document as they were', async () => {
    const alice = system.as('alice');
    const uri = await create(whole);
    const before = await alice.retrieves(uri);
    const media = (content: string): string => description(`<info:available-media>${content}</info:available-media>`);
    const wrong = [
      media('<info:entry label="10"/><info:entry label="10"/>'),
      media('<info:entry><info:type>audio</info:type></info:entry>'),
      media('<info:entry label="12"/>'),
      media('<info:entry label="10"><info:status>loud</info:status></info:entry>'),
      media('<info:entry label="10" state="deleted"/>'),
      description('<info:maximum-user-count>-1</info:maximum-user-count>'),
      description('<info:subject>a</info:subject><info:subject>b</info:subject>'),
      description('<xcon:cloning-parent>xcon:1@example.com</xcon:cloning-parent>'),
      '<xcon:floor-information><xcon:conference-floor-policy><xcon:floor id="2"><xcon:media-label>99</xcon:media-label></xcon:floor></xcon:conference-floor-policy></xcon:floor-information>',
      '<xcon:floor-information><xcon:allow-floor-events>perhaps</xcon:allow-floor-events></xcon:floor-information>',
      users(`<info:user entity="not-an-id"/>`),
      users(`<info:user/>`),
      users('<xcon:allowed-users-list><xcon:target method="dial-in"/></xcon:allowed-users-list>'),
      description('') + description(''),
    ];
    for (const content of wrong) {
      const { code, string } = await alice.updates(uri, content);
      expect(code, `${content}: ${string ?? ''}`).to.be.oneOf([400, 409]);
    }
    const after = await alice.retrieves(uri);
    expect(after.xml).to.equal(before.xml);
  });

  it('[E46, M19] what nobody here knows survives, in its place and under its meaning', async () => {
    const foreign = '<x:agenda xmlns:x="urn:example:agenda" x:day="1"><x:item>Coffee</x:item></x:agenda>';
    const uri = await create(description(`<info:subject>S</info:subject>${foreign}`) + foreign);
    const info = await seen(uri);
    for (const path of ['conference-description/agenda', 'agenda']) {
      const [agenda] = all(info, path);
      expect(agenda?.namespace, path).to.equal('urn:example:agenda');
      expect(agenda?.attribute('day', 'urn:example:agenda')).to.equal('1');
      expect(textAt(agenda, 'item')).to.equal('Coffee');
    }
    await system.as('alice').updates(uri, title('T'));
    expect(all(await seen(uri), 'conference-description/agenda')).to.have.length(1);
  });

  it('[E42, E44, E38] call-info is seen by moderators and its owner alone', async () => {
    const uri = await create();
    const call =
      '<info:call-info><info:sip><info:call-id>secret-call</info:call-id><info:from-tag>f</info:from-tag><info:to-tag>t</info:to-tag></info:sip></info:call-info>';
    expect((await system.as('bob').joins(uri, endpoint(sipOf('bob'), call))).code).to.equal(200);
    await system.as('carol').joins(uri, endpoint(sipOf('carol')));
    for (const name of ['alice', 'bob'] as const)
      expect((await system.as(name).retrieves(uri)).xml, name).to.include('secret-call');
    for (const ask of [system.as('carol').retrieves(uri), system.as('carol').retrievesUser(uri, idOf('bob'))]) {
      const { code, xml } = await ask;
      expect(code).to.equal(200);
      expect(xml).to.include(sipOf('bob')).and.not.include('call-info').and.not.include('secret-call');
    }
  });

  it('[U7] a user of the directory makes requests about a conference that she is invited to without taking part', async () => {
    const uri = await create(
      users(
        '<xcon:allowed-users-list><xcon:target uri="sip:bob@example.com" method="dial-in"/></xcon:allowed-users-list>',
      ),
    );
    expect((await system.as('bob').retrieves(uri)).code).to.equal(200);
    expect(textsAt((await system.as('bob').lists()).info, 'entry/uri')).to.include(uri);
    expect((await system.as('bob').retrievesUser(uri)).info?.attribute('entity')).to.equal(idOf('bob'));
  });

  it('[B6, B7, C14, S3] each object has its own requests: others do not find it or are forbidden', async () => {
    const alice = system.as('alice');
    const uri = await create();
    const blueprint = 'xcon:default@example.com';
    const found = [
      await alice.retrievesBlueprint(uri),
      await alice.retrieves(blueprint),
      await alice.updates(blueprint, title('Mine')),
      await alice.deletes(blueprint),
      await alice.retrievesUsers(blueprint),
      await alice.joins(blueprint, endpoint(sipOf('alice'))),
      await alice.clones('xcon:nothing@example.com'),
    ];
    expect(found.map(({ code }) => code)).to.deep.equal([404, 404, 404, 404, 404, 404, 404]);
    const forbidden = [
      await alice.asks('blueprint', { operation: 'delete', confObjID: blueprint }),
      await alice.asks('blueprint', {
        operation: 'update',
        confObjID: blueprint,
        inside: blueprintInfo(blueprint, title('Mine')),
      }),
      await alice.asks('blueprint', {
        operation: 'create',
        inside: blueprintInfo('xcon:AUTO_GENERATE_1@example.com', title('Mine')),
      }),
      await alice.asks('users', { operation: 'create', confObjID: uri, inside: '<usersInfo/>' }),
      await alice.asks('users', { operation: 'delete', confObjID: uri }),
    ];
    expect(forbidden.map(({ code }) => code)).to.deep.equal([403, 403, 403, 403, 403]);
  });

  it('[L4, C9] a part that the parent enforces can not be changed in its clone: 426; other parts can', async () => {
    const alice = system.as('alice');
    const enforced = `<info:available-media xmlns:p="${POLICY}" p:enforce="children">
      <info:entry label="1"><info:type>audio</info:type></info:entry></info:available-media>`;
    const parent = await create(description(`<info:subject>Parent</info:subject>${enforced}`));
    const clone = made(await alice.clones(parent));
    const video = description(
      '<info:available-media><info:entry label="2"><info:type>video</info:type></info:entry></info:available-media>',
    );
    expect((await alice.updates(clone, video)).code).to.equal(426);
    expect((await alice.updates(clone, description('<info:available-media/>'))).code).to.equal(426);
    expect((await alice.updates(clone, description('<info:subject>Clone</info:subject>'))).code).to.equal(200);
    const types = 'conference-description/available-media/entry/type';
    expect(textsAt(await seen(clone), types)).to.deep.equal(['audio']);
    expect(textAt(await seen(parent), 'conference-description/subject')).to.equal('Parent');
    expect((await alice.updates(parent, video)).code, 'the parent itself is free').to.equal(200);
    expect(textsAt(await seen(parent), types)).to.deep.equal(['audio', 'video']);
  });

  it("[L3] who governs a conference does not govern its clones: they are their creators' own", async () => {
    const invited = allowed([sipOf('bob'), 'dial-in']);
    const parent = await create(users(invited));
    const bob = system.as('bob');
    const clone = made(await bob.clones(parent));
    const rolesIn = async (name: Name): Promise<string[]> =>
      textsAt(userIn((await bob.retrieves(clone)).info, idOf(name)), 'roles/entry');
    expect(await rolesIn('bob')).to.have.members(['organizer', 'administrator', 'moderator']);
    expect(await rolesIn('alice')).to.deep.equal(['moderator']);
    expect((await system.as('alice').deletes(clone)).code).to.equal(401);
  });

  it('[E2, E4, A5] identifiers that it makes have the forms of RFC 6501 and can not be guessed', async () => {
    const uris = await Promise.all(Array.from({ length: 20 }, () => create()));
    for (const uri of uris) expect(uri).to.match(/^xcon:[a-z0-9]{20,}@example\.com$/);
    expect(new Set(uris)).to.have.property('size', 20);
    expect(new Set(uris.map((uri) => uri.slice(5, 12)))).to.have.property('size', 20);
  });

  it('[V2] reading changes no version, and neither does an update that changes nothing', async () => {
    const alice = system.as('alice');
    const uri = await create(title('Same'));
    for (const answer of [
      await alice.retrieves(uri),
      await alice.retrievesUsers(uri),
      await alice.retrievesUser(uri),
    ]) {
      expect(answer).to.include({ code: 200, version: 1 });
    }
    expect((await alice.updates(uri, title('Same'))).code).to.equal(200);
    expect((await alice.retrieves(uri)).version).to.be.oneOf([1, 2]);
  });

  const inner = (xml: string, parameter: string): string =>
    new RegExp(`<${parameter}[^>]*>([^]*)</${parameter}>`).exec(xml)?.[1] ?? '';

  /** Bob, a moderator; Carol and, under no name, Dave; and a guest. */
  const gathering = async (): Promise<string> => {
    const bob = `<info:user entity="${idOf('bob')}"><info:roles><info:entry>moderator</info:entry></info:roles></info:user>`;
    const uri = await create(users(`<xcon:user-admission-policy>anonymous</xcon:user-admission-policy>${bob}`));
    await system
      .as('carol')
      .joins(uri, endpoint(sipOf('carol'), '<info:media id="1"><info:type>audio</info:type></info:media>'));
    await system
      .as('dave')
      .joins(uri, endpoint(sipOf('dave')) + '<xcon:provide-anonymity>private</xcon:provide-anonymity>');
    const eve =
      '<info:associated-aors><info:entry><info:uri>mailto:eve@elsewhere.example</info:uri></info:entry></info:associated-aors>';
    await system
      .guest()
      .brings(uri, 'xcon-userid:AUTO_GENERATE_1@example.com', eve + endpoint('sip:eve@elsewhere.example'));
    return uri;
  };

  it('[C9, G1, G3] an organizer who sends the whole document back with one change changes that one alone', async () => {
    const alice = system.as('alice');
    const uri = await gathering();
    const before = await alice.retrieves(uri);
    const edited = inner(before.xml, 'confInfo').replace(/<info:display-text>[^<]*</, '<info:display-text>Edited<');
    const answer = await alice.updates(uri, edited);
    expect(answer, answer.string).to.include({ code: 200, version: Number(before.version) + 1 });
    const after = await alice.retrieves(uri);
    expect(inner(after.xml, 'confInfo')).to.equal(edited);
  });

  it('[S2, G1, G3] a moderator who sends all users back with a longer list changes the list alone', async () => {
    const bob = system.as('bob');
    const uri = await gathering();
    const mine = await bob.retrievesUsers(uri);
    const before = inner((await system.as('alice').retrievesUsers(uri)).xml, 'usersInfo');
    const list =
      '<xcon:allowed-users-list><xcon:target uri="sip:bob@example.com" method="dial-in"/></xcon:allowed-users-list>';
    const answer = await bob.updatesUsers(uri, inner(mine.xml, 'usersInfo') + list);
    expect(answer, answer.string).to.include({ code: 200, version: Number(mine.version) + 1 });
    const after = inner((await system.as('alice').retrievesUsers(uri)).xml, 'usersInfo');
    expect(after).to.equal(before + list);
  });

  it('[U9, G1] a participant who sends her own user back with one change changes that one alone', async () => {
    const carol = system.as('carol');
    const uri = await gathering();
    const before = inner((await carol.retrievesUser(uri)).xml, 'userInfo');
    const edited = before.replace(
      '<info:type>audio</info:type>',
      '<info:type>audio</info:type><info:status>recvonly</info:status>',
    );
    expect((await carol.updatesUser(uri, idOf('carol'), edited)).code).to.equal(200);
    expect(inner((await carol.retrievesUser(uri)).xml, 'userInfo')).to.equal(edited);
  });
});
