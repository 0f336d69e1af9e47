import { expect } from 'chai';
import { endpoint, userInfo } from '../support/messages.ts';
import { expectValid } from '../support/schemas.ts';
import { idOf, made, sipOf, TestSystem, type Name } from '../support/system.ts';
import { incoming, one, outgoing, rule, simservs } from '../mmtel/documents.ts';

const ALL = rule('', false);
const MEDIA = '<info:media id="1"><info:type>video</info:type></info:media>';

/** Runs every scenario in a system of its own settings. */
function inSystem(settings: Readonly<Record<string, unknown>>, scenarios: (of: () => TestSystem) => void): void {
  let system: TestSystem;
  before(async () => (system = await TestSystem.start(settings)));
  after(() => system.close());
  afterEach(async () => {
    for (const name of ['alice', 'bob', 'carol']) await system.administration.removeBarring({ name });
  });
  scenarios(() => system);
}

describe('communication barring', () => {
  inSystem({}, (system) => {
    const bars = (name: Name, rules: string): Promise<void> =>
      system().administration.setBarring({ name, document: simservs(rules) });
    const created = async (): Promise<string> => made(await system().as('alice').creates());
    const join = (name: Name, uri: string, inside = '') =>
      system()
        .as(name)
        .joins(uri, endpoint(sipOf(name), inside));
    const add = (adder: Name, uri: string, name: Name) =>
      system()
        .as(adder)
        .asks('user', {
          operation: 'create',
          confObjID: uri,
          inside: userInfo(idOf(name), endpoint(sipOf(name))),
        });

    it('lets nobody join whose outgoing rules match', async () => {
      const uri = await created();
      await bars('bob', outgoing(ALL));
      const refused = await join('bob', uri);
      expect(refused.code).to.equal(401);
      expect(refused.string).to.include('Your communication barring');
      expect((await system().as('alice').retrieves(uri)).xml).not.to.include(sipOf('bob'));
      await bars('bob', incoming(ALL));
      expect((await join('bob', uri)).code).to.equal(200);
    });

    it('bars one conference by its address, and lets others in by an exception', async () => {
      const [barred, other] = [await created(), await created()];
      await bars('bob', outgoing(rule(one(barred.replace('xcon:', 'sip:')), false)));
      expect((await join('bob', barred)).code).to.equal(401);
      expect((await join('bob', other)).code).to.equal(200);
      await bars('carol', outgoing(ALL + rule(one(other.replace('xcon:', 'sip:')), true)));
      expect((await join('carol', barred)).code).to.equal(401);
      expect((await join('carol', other)).code).to.equal(200);
    });

    it('bars media, of an endpoint or of the conference', async () => {
      const uri = await created();
      await bars('bob', outgoing(rule('<media>video</media>', false)));
      expect((await join('bob', uri, MEDIA)).code).to.equal(401);
      expect((await join('bob', uri)).code).to.equal(200);
      await bars('carol', outgoing(rule('<media>audio</media>', false)));
      expect((await join('carol', uri)).code).to.equal(401);
    });

    it('lets nobody add whom her incoming rules keep away from him or from the conference', async () => {
      const uri = await created();
      for (const rules of [ALL, rule(one(sipOf('alice')), false), rule(one(uri.replace('xcon:', 'sip:')), false)]) {
        await bars('bob', incoming(rules));
        const refused = await add('alice', uri, 'bob');
        expect(refused.code).to.equal(401);
        expect(refused.string).to.include('barring of this user');
      }
      await bars('bob', incoming(rule(one(sipOf('carol')), false)));
      expect((await add('alice', uri, 'bob')).code).to.equal(200);
    });

    it('asks the rules of who adds before those of whom he adds', async () => {
      const uri = await created();
      await bars('alice', outgoing(rule(one(sipOf('bob')), false)));
      await bars('bob', incoming(ALL));
      expect((await add('alice', uri, 'bob')).string).to.include('does not let you call this user');
      expect((await add('alice', uri, 'carol')).code).to.equal(200);
    });

    it('rejects who adds without showing who he is', async () => {
      const uri = await created();
      const hides = '<xcon:provide-anonymity>private</xcon:provide-anonymity>';
      await system()
        .as('alice')
        .joins(uri, endpoint(sipOf('alice')) + hides);
      await bars('bob', incoming(rule('<anonymous/>', false)));
      const refused = await add('alice', uri, 'bob');
      expect(refused.code).to.equal(401);
      expect(refused.string).to.include('no anonymous call');
    });

    it('judges the users of a list one by one: the call of who is barred has failed', async () => {
      const uri = await created();
      await bars('bob', incoming(ALL));
      const both = (['bob', 'carol'] as const)
        .map((name) => `<info:user entity="${idOf(name)}">${endpoint(sipOf(name))}</info:user>`)
        .join('');
      expect((await system().as('alice').updatesUsers(uri, both)).code).to.equal(200);
      const { xml } = await system().as('alice').retrieves(uri);
      const statusOf = (name: Name): string[] =>
        new RegExp(`<info:endpoint entity="${sipOf(name)}">.*?</info:endpoint>`)
          .exec(xml)?.[0]
          .match(/(?<=<info:(?:status|disconnection-method)>)[a-z]+/g) ?? [];
      expect(statusOf('bob')).to.deep.equal(['disconnected', 'failed']);
      expect(statusOf('carol')).to.deep.equal(['connected']);
    });

    it('is set by users for themselves in CCMP, and by system administrators for all', async () => {
      const uri = await created();
      const ask = async (
        name: Name | 'root',
        operation: 'retrieve' | 'update' | 'delete',
        attributes = '',
        document = '',
      ) => {
        const inside = `<extensionName>barring</extensionName><b:barring xmlns:b="urn:plenary:barring"${attributes}>${document}</b:barring>`;
        const answer = await system().as(name).asks('extended', { operation, inside });
        const [element] = /<(\w+:)?barring[\s\S]*<\/\1barring>|<(\w+:)?barring[^>]*\/>/.exec(answer.xml) ?? [];
        if (element !== undefined) expectValid('barring', element);
        return answer;
      };
      expect((await ask('bob', 'retrieve')).xml).not.to.include('simservs ');
      const set = await ask('bob', 'update', '', simservs(outgoing(ALL)));
      expect(set.code).to.equal(200);
      expect((await join('bob', uri)).code).to.equal(401);
      const tag = /tag="([^"]+)"/.exec(set.xml)?.[1] ?? '';
      expect((await ask('bob', 'retrieve')).xml)
        .to.include(`tag="${tag}"`)
        .and.include('outgoing-communication-barring');
      expect((await ask('bob', 'update', ' tag="old"', simservs(''))).code).to.equal(409);
      expect((await ask('bob', 'update', '', simservs(outgoing('<x/>')))).code).to.equal(400);
      expect((await ask('bob', 'update')).code).to.equal(400);
      expect((await ask('carol', 'retrieve', ` user="${idOf('bob')}"`)).code).to.equal(401);
      expect((await ask('carol', 'update', ` user="${idOf('bob')}"`, simservs(''))).code).to.be.oneOf([401, 409]);
      expect((await ask('root', 'retrieve', ` user="${idOf('bob')}"`)).xml).to.include(tag);
      expect((await ask('root', 'retrieve', ' user="xcon-userid:nobody@example.com"')).code).to.equal(420);
      expect((await ask('root', 'delete', ` user="${idOf('bob')}" tag="${tag}"`)).code).to.equal(200);
      expect((await join('bob', uri)).code).to.equal(200);
    });

    it('goes with its user', async () => {
      const { administration } = system();
      await administration.addUser({ name: 'zoe', password: 'x' });
      await administration.setBarring({ name: 'zoe', document: simservs(incoming(ALL)) });
      await administration.removeUser({ name: 'zoe' });
      await administration.addUser({ name: 'zoe', password: 'x' });
      expect(await administration.barring({ name: 'zoe' })).to.deep.equal({});
      await administration.removeUser({ name: 'zoe' });
    });
  });
});

describe('communication barring read literally (mmtel.barring=any)', () => {
  inSystem({ 'mmtel.barring': 'any' }, (system) => {
    it('keeps out who has an active rule, whatever it bars', async () => {
      const uri = made(await system().as('alice').creates());
      const join = () =>
        system()
          .as('bob')
          .joins(uri, endpoint(sipOf('bob')));
      const add = () =>
        system()
          .as('alice')
          .asks('user', {
            operation: 'create',
            confObjID: uri,
            inside: userInfo(idOf('bob'), endpoint(sipOf('bob'))),
          });
      for (const rules of [incoming(rule(one('sip:x@example.net'), false)), outgoing(rule('<roaming/>', false))]) {
        await system().administration.setBarring({ name: 'bob', document: simservs(rules) });
        expect((await join()).code).to.equal(401);
        expect((await add()).code).to.equal(401);
      }
      for (const rules of [
        incoming(rule('<rule-deactivated/>', false)),
        incoming(ALL, 'false'),
        outgoing(rule('', true)),
      ]) {
        await system().administration.setBarring({ name: 'bob', document: simservs(rules) });
        expect((await join()).code).to.equal(200);
        await system().as('bob').asks('user', { operation: 'delete', confObjID: uri });
      }
    });
  });
});
