import { expect } from 'chai';
import { MESSAGE_NAMES, type Operation } from '../../lib/ccmp/codec/messages.ts';
import { allowed, confInfo, description, endpoint, users, userInfo } from '../support/messages.ts';
import { basic, type Answer, type Party } from '../support/party.ts';
import { attributesAt, textAt, textsAt } from '../support/reading.ts';
import { idOf, made, PASSWORD, TestSystem } from '../support/system.ts';

/** Names that every object of JavaScript has. */
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__'];
const OPERATIONS: readonly Operation[] = ['retrieve', 'create', 'update', 'delete'];

/** No answer may be an internal error, whatever was asked. */
const expectServed = (answer: Answer): number => {
  expect(answer.code, answer.xml).not.to.be.oneOf([500, 510]);
  return answer.code;
};

describe('names that mean something to the language', () => {
  const properties = Object.getOwnPropertyNames(Object.prototype);
  let system: TestSystem;
  let alice: Party;
  let root: Party;
  before(async () => {
    system = await TestSystem.start();
    alice = system.as('alice');
    root = system.as('root');
  });
  after(() => system.close());
  afterEach(() => expect(Object.getOwnPropertyNames(Object.prototype)).to.deep.equal(properties));

  for (const name of NAMES) {
    it(`[H20] ${name} is no message, operation or parameter, but malformed`, async () => {
      const whole = alice.text('conf', { operation: 'retrieve', confObjID: 'xcon:nothing@example.com' });
      for (const [from, to] of [
        ['ccmp:ccmp-conf-request-message-type', `ccmp:${name}`],
        ['ccmp:ccmp-conf-request-message-type', `ccmp:ccmp-${name}-request-message-type`],
        ['<operation>retrieve<', `<operation>${name}<`],
        ['<ccmp:confRequest></ccmp:confRequest>', `<ccmp:${name}Request/>`],
        ['<ccmp:confRequest></ccmp:confRequest>', `<ccmp:${name}/>`],
      ] as const) {
        const body = whole.replace(from, to);
        expect(body).not.to.equal(whole);
        expect(expectServed(await alice.sends(body)), to).to.equal(400);
      }
      expect(expectServed(await alice.sends(whole.replace('<operation>', `<${name}>1</${name}><operation>`)))).to.equal(
        404,
      );
      const unknown = await alice.asks('extended', {
        operation: 'retrieve',
        inside: `<extensionName>${name}</extensionName>`,
      });
      expect(unknown.code).to.equal(501);
      const filter = (text: string) => alice.asks('confs', { inside: `<xpathFilter>${text}</xpathFilter>` });
      expect((await filter(`${name}()`)).code).to.equal(400);
      expect((await filter(`//${name}[@${name}]/${name}:x`)).code).to.equal(400);
      expect((await filter(`//${name}[@${name}]`)).code).to.equal(200);
    });

    it(`[E2, E4, L10] ${name} is an id as any other`, async () => {
      const uri = made(await alice.creates(description(`<info:display-text>${name}</info:display-text>`)));
      const id = `xcon-userid:${name}@example.com`;
      expect(await alice.retrievesUser(uri, id)).to.include({ code: 420 });
      expect(await alice.updatesUser(uri, id, '')).to.include({ code: 420 });
      expect(await alice.removes(uri, id)).to.include({ code: 420 });
      for (const operation of OPERATIONS)
        expect(await alice.asks('user', { operation, confObjID: name, inside: userInfo(id) })).to.include({
          code: 404,
        });

      const content =
        description(
          `<info:available-media><info:entry label="${name}"><info:type>${name}</info:type></info:entry></info:available-media>`,
        ) +
        users(
          `<info:user entity="${id}"><info:display-text>${name}</info:display-text><info:roles><info:entry>${name}</info:entry></info:roles>${endpoint(
            name,
            `<info:media id="${name}"><info:type>audio</info:type><info:label>${name}</info:label></info:media>`,
          )}</info:user>${allowed([id, 'dial-in'])}`,
        );
      expect(await alice.updates(uri, content)).to.include({ code: 200, version: 2 });
      const { info } = await alice.retrieves(uri);
      const user = (await alice.retrievesUser(uri, id)).info;
      expect(textAt(user, 'display-text')).to.equal(name);
      expect(textsAt(user, 'roles/entry')).to.deep.equal([name]);
      expect(attributesAt(user, 'endpoint', 'entity')).to.deep.equal([name]);
      expect(attributesAt(user, 'endpoint/media', 'id')).to.deep.equal([name]);
      expect(attributesAt(info, 'users/allowed-users-list/target', 'uri')).to.deep.equal([id]);
      expect(attributesAt(info, 'conference-description/available-media/entry', 'label')).to.include(name);
      expect(await alice.removes(uri, id)).to.include({ code: 200, version: 3 });
      expect(await alice.retrievesUser(uri, id)).to.include({ code: 420 });
      expect(await alice.deletes(uri)).to.include({ code: 200 });
    });

    it(`[E46] ${name} is an element and an attribute as any other: known nowhere, kept where it is foreign`, async () => {
      const uri = made(await alice.creates());
      const foreign = `<f:${name} xmlns:f="urn:f" f:${name}="1" ${name}="2"><f:${name}/></f:${name}>`;
      const updates = async (content: string): Promise<string> => {
        // fast-xml-parser, which reads the answers to parties, refuses these names.
        const request = { operation: 'update', confObjID: uri, inside: confInfo(uri, content) } as const;
        return (await alice.post(alice.text('conf', request))).body;
      };
      const kept = await updates(description(foreign) + foreign + users(foreign));
      expect(kept).to.contain('<response-code>200<');
      expect(kept.split(foreign)).to.have.lengthOf(4);
      const own = `<info:${name}/>`;
      for (const content of [
        own,
        description(own),
        users(own),
        users(`<info:user entity="${idOf('bob')}">${own}</info:user>`),
      ])
        expect(await updates(content)).to.match(/<response-code>(200|400|409)</);
      expect(await alice.deletes(uri)).to.include({ code: 200 });
    });

    it(`[M6, Z5] ${name} is nobody who sends, and no conference or blueprint until root makes one of that name`, async () => {
      const stranger = system.party(`xcon-userid:${name}@example.com`, basic('alice', PASSWORD));
      expect(await stranger.lists()).to.include({ code: 421 });
      const { status } = await system.party(idOf('alice'), basic(name, PASSWORD)).post(alice.text('confs'));
      expect(status).to.equal(401);

      const uri = `xcon:${name.toLowerCase()}@example.com`;
      for (const message of MESSAGE_NAMES.filter(
        (one) => !['blueprints', 'confs', 'options', 'extended'].includes(one),
      ))
        expect(await root.asks(message, { operation: 'retrieve', confObjID: uri }), message).to.include({ code: 404 });
      const create = { operation: 'create', inside: confInfo(uri, '') } as const;
      expect(await root.asks('conf', create)).to.include({ code: 200, confObjID: uri });
      expect(await root.asks('conf', create)).to.include({ code: 409 });
      expect(await root.deletes(uri)).to.include({ code: 200 });
      expect(await root.retrieves(uri)).to.include({ code: 404 });
    });
  }
});

describe('names that look like others', () => {
  let system: TestSystem;
  let alice: Party;
  let uri = '';
  before(async () => {
    system = await TestSystem.start();
    await system.administration.addUser({ name: 'kate', password: PASSWORD });
    alice = system.as('alice');
    uri = made(await alice.creates());
    made(await alice.creates());
  });
  after(() => system.close());

  const LOOKALIKES: readonly (readonly [what: string, of: string, name: string])[] = [
    ['a Cyrillic a', 'alice', '\u0430lice'],
    ['a full-width a', 'alice', '\uff41lice'],
    ['a Kelvin sign', 'kate', '\u212aate'],
    ['a dotless i', 'alice', 'al\u0131ce'],
    ['a dotted capital I', 'alice', 'AL\u0130CE'],
    ['a character of no width', 'alice', 'ali\u200bce'],
    ['a mark of direction', 'alice', '\u202ealice'],
    ['an accent that combines', 'alice', 'alice\u0301'],
    ['a soft hyphen', 'alice', 'al\u00adice'],
    ['a small capital', 'alice', 'ali\u1d04e'],
    ['an escaped letter beyond ASCII', 'alice', '%D0%B0lice'],
    ['a letter that is escaped twice', 'alice', '%2561lice'],
  ];

  for (const [what, of, name] of LOOKALIKES) {
    it(`[E3, M6, Z5] ${what} makes another name of ${of}: not hers who sends, and not hers who is asked for`, async () => {
      const authorization = basic(of, PASSWORD);
      const own = system.party(`xcon-userid:${of}@example.com`, authorization);
      expect(await own.lists()).to.include({ code: 200 });
      const other = `xcon-userid:${name}@example.com`;
      expect(await system.party(other, authorization).lists()).to.include({ code: 421 });
      expect(await alice.retrievesUser(uri, other)).to.include({ code: 420 });
      const login = await system.party(own.id, basic(name, PASSWORD)).post(own.text('confs'));
      expect(login.status).to.equal(401);
    });
  }

  it('[E3, L10] users and addresses that look alike stand beside one another', async () => {
    const names = ['m\u0430x', 'max', 'm\uff41x', 'ma\u0301x', 'm\u00e1x', '\u212aax', 'kax'];
    const user = (name: string): string =>
      `<info:user entity="xcon-userid:${name}@example.com">${endpoint(`sip:${name}@example.net`)}</info:user>`;
    expect(await alice.updatesUsers(uri, names.map(user).join(''))).to.include({ code: 200 });
    const shown = attributesAt((await alice.retrievesUsers(uri)).info, 'user', 'entity');
    expect(shown).to.have.lengthOf(names.length + 1);
    expect(new Set(shown)).to.have.lengthOf(names.length + 1);
  });

  it('[A1, A3] what looks like AUTO_GENERATE is no placeholder and stays as it is', async () => {
    for (const word of [
      '\u0410UTO_GENERATE_1',
      'AUTO\uff3fGENERATE_1',
      'AUTO_GENERATE_\u0661',
      'AUTO_GENERATE_\uff11',
      'AUTO_GENERATE\u200b_1',
      'AUTO_GENERATE_',
      'AUTO_GENERATE_x',
      'auto_generate_1',
      'AUTO-GENERATE-1',
      'AUT\u039f_GENERATE_1',
    ]) {
      const text = description(`<info:display-text>${word}</info:display-text>`);
      expect(textAt((await alice.creates(text)).info, 'conference-description/display-text'), word).to.equal(word);
      const named = await alice.asks('conf', { operation: 'create', inside: confInfo(`xcon:${word}@example.com`, '') });
      expect(named.code, `${word} as the name of a conference`).to.be.oneOf([400, 409]);
      const brought = await alice.brings(uri, `xcon-userid:${word}@example.com`, endpoint('sip:somebody@example.org'));
      if (brought.code === 200) {
        expect(brought.info?.attribute('entity'), word).to.equal(`xcon-userid:${word}@example.com`);
        await alice.removes(uri, `xcon-userid:${word}@example.com`);
      } else expect(brought.code, word).to.be.oneOf([400, 420]);
    }
  });
});
