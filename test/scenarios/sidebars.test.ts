import { expect } from 'chai';
import { CCMP_MISPRINTED } from '../../lib/ccmp/codec/messages.ts';
import { allowed, description, endpoint, title, users } from '../support/messages.ts';
import type { Answer, Party } from '../support/party.ts';
import { all, attributesAt, textAt, textsAt, userIn } from '../support/reading.ts';
import { idOf, made, type Name, sipOf, TestSystem } from '../support/system.ts';

type By = 'Val' | 'Ref';
const ENTITY = 'xcon:AUTO_GENERATE_1@example.com';
const info = (by: By, content: string, entity = ENTITY): string =>
  `<sidebarBy${by}Info entity="${entity}">${content}</sidebarBy${by}Info>`;

const opens = (party: Party, by: By, main: string, content?: string): Promise<Answer> =>
  party.asks(`sidebarBy${by}`, {
    operation: 'create',
    confObjID: main,
    ...(content !== undefined && { inside: info(by, content) }),
  });
const retrieves = (party: Party, by: By, uri: string): Promise<Answer> =>
  party.asks(`sidebarBy${by}`, { operation: 'retrieve', confObjID: uri });
const updates = (party: Party, by: By, uri: string, content: string): Promise<Answer> =>
  party.asks(`sidebarBy${by}`, { operation: 'update', confObjID: uri, inside: info(by, content, uri) });
const deletes = (party: Party, by: By, uri: string): Promise<Answer> =>
  party.asks(`sidebarBy${by}`, { operation: 'delete', confObjID: uri, inside: info(by, title('ignored')) });
const lists = (party: Party, by: By, main: string, inside = ''): Promise<Answer> =>
  party.asks(`sidebarsBy${by}`, { confObjID: main, inside });

/** The sidebars that a main conference's document, or a list, shows. */
const byValue = (document: Answer): (string | undefined)[] =>
  attributesAt(document.info, document.type === 'conf' ? 'sidebars-by-val/entry' : 'entry', 'entity');
const byReference = (document: Answer): string[] =>
  textsAt(document.info, document.type === 'conf' ? 'sidebars-by-ref/entry/uri' : 'entry/uri');
const targets = (document: Answer): (string | undefined)[] =>
  attributesAt(document.info, 'users/allowed-users-list/target', 'uri');

const media = (label: string, type: string, status: string, more = ''): string =>
  `<info:entry label="${label}"><info:display-text>${label}</info:display-text><info:type>${type}</info:type>
    <info:status>${status}</info:status>${more}</info:entry>`;
const available = (...entries: string[]): string =>
  description(`<info:available-media>${entries.join('')}</info:available-media>`);

describe('sidebars', () => {
  let system: TestSystem;
  let alice: Party;
  let bob: Party;
  let carol: Party;
  let dave: Party;
  before(async () => {
    // Nobody has a telephone here.
    system = await TestSystem.start({ 'dialOut.enabled': 'no' });
    [alice, bob, carol, dave] = (['alice', 'bob', 'carol', 'dave'] as const).map((name) => system.as(name)) as [
      Party,
      Party,
      Party,
      Party,
    ];
  });
  after(() => system.close());

  /** RFC 6504 figure 19: an active conference with audio and video. */
  const conference = async (...present: Name[]): Promise<string> => {
    const uri = made(
      await alice.creates(
        title('MAIN CONFERENCE').replace(
          '</info:conference-description>',
          `<info:available-media>${media('123', 'audio', 'sendrecv')}${media('456', 'video', 'sendrecv')}</info:available-media></info:conference-description>`,
        ),
      ),
    );
    for (const name of present) {
      const { code } = await system
        .as(name)
        .joins(uri, endpoint(sipOf(name), '<info:media id="1"><info:label>123</info:label></info:media>'));
      expect(code).to.equal(200);
    }
    return uri;
  };
  const versionOf = async (uri: string): Promise<number | undefined> => (await alice.retrieves(uri)).version;

  it('§7.1 [SB2, SB3, SB4, V4, E9, E45] Alice opens an internal sidebar and keeps Bob in it, who silences the main audio', async () => {
    const main = await conference('alice', 'bob', 'carol');
    const before = (await versionOf(main))!;
    const created = await alice.asks('sidebarByVal', {
      operation: 'create',
      confObjID: main,
      namespace: CCMP_MISPRINTED,
    });
    const sidebar = made(created);
    expect(created).to.include({ type: 'sidebarByVal', operation: 'create', version: 1 });
    expect(sidebar).not.to.equal(main);
    expect(created.info?.attribute('entity')).to.equal(sidebar);
    expect(textAt(created.info, 'conference-description/sidebar-parent')).to.equal(main);
    expect(textAt(created.info, 'conference-description/cloning-parent')).to.equal(undefined);
    expect(attributesAt(created.info, 'conference-description/available-media/entry', 'label')).to.deep.equal([
      '123',
      '456',
    ]);
    expect(textAt(created.info, 'conference-state/active')).to.equal('false');
    expect(targets(created)).to.have.members(['alice', 'bob', 'carol'].map((name) => idOf(name as Name)));
    expect(await versionOf(main)).to.equal(before + 1);

    const updated = await updates(
      alice,
      'Val',
      sidebar,
      title('private sidebar Alice - Bob').replace(
        '</info:conference-description>',
        `<info:available-media>
          ${media('123', 'audio', 'recvonly', '<xcon:controls><xcon:gain>-60</xcon:gain></xcon:controls>')}
          ${media('456', 'video', 'recvonly')}
          ${media('AUTO_GENERATE_1', 'audio', 'sendrecv')}${media('AUTO_GENERATE_2', 'video', 'sendrecv')}
        </info:available-media></info:conference-description>`,
      ) + users(allowed([idOf('alice'), 'dial-out'], [idOf('bob'), 'dial-out'])),
    );
    expect(updated).to.include({ code: 200, version: 2, confObjID: sidebar });
    expect(attributesAt(updated.info, 'users/user', 'entity')).to.have.members([idOf('alice'), idOf('bob')]);
    expect(await versionOf(main)).to.equal(before + 2);

    const silenced = await bob.updatesUser(
      sidebar,
      idOf('bob'),
      endpoint(
        'sip:bob83@example.com',
        '<info:media id="1"><info:label>123</info:label><info:status>inactive</info:status></info:media>',
      ),
    );
    expect(silenced).to.include({ code: 200, version: 3 });
    const shown = await bob.retrieves(main);
    expect(shown.version).to.equal(before + 3);
    expect(byValue(shown)).to.deep.equal([sidebar]);
    expect(textAt(all(shown.info, 'sidebars-by-val/entry')[0], 'conference-description/display-text')).to.equal(
      'private sidebar Alice - Bob',
    );
    expect(all(shown.info, 'users/user'), 'the roster of the main conference is as it was').to.have.length(3);
    const own = await retrieves(bob, 'Val', sidebar);
    expect(own).to.include({ code: 200, version: 3 });
    expect(textsAt(userIn(own.info, idOf('bob')), 'endpoint/media/status')).to.deep.equal(['inactive']);
  });

  it('§7.2 [SB2, SB3, E45, Z15] Alice opens an external sidebar with Bob and Fred, who knows nothing of the main conference', async () => {
    const main = await conference('alice', 'bob', 'carol');
    const before = (await versionOf(main))!;
    const created = await opens(alice, 'Ref', main);
    const sidebar = made(created);
    expect(created).to.include({ type: 'sidebarByRef', version: 1 });
    expect(textAt(created.info, 'conference-description/sidebar-parent')).to.equal(main);
    const updated = await updates(
      alice,
      'Ref',
      sidebar,
      available(
        media('123', 'audio', 'inactive'),
        media('456', 'video', 'inactive'),
        media('AUTO_GENERATE_1', 'audio', 'sendrecv'),
      ) + users(allowed([idOf('alice'), 'dial-out'], [idOf('bob'), 'dial-out'], [sipOf('dave'), 'dial-out'])),
    );
    expect(updated).to.include({ code: 200, version: 2 });
    expect(byReference(await bob.retrieves(main))).to.deep.equal([sidebar]);
    expect(await versionOf(main), 'only its URI stands there').to.equal(before + 1);

    expect((await dave.joins(sidebar, endpoint('sip:dave@home.example'))).code).to.equal(200);
    const seen = await retrieves(dave, 'Ref', sidebar);
    expect(attributesAt(seen.info, 'users/user', 'entity')).to.have.members(
      (['alice', 'bob', 'dave'] as const).map(idOf),
    );
    expect((await dave.retrieves(main)).code).to.equal(404);
    expect((await lists(dave, 'Ref', main)).code).to.equal(404);
    expect((await dave.joins(sidebar)).code).to.equal(200);
  });

  it("§7.3 [SB2] Alice describes a private chat: nobody else is in it and what she leaves out is the main conference's", async () => {
    const main = await conference('alice', 'bob', 'carol');
    const created = await opens(
      alice,
      'Val',
      main,
      description(`<info:display-text>private textual sidebar alice - bob</info:display-text><info:available-media>
        ${media('123', 'audio', 'recvonly')}${media('456', 'video', 'recvonly')}${media('AUTO_GENERATE_2', 'text', 'sendrecv')}
      </info:available-media>`) + users(allowed([idOf('alice'), 'dial-out'], [idOf('bob'), 'dial-out'])),
    );
    const sidebar = made(created);
    expect(textsAt(created.info, 'conference-description/available-media/entry/type')).to.deep.equal([
      'audio',
      'video',
      'text',
    ]);
    expect(attributesAt(created.info, 'conference-description/available-media/entry', 'label').at(-1)).to.match(
      /^\d+$/,
    );
    expect(attributesAt(created.info, 'users/user', 'entity')).to.have.members([idOf('alice'), idOf('bob')]);
    expect(textAt(created.info, 'users/join-handling')).to.equal('allow');
    expect((await retrieves(bob, 'Val', sidebar)).code).to.equal(200);
    expect((await retrieves(carol, 'Val', sidebar)).code).to.equal(404);
  });

  it('§7.4 [Z15] the customer Carol can not tell that Alice coaches Bob', async () => {
    const main = await conference('bob', 'carol');
    const before = await carol.retrieves(main);
    const coaching = made(await opens(alice, 'Ref', main));
    const updated = await updates(
      alice,
      'Ref',
      coaching,
      description(`<info:display-text>Coaching sidebar Alice and Bob</info:display-text>
        <info:available-media>${media('AUTO_GENERATE_1', 'audio', 'sendrecv')}</info:available-media>`) +
        users(
          `<info:user entity="${idOf('alice')}">${endpoint(sipOf('alice'), '<info:media id="AUTO_GENERATE_2"><info:label>AUTO_GENERATE_1</info:label><info:status>sendonly</info:status></info:media>')}</info:user>
           <info:user entity="${idOf('bob')}">${endpoint(sipOf('bob'), '<info:media id="AUTO_GENERATE_3"><info:label>AUTO_GENERATE_1</info:label><info:status>recvonly</info:status></info:media>')}</info:user>` +
            allowed([idOf('alice'), 'dial-in'], [idOf('bob'), 'dial-out']),
        ),
    );
    expect(updated).to.include({ code: 200, version: 2 });
    const label = attributesAt(updated.info, 'conference-description/available-media/entry', 'label').at(-1);
    expect(textsAt(userIn(updated.info, idOf('bob')), 'endpoint/media/label')).to.deep.equal([label]);
    expect(byReference(await bob.retrieves(main))).to.deep.equal([coaching]);

    const after = await carol.retrieves(main);
    expect(after.xml.replace(/<version>\d+<\/version>/, '')).to.equal(
      before.xml.replace(/<version>\d+<\/version>/, ''),
    );
    expect(byReference(await lists(carol, 'Ref', main))).to.deep.equal([]);
    const absent = 'xcon:nothing@example.com';
    const ask = async (uri: string): Promise<string[]> => {
      const answers = [
        await retrieves(carol, 'Ref', uri),
        await updates(carol, 'Ref', uri, title('x')),
        await deletes(carol, 'Ref', uri),
        await carol.retrievesUsers(uri),
        await carol.updatesUsers(uri, '<xcon:deny-users-list/>'),
        await carol.retrievesUser(uri, idOf('alice')),
        await carol.joins(uri, endpoint(sipOf('carol'))),
        await carol.leaves(uri),
        await carol.clones(uri),
        await opens(carol, 'Val', uri),
      ];
      for (const { code } of answers) expect(code).to.equal(404);
      return answers.map(({ xml }) => xml.replaceAll(uri, ''));
    };
    expect(await ask(coaching), 'hidden is as absent').to.deep.equal(await ask(absent));
    expect((await carol.lists()).xml).not.to.include(coaching);
  });

  it('[SB1, V4] lists have the version of the main conference and hold nothing, one or several sidebars', async () => {
    const main = await conference('alice', 'bob');
    const version = await versionOf(main);
    for (const by of ['Val', 'Ref'] as const) {
      const empty = await lists(alice, by, main);
      expect(empty).to.include({ code: 200, type: `sidebarsBy${by}`, version, operation: undefined, confObjID: main });
      expect(empty.info?.elements, 'an empty list is sent').to.deep.equal([]);
    }
    const inside = made(await opens(alice, 'Val', main, title('inside')));
    const [one, two] = [made(await opens(alice, 'Ref', main, title('one'))), made(await opens(bob, 'Ref', main))];
    const listed = await lists(alice, 'Val', main);
    expect(listed.version).to.equal(version! + 3);
    expect(byValue(listed)).to.deep.equal([inside]);
    expect(textAt(listed.info, 'entry/conference-description/display-text')).to.equal('inside');
    expect(byReference(await lists(alice, 'Ref', main))).to.deep.equal([one, two]);
    expect(byReference(await lists(bob, 'Ref', main))).to.deep.equal([one, two]);
    const filter = "<xpathFilter>/conference-info[conference-description/display-text='one']</xpathFilter>";
    expect(byReference(await lists(alice, 'Ref', main, filter))).to.deep.equal([one]);
    expect(byValue(await lists(alice, 'Val', main, filter))).to.deep.equal([]);
    expect((await lists(alice, 'Val', main, '<xpathFilter>[</xpathFilter>')).code).to.equal(400);
  });

  it('[SB5, L7] a deletion takes the entry along, and before it the main conference can not go', async () => {
    const main = await conference('alice', 'bob');
    const [value, reference] = [made(await opens(bob, 'Val', main)), made(await opens(bob, 'Ref', main))];
    const version = (await versionOf(main))!;
    expect((await alice.deletes(main)).code).to.equal(425);
    expect(await deletes(bob, 'Val', value)).to.include({ code: 200, version: undefined, info: undefined });
    expect(
      (await deletes(alice, 'Ref', reference)).code,
      'who governs the main conference governs its sidebars',
    ).to.equal(200);
    const shown = await alice.retrieves(main);
    expect(shown.version).to.equal(version + 2);
    expect(all(shown.info, 'sidebars-by-val')).to.deep.equal([]);
    expect(all(shown.info, 'sidebars-by-ref')).to.deep.equal([]);
    expect((await retrieves(bob, 'Val', value)).code).to.equal(404);
    expect((await alice.deletes(main)).code).to.equal(200);
  });

  it('[SB6] what is not such a sidebar is 404, in the response of the request', async () => {
    const main = await conference('alice');
    const [value, reference] = [made(await opens(alice, 'Val', main)), made(await opens(alice, 'Ref', main))];
    for (const [by, others] of [
      ['Val', [reference, main, 'xcon:default@example.com', 'xcon:nothing@example.com']],
      ['Ref', [value, main, 'xcon:default@example.com', 'xcon:nothing@example.com']],
    ] as const) {
      for (const uri of others) {
        const answers = [
          await retrieves(alice, by, uri),
          await updates(alice, by, uri, title('x')),
          await deletes(alice, by, uri),
        ];
        for (const answer of answers)
          expect(answer).to.include({ code: 404, type: `sidebarBy${by}`, version: undefined });
      }
    }
    for (const answer of [
      await alice.retrieves(value),
      await alice.updates(reference, title('x')),
      await alice.deletes(value),
      await alice.clones(reference),
      await opens(alice, 'Val', value),
      await lists(alice, 'Val', reference),
    ])
      expect(answer.code).to.equal(404);
    expect((await alice.asks('sidebarByVal', { operation: 'update', confObjID: value })).code).to.equal(400);
    expect((await alice.asks('sidebarByRef', { operation: 'create' })).code).to.equal(400);
  });

  it('participants make sidebars where the conference allows it, the invited and strangers do not', async () => {
    const main = await conference('bob');
    await alice.updates(main, users(allowed([idOf('carol'), 'dial-in'])));
    expect((await opens(carol, 'Val', main)).code).to.equal(401);
    expect((await opens(dave, 'Ref', main)).code).to.equal(404);
    const created = await opens(bob, 'Val', main);
    expect(created.code).to.equal(200);
    expect(textsAt(userIn(created.info, idOf('bob')), 'roles/entry')).to.include('organizer');
    expect(textsAt(userIn(created.info, idOf('alice')), 'roles/entry')).not.to.include('organizer');
    await alice.updates(main, description('<xcon:allow-sidebars>false</xcon:allow-sidebars>'));
    expect((await opens(alice, 'Val', main)).code).to.equal(403);
  });

  it('[L7] nobody is in an internal sidebar who is not in its main conference', async () => {
    const main = await conference('alice', 'bob', 'carol');
    const [value, reference] = [made(await opens(alice, 'Val', main)), made(await opens(alice, 'Ref', main))];
    expect((await updates(alice, 'Val', value, users(allowed([idOf('dave'), 'dial-in'])))).code).to.equal(409);
    expect((await alice.brings(value, idOf('dave'))).code).to.equal(401);
    expect((await alice.updatesUsers(value, `<info:user entity="${idOf('dave')}"/>`)).code).to.equal(426);
    expect((await alice.brings(reference, idOf('dave'))).code).to.equal(200);

    const version = (await versionOf(main))!;
    expect((await carol.joins(value, endpoint(sipOf('carol')))).code).to.equal(200);
    expect((await carol.leaves(main)).code).to.equal(200);
    expect(await versionOf(main), 'her joining and her leaving').to.equal(version + 2);
    const [inside, outside] = [await retrieves(alice, 'Val', value), await retrieves(alice, 'Ref', reference)];
    expect(userIn(inside.info, idOf('carol'))).to.equal(undefined);
    expect(targets(inside)).not.to.include(idOf('carol'));
    expect(userIn(outside.info, idOf('carol'))).not.to.equal(undefined);
    expect((await retrieves(carol, 'Val', value)).code).to.equal(404);
    expect((await retrieves(carol, 'Ref', reference)).code).to.equal(200);
  });

  it('who is hidden in the main conference is not found out through an internal sidebar', async () => {
    const main = await conference('alice', 'bob');
    await dave.joins(main, endpoint(sipOf('dave')) + '<xcon:provide-anonymity>hidden</xcon:provide-anonymity>');
    const created = await opens(bob, 'Val', main);
    expect(created.xml).not.to.match(/dave/i);
    const answer = async (entity: string): Promise<string> =>
      (await bob.brings(made(created), entity)).xml.replaceAll(entity, '');
    expect(await answer(idOf('dave'))).to.equal(await answer(idOf('root' as Name)));
  });

  it('[L7] sidebars end with the occurrence of their main conference', async () => {
    const main = await conference('bob', 'carol');
    const [value, reference] = [made(await opens(bob, 'Val', main)), made(await opens(carol, 'Ref', main))];
    await bob.joins(value, endpoint(sipOf('bob')));
    await carol.leaves(main);
    expect((await retrieves(carol, 'Ref', reference)).code, 'an external one needs no membership').to.equal(200);
    await bob.leaves(main);
    for (const [party, by, uri] of [
      [alice, 'Val', value],
      [carol, 'Ref', reference],
    ] as const)
      expect((await retrieves(party, by, uri)).code).to.equal(404);
    expect((await alice.retrieves(main)).xml).not.to.include('sidebars-by-');
    expect((await alice.deletes(main)).code).to.equal(200);
  });

  it('sidebars are there after a restart', async () => {
    const main = await conference('alice', 'bob');
    const [value, reference] = [made(await opens(alice, 'Val', main)), made(await opens(alice, 'Ref', main))];
    const before = await bob.retrieves(main);
    await system.restart();
    const after = await bob.retrieves(main);
    expect(after.xml).to.equal(before.xml);
    expect(byValue(after)).to.deep.equal([value]);
    expect(byReference(after)).to.deep.equal([reference]);
    expect((await alice.deletes(main)).code).to.equal(425);
  });
});
