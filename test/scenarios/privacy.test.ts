import { expect } from 'chai';
import { AUDIENCES, type Audience } from '../../lib/model/definitions.ts';
import { allowed, confInfo, endpoint, title, users, usersInfo } from '../support/messages.ts';
import { basic, type Answer, type Party } from '../support/party.ts';
import { all, textAt, userIn } from '../support/reading.ts';
import { idOf, made, PASSWORD, sipOf, TestSystem } from '../support/system.ts';

const anonymity = (value: string): string =>
  value === 'none' ? '' : `<xcon:provide-anonymity>${value}</xcon:provide-anonymity>`;
const roles = (...names: string[]): string =>
  `<info:roles>${names.map((name) => `<info:entry>${name}</info:entry>`).join('')}</info:roles>`;

const READERS = ['stranger', ...AUDIENCES, 'system administrator'] as const;
type Reader = (typeof READERS)[number];

type Question = readonly [what: string, ask: (reader: Party, uri: string) => Promise<Answer>];

/** How Dave, who came in by himself, appears (docs/policy.md, “How people appear”). */
type Sight = 'named' | 'anonymous' | 'absent';
const SIGHTS: Readonly<Record<string, Readonly<Record<Audience, Sight>>>> = {
  none: { invited: 'absent', participant: 'named', moderator: 'named', organizer: 'named' },
  'semi-private': { invited: 'absent', participant: 'anonymous', moderator: 'named', organizer: 'named' },
  private: { invited: 'absent', participant: 'anonymous', moderator: 'anonymous', organizer: 'named' },
  anonymous: { invited: 'absent', participant: 'anonymous', moderator: 'anonymous', organizer: 'named' },
  hidden: { invited: 'absent', participant: 'absent', moderator: 'named', organizer: 'named' },
};
const sightOf = (value: string, reader: Reader): Sight =>
  reader === 'stranger' ? 'absent' : SIGHTS[value]![reader === 'system administrator' ? 'organizer' : reader];

describe('what readers can learn', () => {
  let system: TestSystem;
  let as: Readonly<Record<Reader, Party>>;
  before(async () => {
    system = await TestSystem.start();
    const others = ['erin', 'frank'];
    for (const name of others) await system.administration.addUser({ name, password: PASSWORD });
    const [erin, frank] = others.map((name) =>
      system.party(`xcon-userid:${name}@example.com`, basic(name, PASSWORD)),
    ) as [Party, Party];
    as = {
      stranger: frank,
      invited: erin,
      participant: system.as('carol'),
      moderator: system.as('bob'),
      organizer: system.as('alice'),
      'system administrator': system.as('root'),
    };
  });
  after(() => system.close());

  /** Alice organises, Bob moderates, Carol takes part, Erin is invited; Dave comes in as he wishes, or does not. */
  const gather = async (dave: string | undefined, content = ''): Promise<string> => {
    const moderator = `<info:user entity="${idOf('bob')}">${roles('moderator')}</info:user>`;
    const uri = made(
      await as.organizer.creates(content + users(moderator + allowed(['sip:erin@example.com', 'dial-in']))),
    );
    for (const name of ['bob', 'carol'] as const) await system.as(name).joins(uri, endpoint(sipOf(name)));
    if (dave === undefined) return uri;
    const name = '<info:display-text>Dave D. Dove</info:display-text>';
    const device = endpoint(
      'sip:dave-device@dove.example',
      '<info:media id="7"><info:type>audio</info:type></info:media>',
    );
    expect(await system.as('dave').joins(uri, name + device + anonymity(dave))).to.include({ code: 200 });
    return uri;
  };

  /** Every type of request, in an order in which later ones still find what they ask for. */
  const ASKED: readonly Question[] = [
    ['blueprintsRequest', (reader) => reader.listsBlueprints()],
    ['blueprintRequest/retrieve', (reader, uri) => reader.retrievesBlueprint(uri)],
    ['optionsRequest', (reader) => reader.asks('options')],
    ['confRequest/retrieve', (reader, uri) => reader.retrieves(uri)],
    ['usersRequest/retrieve', (reader, uri) => reader.retrievesUsers(uri)],
    ['userRequest/retrieve', (reader, uri) => reader.retrievesUser(uri, idOf('dave'))],
    ['confsRequest', (reader, uri) => listed(reader, uri)],
    ...filters(
      `//user[@entity = '${idOf('dave')}']`,
      "//display-text[contains(., 'Dove')]",
      '//endpoint[contains(@entity, "dove")]',
      '/conference-info[count(//user) > 3]',
      '/conference-info[conference-state/user-count = 3]',
      '//media[@id = 7]',
    ),
    ['sidebarsByValRequest', (reader, uri) => reader.asks('sidebarsByVal', { confObjID: uri })],
    ['sidebarsByRefRequest', (reader, uri) => reader.asks('sidebarsByRef', { confObjID: uri })],
    [
      'sidebarByValRequest/retrieve',
      (reader, uri) => reader.asks('sidebarByVal', { operation: 'retrieve', confObjID: uri }),
    ],
    ['confSummaryRequest', (reader, uri) => extended(reader, uri, '<extensionName>confSummaryRequest</extensionName>')],
    [
      'changesSince',
      (reader, uri) =>
        extended(
          reader,
          uri,
          '<extensionName>changesSince</extensionName><since xmlns="urn:plenary:conference-changes" version="1"/>',
        ),
    ],
    [
      'userRequest/update',
      (reader, uri) => reader.updatesUser(uri, idOf('dave'), '<info:display-text>x</info:display-text>'),
    ],
    [
      'usersRequest/update',
      (reader, uri) =>
        reader.asks('users', {
          operation: 'update',
          confObjID: uri,
          inside: usersInfo(`<info:user entity="${idOf('dave')}" state="deleted"/>`),
        }),
    ],
    ['userRequest/delete', (reader, uri) => reader.removes(uri, idOf('dave'))],
    ['userRequest/create', (reader, uri) => reader.brings(uri, idOf('dave'), endpoint(sipOf('dave')))],
    [
      'freeBusy',
      (reader, uri) =>
        extended(
          reader,
          uri,
          `<extensionName>freeBusy</extensionName><asked xmlns="urn:plenary:free-busy" of="${idOf('dave')}" from="2027-01-11T00:00:00Z" to="2027-01-20T00:00:00Z"/>`,
        ),
    ],
    ['occurrences', (reader, uri) => extended(reader, uri, '<extensionName>occurrences</extensionName>')],
    [
      'barring',
      (reader, uri) =>
        extended(
          reader,
          uri,
          `<extensionName>barring</extensionName><barring xmlns="urn:plenary:barring" user="${idOf('dave')}"/>`,
        ),
    ],
    ['callback', calledBack],
    ...(['create', 'update', 'delete'] as const).map((operation): Question => [
      `blueprintRequest/${operation}`,
      (reader, uri) => reader.asks('blueprint', { operation, confObjID: uri, inside: confInfo(uri, title('Mine')) }),
    ]),
    ...(['sidebarByVal', 'sidebarByRef'] as const).map((name): Question => [
      `${name}Request/update`,
      (reader, uri) =>
        reader.asks(name, { operation: 'update', confObjID: uri, inside: confInfo(uri, title('Aside')) }),
    ]),
    [
      'sidebarByRefRequest/delete',
      (reader, uri) => reader.asks('sidebarByRef', { operation: 'delete', confObjID: uri }),
    ],
    [
      'sidebarByRefRequest/retrieve',
      (reader, uri) => reader.asks('sidebarByRef', { operation: 'retrieve', confObjID: uri }),
    ],
    [
      'sidebarByValRequest/delete',
      (reader, uri) => reader.asks('sidebarByVal', { operation: 'delete', confObjID: uri }),
    ],
    [
      'sidebarByValRequest/create',
      (reader, uri) => reader.asks('sidebarByVal', { operation: 'create', confObjID: uri }),
    ],
    [
      'sidebarByRefRequest/create',
      (reader, uri) => reader.asks('sidebarByRef', { operation: 'create', confObjID: uri }),
    ],
    ['confRequest/create', (reader, uri) => reader.clones(uri)],
    ['confRequest/update', (reader, uri) => reader.updates(uri, title('Renamed'))],
    [
      'confRequest/create in its name',
      (reader, uri) => reader.asks('conf', { operation: 'create', inside: confInfo(uri, '') }),
    ],
    ['userRequest/retrieve of oneself', (reader, uri) => reader.retrievesUser(uri)],
    [
      'userRequest/retrieve of a name that nobody has',
      (reader, uri) => reader.retrievesUser(uri, 'xcon-userid:x@y.example'),
    ],
    ['confRequest/delete', (reader, uri) => reader.deletes(uri)],
  ];

  /** Those that name Dave: who does not know his name is answered as if he were not there. */
  const NAMING = new Set([
    'userRequest/retrieve',
    'userRequest/update',
    'usersRequest/update',
    'userRequest/delete',
    'userRequest/create',
  ]);

  for (const [value, sights] of Object.entries(SIGHTS)) {
    for (const reader of READERS) {
      const sight = sightOf(value, reader);
      it(`[E41, Z4, Z7, Z15] of Dave, whose anonymity is ${value}: the ${reader} finds him ${sight} in every request`, async () => {
        expect(sights.organizer).to.equal('named');
        const [here, elsewhere] = [await gather(value), await gather(undefined)];
        const party = as[reader];
        let named = 0;
        for (const [what, ask] of ASKED) {
          const answer = await ask(party, here);
          if (sight === 'absent') {
            const other = await ask(party, elsewhere);
            expect(withoutIds(answer), what).to.equal(withoutIds(other));
            expect(answer.xml, what).not.to.match(/dove/i);
          } else if (sight === 'anonymous') {
            expect(
              answer.xml.replaceAll(idOf('dave'), (id) => (answer.type === 'confs' ? id : '?')),
              what,
            ).not.to.match(/dove/i);
            if (NAMING.has(what)) {
              const { code, string } = await ask(party, elsewhere);
              expect({ code, string }, what).to.deep.equal({ code: answer.code, string: answer.string });
            }
          } else if (/dove/i.test(answer.xml)) named += 1;
          if (what === 'confRequest/retrieve' && sight !== 'absent') {
            const shown = all(answer.info, 'users/user').filter((user) =>
              /@anonymous\.invalid$/.test(user.attribute('entity') ?? ''),
            );
            expect(shown).to.have.lengthOf(sight === 'anonymous' ? 1 : 0);
            expect(textAt(answer.info, 'conference-state/user-count')).to.equal('3');
            expect(userIn(answer.info, idOf('dave')) !== undefined).to.equal(sight === 'named');
          }
        }
        if (sight === 'named') expect(named).to.be.above(2);
      });
    }
  }
});

/** An answer without what is another in each conference: its ids, and its version, which counts all changes. */
const withoutIds = ({ xml }: Answer): string =>
  xml.replace(/[a-z2-7]{24}/g, '…').replace(/<version>\d+<\/version>/g, '');

/** Whether a list holds a conference, without the others of the reader. */
async function listed(reader: Party, uri: string, filter?: string): Promise<Answer> {
  const inside = filter === undefined ? '' : `<xpathFilter>${filter.replaceAll('>', '&gt;')}</xpathFilter>`;
  const answer = await reader.asks('confs', { inside });
  const found = all(answer.info, 'entry').filter((entry) => textAt(entry, 'uri') === uri);
  return { ...answer, xml: `${answer.code} ${found.length}` };
}

function filters(...list: readonly string[]): Question[] {
  return list.map((filter) => [`confsRequest ${filter}`, (reader, uri) => listed(reader, uri, filter)]);
}

const extended = (reader: Party, uri: string, inside: string): Promise<Answer> =>
  reader.asks('extended', { operation: 'retrieve', confObjID: uri, inside });

/** Asks to be told of a conference, and no longer; without what names the callback. */
async function calledBack(reader: Party, uri: string): Promise<Answer> {
  const ask = (operation: 'create' | 'delete', attributes: string): Promise<Answer> =>
    reader.asks('extended', {
      operation,
      confObjID: uri,
      inside: `<extensionName>callback</extensionName><callback xmlns="urn:plenary:callback" ${attributes}/>`,
    });
  const answer = await ask('create', `url="https://receiver.example/" scope="conference" conference="${uri}"`);
  const [, id] = / id="([^"]+)"/.exec(answer.xml) ?? [];
  if (id !== undefined) expect(await ask('delete', `id="${id}"`)).to.include({ code: 200 });
  return { ...answer, xml: answer.xml.replace(/ (id|secret|after|created)="[^"]*"/g, '') };
}
