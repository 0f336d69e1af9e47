import { expect } from 'chai';
import { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import { serialize } from '../../lib/xml/serialize.ts';
import { PREFIXES } from '../../lib/model/names.ts';
import { endpoint, title } from '../support/messages.ts';
import { all, textAt } from '../support/reading.ts';
import { expectValid } from '../support/schemas.ts';
import { idOf, made, PASSWORD, sipOf, TestSystem, type Name } from '../support/system.ts';

const SINCE = 'urn:plenary:conference-changes';

describe('a client that keeps up with a conference', () => {
  let system: TestSystem;
  const clients: ConferenceControlClient[] = [];
  before(async () => (system = await TestSystem.start({ 'log.versions': '8' })));
  after(async () => {
    for (const client of clients) client.close();
    await system.close();
  });

  const clientOf = (name: Name): ConferenceControlClient => {
    const client = new ConferenceControlClient({ url: system.url, user: `${name}@example.com`, password: PASSWORD });
    clients.push(client);
    return client;
  };
  const ask = (uri: string, inside: string) =>
    system.as('alice').asks('extended', {
      operation: 'retrieve',
      confObjID: uri,
      inside: `<extensionName>changesSince</extensionName>${inside}`,
    });

  it('[X1, O2, N10] asks what changed since its version, also after a restart, and retrieves when nobody knows', async () => {
    const alice = clientOf('alice');
    const extension = (await alice.options()).find(({ name }) => name === 'changesSince');
    expect(extension).to.deep.include({ operations: ['retrieve'] });
    expect(extension?.extension?.schema).to.match(/conference-changes\.xsd$/);

    const { uri } = await alice.create();
    await system.as('bob').joins(uri, endpoint(sipOf('bob')));
    const { version = 0, document } = await alice.retrieve(uri);
    await system.as('alice').updates(uri, title('Board'));
    await system.as('carol').joins(uri, endpoint(sipOf('carol')));
    await system.as('bob').leaves(uri);
    await system.restart();

    const again = clientOf('alice');
    const told = await again.changesSince(uri, version);
    const now = await again.retrieve(uri);
    expect(told.version)
      .to.equal(version + 3)
      .and.equal(now.version);
    const text = (element = document!) => serialize(element, { prefixes: PREFIXES });
    const patched = told.changes!.applyTo(document!).withName(now.document!.namespace, now.document!.local);
    expect(text(patched)).to.equal(text(now.document));
    expect((await again.changesSince(uri, version + 3)).changes?.diff).to.equal(undefined);

    for (let count = 0; count < 30; count++) await system.as('alice').updates(uri, title(`Board ${count}`));
    expect((await again.changesSince(uri, version)).changes, 'too long ago').to.equal(undefined);
  });

  it('[X1, M16] is answered validly, and told what is wrong', async () => {
    const uri = made(await system.as('alice').creates());
    await system.as('alice').updates(uri, title('Plans'));
    const answer = await ask(uri, `<c:since xmlns:c="${SINCE}" version="1"/>`);
    expect(answer).to.include({ code: 200, version: 2, extensionName: 'changesSince' });
    const [changes] = answer.extension ?? [];
    expectValid('conference-changes', serialize(changes!));
    expect(changes?.attribute('since')).to.equal('1');
    expect(textAt(changes, 'conference-info-diff/replace') ?? textAt(changes, 'conference-info-diff/add')).not.to.equal(
      undefined,
    );
    const future = await ask(uri, `<c:since xmlns:c="${SINCE}" version="7"/>`);
    expectValid('conference-changes', serialize(future.extension![0]!));
    expect(all(future.extension![0], 'retrieve')).to.have.length(1);
    for (const since of [
      '',
      `<c:since xmlns:c="${SINCE}"/>`,
      `<c:since xmlns:c="${SINCE}" version="0"/>`,
      '<since version="1"/>',
    ])
      expect(await ask(uri, since), since).to.include({ code: 400 });
    const stranger = await system.as('dave').asks('extended', {
      ...{ operation: 'retrieve', confObjID: uri },
      inside: `<extensionName>changesSince</extensionName><c:since xmlns:c="${SINCE}" version="1"/>`,
    });
    expect(stranger).to.include({ code: 404, confUserID: idOf('dave') });
  });
});
