import { expect } from 'chai';
import { allowed, endpoint, users } from '../support/messages.ts';
import { all, textAt, userIn } from '../support/reading.ts';
import type { Answer, Party } from '../support/party.ts';
import { idOf, made, type Name, sipOf, TestSystem } from '../support/system.ts';

const anonymity = (value: string): string => `<xcon:provide-anonymity>${value}</xcon:provide-anonymity>`;
const role = (entity: string, name: string): string =>
  `<info:user entity="${entity}"><info:roles><info:entry>${name}</info:entry></info:roles></info:user>`;

type Sight = 'named' | 'anonymous' | 'absent';

/** Dave joins with an anonymity; who sees him how (RFC 6503 §10.3, by our policy). */
const ROWS: readonly [value: string, sights: Readonly<Record<'participant' | 'moderator' | 'organizer', Sight>>][] = [
  ['private', { participant: 'anonymous', moderator: 'anonymous', organizer: 'named' }],
  ['semi-private', { participant: 'anonymous', moderator: 'named', organizer: 'named' }],
  ['hidden', { participant: 'absent', moderator: 'named', organizer: 'named' }],
  ['anonymous', { participant: 'anonymous', moderator: 'anonymous', organizer: 'named' }],
];

describe('anonymity', () => {
  let system: TestSystem;
  let uri = '';
  before(async () => (system = await TestSystem.start()));
  after(() => system.close());

  const reader: Record<'participant' | 'moderator' | 'organizer', Name> = {
    organizer: 'alice',
    moderator: 'bob',
    participant: 'carol',
  };

  /** Alice organises, Bob moderates, Carol takes part; Erin, who is not in, is invited; Dave comes. */
  const gather = async (value: string, davesName = 'Dave D. Dove'): Promise<void> => {
    const alice = system.as('alice');
    uri = made(await alice.creates());
    await alice.updatesUsers(uri, role(idOf('bob'), 'moderator') + allowed(['sip:root@example.com', 'dial-in']));
    for (const name of ['bob', 'carol'] as const) await system.as(name).joins(uri, endpoint(sipOf(name)));
    const name = `<info:display-text>${davesName}</info:display-text>`;
    const { code } = await system
      .as('dave')
      .joins(
        uri,
        name +
          endpoint('sip:dave-device@dove.example', '<info:media id="7"><info:type>audio</info:type></info:media>') +
          anonymity(value),
      );
    expect(code).to.equal(200);
  };

  const all_ = (party: Party): Promise<Answer[]> =>
    Promise.all([
      party.retrieves(uri),
      party.retrievesUsers(uri),
      party.retrievesUser(uri, idOf('dave')),
      party.lists(),
    ]);

  const expectNoTrace = (answer: Answer): void => {
    // The request itself named his entity; an error may not say more than that.
    expect(answer.xml).not.to.match(/dove/i);
    expect(answer.xml.replaceAll(answer.confUserID, '')).not.to.match(/dave/i);
  };

  for (const [value, sights] of ROWS) {
    for (const level of ['participant', 'moderator', 'organizer'] as const) {
      it(`[E41] ${value}: a ${level} sees Dave ${sights[level]}`, async () => {
        await gather(value);
        const party = system.as(reader[level]);
        const [document, roster, user] = await all_(party);
        const shown = all(document?.info, 'users/user');
        const count = textAt(document?.info, 'conference-state/user-count');
        if (sights[level] === 'named') {
          expect(textAt(userIn(document?.info, idOf('dave')), 'display-text')).to.equal('Dave D. Dove');
          expect(user?.code).to.equal(200);
          expect(count).to.equal('3');
          return;
        }
        for (const answer of [document, roster, user]) expectNoTrace(answer!);
        expect(user?.code, 'under his own id there is nobody').to.equal(420);
        const masked = shown.filter((one) => one.attribute('entity')?.endsWith('@anonymous.invalid'));
        expect(masked).to.have.length(sights[level] === 'anonymous' ? 1 : 0);
        expect(count).to.equal(sights[level] === 'anonymous' ? '3' : '2');
        expect(all(roster?.info, 'user')).to.have.length(shown.length);
        for (const one of masked) {
          const found = await party.retrievesUser(uri, one.attribute('entity'));
          expect(found.code).to.equal(200);
          expectNoTrace(found);
        }
      });
    }

    it(`${value}: Dave sees himself as he is`, async () => {
      await gather(value);
      const dave = system.as('dave');
      const [document, , user] = await all_(dave);
      for (const seen of [userIn(document?.info, idOf('dave')), user?.info]) {
        expect(textAt(seen, 'display-text')).to.equal('Dave D. Dove');
        expect(textAt(seen, 'endpoint/media/type')).to.equal('audio');
      }
      expect(textAt(document?.info, 'conference-state/user-count')).to.equal('3');
    });
  }

  it('strangers find no conference: no document, no roster, no list, and the words for one that is not there', async () => {
    await gather('none');
    await system.administration
      .user({ name: 'frank' })
      .catch(() => system.administration.addUser({ name: 'frank', password: 'demo' }));
    const frank = system.party(
      'xcon-userid:frank@example.com',
      `Basic ${Buffer.from('frank:demo').toString('base64')}`,
    );
    const absent = 'xcon:nothing@example.com';
    const ask = async (target: string): Promise<string[]> => {
      const answers = [
        await frank.retrieves(target),
        await frank.retrievesUsers(target),
        await frank.retrievesUser(target, idOf('dave')),
        await frank.updates(target, '<info:conference-description/>'),
        await frank.updatesUsers(target, '<xcon:deny-users-list/>'),
        await frank.updatesUser(target, idOf('dave'), '<info:display-text>x</info:display-text>'),
        await frank.removes(target, idOf('dave')),
        await frank.deletes(target),
        await frank.clones(target),
      ];
      for (const { code } of answers) expect(code).to.equal(404);
      return answers.map(({ xml }) => xml.replaceAll(target, ''));
    };
    expect(await ask(uri)).to.deep.equal(await ask(absent));
    expect((await frank.lists()).xml).not.to.include(uri);
  });

  it('the hidden and the absent are answered alike: same code, same words', async () => {
    await gather('hidden');
    const carol = system.as('carol');
    const ghost = 'xcon-userid:ghost@example.com';
    for (const ask of [
      (entity: string) => carol.retrievesUser(uri, entity),
      (entity: string) => carol.updatesUser(uri, entity, '<info:display-text>x</info:display-text>'),
      (entity: string) => carol.removes(uri, entity),
    ]) {
      const [hidden, absent] = [await ask(idOf('dave')), await ask(ghost)];
      expect(hidden.code).to.equal(420);
      expect(hidden.xml).to.equal(absent.xml);
    }
  });

  it('bringing in somebody who is there unseen is answered as for one who is not there', async () => {
    await gather('private');
    const bob = system.as('bob');
    const here = await bob.brings(uri, idOf('dave'), endpoint(sipOf('dave')));
    await system.as('dave').leaves(uri);
    const gone = await bob.brings(uri, idOf('dave'), endpoint(sipOf('dave')));
    expect([here.code, gone.code]).to.deep.equal([200, 200]);
    const shape = ({ xml }: Answer): string => xml.replace(/<version>\d+<\/version>/, '');
    expect(shape(here)).to.equal(shape(gone));
    const masked = all((await bob.retrieves(uri)).info, 'users/user').map((user) => user.attribute('entity'));
    expect(masked, 'and the second time he really came').to.include(idOf('dave'));
  });

  it('[U9, Z15] a change of somebody who is there unseen is answered as for one who is not there, and changes nothing', async () => {
    const bob = system.as('bob');
    const named = (content: string, more = ''): string =>
      `<info:user entity="${idOf('dave')}"${more}>${content}</info:user>`;
    const changes = [
      named('', ' state="deleted"'),
      named('<info:display-text>Somebody else</info:display-text>'),
      named(endpoint('sip:dave@elsewhere.example')),
      named('<info:endpoint/>'),
      role(idOf('dave'), 'moderator'),
      named(
        '<info:associated-aors><info:entry><info:uri>sip:bob@example.com</info:uri></info:entry></info:associated-aors>',
      ),
      `<info:user entity="xcon-userid:AUTO_GENERATE_1@example.com">${endpoint('sip:dave-device@dove.example')}</info:user>`,
    ];
    const requests = changes.flatMap((change) => [
      () => bob.updatesUsers(uri, change),
      () => bob.updates(uri, users(change)),
    ]);
    for (const request of requests) {
      await gather('private');
      const [hers, roster] = [await system.as('dave').retrievesUser(uri), await bob.retrievesUsers(uri)];
      const here = await request();
      expect((await system.as('dave').retrievesUser(uri)).xml).to.equal(hers.xml);
      expect((await bob.retrievesUsers(uri)).xml).to.equal(roster.xml);
      await system.as('dave').leaves(uri);
      const gone = await request();
      expect([here.code, here.string], request.toString()).to.deep.equal([gone.code, gone.string]);
    }
  });

  it('[Z8] several anonymous are told apart and counted, each under one name through the occurrence', async () => {
    const alice = system.as('alice');
    uri = made(await alice.creates());
    await system.as('carol').joins(uri, endpoint(sipOf('carol')));
    for (const name of ['bob', 'dave'] as const)
      await system.as(name).joins(uri, endpoint(sipOf(name)) + anonymity('private'));
    const masked = async (): Promise<string[]> =>
      all((await system.as('carol').retrieves(uri)).info, 'users/user')
        .map((user) => user.attribute('entity') ?? '')
        .filter((entity) => entity.endsWith('@anonymous.invalid'));
    const before = await masked();
    expect(new Set(before)).to.have.property('size', 2);
    await system
      .as('dave')
      .updatesUser(
        uri,
        idOf('dave'),
        endpoint(sipOf('dave'), '<info:media id="1"><info:type>audio</info:type></info:media>'),
      );
    expect(await masked()).to.have.members(before);
    expect(textAt((await system.as('carol').retrieves(uri)).info, 'conference-state/user-count')).to.equal('3');
  });

  it('whoever hides while being in vanishes for the others, and comes back when he shows himself', async () => {
    await gather('none');
    const [dave, carol] = [system.as('dave'), system.as('carol')];
    const seen = async (): Promise<boolean> => userIn((await carol.retrieves(uri)).info, idOf('dave')) !== undefined;
    expect(await seen()).to.equal(true);
    expect((await dave.updatesUser(uri, idOf('dave'), anonymity('hidden'))).code).to.equal(200);
    expect(await seen()).to.equal(false);
    expect((await dave.updatesUser(uri, idOf('dave'), '<xcon:provide-anonymity/>')).code).to.equal(200);
    expect(await seen()).to.equal(true);
  });

  it('a clone by a participant holds nobody whom she does not see', async () => {
    const alice = system.as('alice');
    const named = `<info:user entity="${idOf('dave')}"><info:display-text>Dave D. Dove</info:display-text>${anonymity('hidden')}</info:user>`;
    uri = made(await alice.creates(users(named)));
    await system.as('carol').joins(uri, endpoint(sipOf('carol')));
    const clone = await system.as('carol').clones(uri);
    expect(clone.code).to.equal(200);
    expectNoTrace(clone);
    expectNoTrace(await alice.retrieves(made(clone)));
  });

  it('[E35] the invited read the description and who is invited, no endpoint, no state, no password', async () => {
    const alice = system.as('alice');
    const uris = '<info:conference-description><info:subject>Plans</info:subject></info:conference-description>';
    uri = made(await alice.creates(uris + users(allowed([sipOf('bob'), 'dial-in'], [sipOf('carol'), 'dial-in']))));
    await system.as('carol').joins(uri, endpoint('sip:carol-device@example.com'));
    const { code, info, xml } = await system.as('bob').retrieves(uri);
    expect(code).to.equal(200);
    expect(textAt(info, 'conference-description/subject')).to.equal('Plans');
    expect(userIn(info, idOf('carol')), 'invited as he is').not.to.equal(undefined);
    expect(xml).not.to.include('carol-device').and.not.include('endpoint').and.not.include('conference-state');
  });

  it('[U9, U10] a moderator mutes and removes one whose name he does not know, under the name that he sees', async () => {
    await gather('private');
    const bob = system.as('bob');
    const { info } = await bob.retrieves(uri);
    const masked = all(info, 'users/user').find((one) => one.attribute('entity')?.endsWith('@anonymous.invalid'));
    const [entity = '', device = ''] = [masked, ...all(masked, 'endpoint')].map(
      (one) => one?.attribute('entity') ?? '',
    );
    const mute = endpoint(device, '<info:media id="1"><info:status>recvonly</info:status></info:media>');
    expect((await bob.updatesUser(uri, entity, mute)).code).to.equal(200);
    const dave = (await system.as('dave').retrievesUser(uri)).info;
    expect(all(dave, 'endpoint').map((one) => one.attribute('entity'))).to.deep.equal(['sip:dave-device@dove.example']);
    expect(all(dave, 'endpoint/media').map((one) => one.attribute('id'))).to.deep.equal(['7']);
    expect(textAt(dave, 'endpoint/media/status')).to.equal('recvonly');
    expect(textAt(dave, 'display-text')).to.equal('Dave D. Dove');
    const removed = await bob.removes(uri, entity);
    expect(removed.code).to.equal(200);
    expectNoTrace(removed);
    expect((await system.as('dave').retrieves(uri)).code).to.equal(404);
  });
});
