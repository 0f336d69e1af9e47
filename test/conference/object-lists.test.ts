import { expect } from 'chai';
import type { Call, View } from '../../lib/conference/calls.ts';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { PREFIXES } from '../../lib/model/names.ts';
import { XmlElement, type XmlNode } from '../../lib/xml/element.ts';
import { parseFragment } from '../../lib/xml/parse.ts';
import { as, conference, endpoint, idOf, sipOf, user, world } from './world.ts';

const MANY = 3_000;

const description = `<info:conference-description><info:display-text>Board</info:display-text>
  <info:free-text>Every Monday</info:free-text><info:keywords>budget plans</info:keywords>
  <info:conf-uris><info:entry><info:uri>sip:x@example.com</info:uri>PASSWORD</info:entry></info:conf-uris>
  <info:available-media><info:entry label="1"><info:type>audio</info:type></info:entry></info:available-media>
</info:conference-description>`;
const users = `<info:users><xcon:join-handling>allow</xcon:join-handling>
  <xcon:allowed-users-list><xcon:target uri="${sipOf('bob')}" method="dial-in"/>
    <xcon:target uri="${sipOf('carol')}" method="dial-in"/><xcon:target uri="${sipOf('dave')}" method="dial-in"/>
  </xcon:allowed-users-list></info:users>`;

const listed = async (control: ConferenceControl, call: Call, expression: string): Promise<XconUri[]> =>
  (await control.conferences(call, { expression })).map(({ uri }) => uri);

/** Every expression that asks for one name or one text of the document. */
function* questions(node: XmlNode): Generator<string> {
  if (typeof node === 'string') yield `//text()[. = '${node}']`;
  if (!(node instanceof XmlElement)) return;
  yield `//${node.local}`;
  for (const { local, value } of node.attributes) yield `//${node.local}/@${local}[. = '${value}']`;
  for (const child of node.children) yield* questions(child);
}

/** What a view can be asked in this way. */
const answersOf = ({ content }: View): Set<string> =>
  new Set(
    parseFragment(`<i>${content.map(String).join('')}</i>`, PREFIXES).children.flatMap((child) => [
      ...questions(child),
    ]),
  );

describe('a list with a filter', () => {
  for (const [title, password] of [
    ['', ''],
    [' of a conference with a password', '<xcon:conference-password>8080</xcon:conference-password>'],
  ] as const) {
    it(`[C3] chooses by what its reader's own retrieve shows, and by nothing else${title}`, async () => {
      const { control } = await world();
      const { uri } = await control.create(as('alice'), {
        document: conference(description.replace('PASSWORD', password) + users),
      });
      const secret = password === '' ? undefined : '8080';
      for (const [name, anonymity] of [
        ['carol', 'private'],
        ['dave', 'hidden'],
      ] as const) {
        const joining = `${endpoint(sipOf(name))}<xcon:provide-anonymity>${anonymity}</xcon:provide-anonymity>`;
        await control.createUser(as(name, secret), uri, user(idOf(name), joining));
      }
      const all = answersOf((await control.retrieve(as('alice'), uri)).view);
      expect(all.size).to.be.above(30);
      for (const name of ['root', 'alice', 'bob', 'carol', 'erin']) {
        const view = await control.retrieve(as(name), uri).catch(() => undefined);
        const seen = view === undefined ? undefined : answersOf(view.view);
        for (const question of all) {
          const found = (await listed(control, as(name), question)).includes(uri);
          if (seen !== undefined) expect(found, `${name} asks ${question}`).to.equal(seen.has(question));
          else if (found)
            expect(question, `${name} asks`).to.match(/Board|Every Monday|display-text|free-text|conference-desc/);
        }
      }
    });
  }

  it(`looks through a conference of ${MANY} users without holding the loop`, async () => {
    const { control } = await world({ named: 10_000 });
    const roster = Array.from(
      { length: MANY },
      (_, number) => `<info:user entity="xcon-userid:u${number}@example.org"/>`,
    );
    await control.create(as('alice'), { document: conference(`<info:users>${roster.join('')}</info:users>`) });
    let turns = 0;
    const clock = setInterval(() => (turns += 1), 0);
    const found = await listed(
      control,
      as('alice'),
      `count(//user[@entity][starts-with(@entity, 'xcon-userid:u')]) = ${MANY}`,
    ).finally(() => clearInterval(clock));
    expect(found).to.have.lengthOf(1);
    expect(turns).to.be.at.least(3);
  });
});
