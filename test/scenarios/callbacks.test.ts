import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { serialize } from '../../lib/xml/serialize.ts';
import { ConferenceControlClient } from '../../lib/ccmp/client/client.ts';
import { CcmpError } from '../../lib/ccmp/client/errors.ts';
import type { CallbackScope } from '../../lib/ccmp/codec/callbacks.ts';
import { Receiver } from '../callback/receiver.ts';
import { endpoint, title } from '../support/messages.ts';
import { expectValid } from '../support/schemas.ts';
import { idOf, made, PASSWORD, sipOf, TestSystem, type Name } from '../support/system.ts';

const SETTINGS = { 'callbacks.allowed': ['127.0.0.1'], 'callbacks.firstWait': 1 };

describe('callbacks', () => {
  let system: TestSystem;
  let receiver: Receiver;
  const clients: ConferenceControlClient[] = [];

  const clientOf = (name: Name | 'root'): ConferenceControlClient => {
    const client = new ConferenceControlClient({ url: system.url, user: `${name}@example.com`, password: PASSWORD });
    clients.push(client);
    return client;
  };
  const codeOf = (asked: Promise<unknown>): Promise<number | undefined> =>
    asked.then(
      () => undefined,
      (error: unknown) => (error instanceof CcmpError ? error.code : Promise.reject(error as Error)),
    );
  const calls = (name: Name | 'root', scope: CallbackScope) => clientOf(name).addCallback({ url: receiver.url, scope });

  beforeEach(async () => {
    system = await TestSystem.start(SETTINGS);
    receiver = await Receiver.start();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.close();
    await receiver.close();
    await system.close();
  });

  it('[X1] tell Alice of the life of her conferences, signed, each change once and in order', async () => {
    const { id, secret } = await calls('alice', 'mine');
    const uri = made(await system.as('alice').clones('xcon:default@example.com'));
    await system.as('alice').updates(uri, title('Board'));
    await system.as('alice').joins(uri, endpoint(sipOf('alice'), ''));
    await system.as('bob').joins(uri, endpoint(sipOf('bob'), ''));
    await system.as('bob').leaves(uri);
    // Of what is deleted nobody may see what came before.
    await receiver.until(() => receiver.told.includes('participant-left'));
    await system.as('alice').deletes(uri);
    await receiver.until((all) => all.some(({ report }) => report.events[0]?.type === 'conference-deleted'));
    expect(receiver.told.slice(0, 2)).to.deep.equal(['conference-created', 'conference-changed']);
    expect(receiver.told.join(' ')).to.match(
      /participant-joined.*participant-joined.*participant-left.*conference-deleted$/,
    );
    const [created, changed] = receiver.received;
    expect(created?.report.document).to.have.property('conference-description');
    expect(changed?.report).to.deep.include({
      conference: uri,
      version: 2,
      changes: { 'conference-description': { 'display-text': 'Board' } },
    });
    const versions = receiver.received.map(({ report }) => report.version ?? Infinity);
    expect(versions).to.deep.equal(versions.toSorted((a, b) => a - b));
    const keys = receiver.received.map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).to.equal(keys.length);
    for (const { headers, body } of receiver.received) {
      expect(headers['plenary-callback']).to.equal(id);
      // As docs/protocol.md tells receivers to check it.
      const timestamp = String(headers['plenary-timestamp']);
      const signature = createHmac('sha256', secret).update(`${timestamp}.${body.toString()}`).digest('hex');
      expect(headers['plenary-signature']).to.equal(`sha256=${signature}`);
      expect(Math.abs(Date.now() / 1_000 - Number(timestamp))).to.be.below(300);
    }
  });

  it('[X1] tell each thing that happens by its name', async () => {
    await calls('alice', 'mine');
    const alice = system.as('alice');
    const uri = made(await alice.clones('xcon:default@example.com'));
    const phone = (mute: boolean): string =>
      endpoint(
        sipOf('alice'),
        `<info:media id="1"><info:type>audio</info:type><xcon:to-mixer name="AudioIn"><xcon:controls>
          <xcon:mute>${mute}</xcon:mute></xcon:controls></xcon:to-mixer></info:media>`,
      );
    await alice.updates(uri, title('Board'));
    await alice.joins(uri, phone(false));
    await alice.updatesUser(uri, idOf('alice'), phone(true));
    await alice.leaves(uri);
    // Of what is deleted nobody may see what came before.
    await receiver.until(() => receiver.told.includes('conference-ended participant-left'));
    await alice.deletes(uri);
    await receiver.until(() => receiver.told.includes('conference-deleted'));
    const events = receiver.received.map(({ report }) => report.events.map(({ type }) => type));
    expect(events).to.deep.equal([
      ['conference-created'],
      ['conference-changed'],
      ['conference-activated', 'participant-joined'],
      ['participant-changed'],
      ['conference-ended', 'participant-left'],
      ['conference-deleted'],
    ]);
  });

  it('[E41] show what their owner may see, and nothing once he may not', async () => {
    const uri = made(await system.as('alice').clones('xcon:default@example.com'));
    await system.as('bob').joins(uri, endpoint(sipOf('bob'), ''));
    const bobs = await calls('bob', { conference: uri });
    const roots = await calls('root', 'all');
    await system.as('carol').joins(uri, endpoint(sipOf('carol'), ''));
    await receiver.until((all) => all.length === 2);
    await system.as('alice').removes(uri, idOf('bob'));
    await system.as('alice').updates(uri, title('Without Bob'));
    await receiver.until((all) => all.some(({ report }) => report.changes?.['conference-description'] !== undefined));
    const toldTo = ({ id }: { id: string }): string[] =>
      receiver.received
        .filter(({ headers }) => headers['plenary-callback'] === id)
        .map(({ report }) => report.events.map(({ type }) => type).join(' '));
    expect(toldTo(bobs)).to.deep.equal(['participant-joined']);
    expect(toldTo(roots)).to.deep.equal(['participant-joined', 'participant-left', 'conference-changed']);
  });

  it('are for those who may watch, at places that may be called', async () => {
    const uri = made(await system.as('alice').clones('xcon:default@example.com'));
    expect(await codeOf(calls('bob', { conference: uri }))).to.equal(404);
    expect(await codeOf(calls('alice', 'all'))).to.equal(401);
    const alice = clientOf('alice');
    for (const url of ['http://example.com/', 'https://10.0.0.1/', 'https://[fe80::1]/', 'file:///etc/passwd', 'x'])
      expect(await codeOf(alice.addCallback({ url, scope: 'mine' })), url).to.equal(400);
    expect(await codeOf(alice.removeCallback('nothing'))).to.equal(404);
  });

  it('[X1, M16] are listed to their owner without the secret, and removed by him', async () => {
    const { id } = await calls('alice', 'mine');
    const asked = { operation: 'retrieve', inside: '<extensionName>callback</extensionName>' } as const;
    const { extension = [] } = await system.as('alice').asks('extended', asked);
    const text = serialize(extension[0]!);
    expectValid('callbacks', text);
    expect(text)
      .to.include(id)
      .and.not.match(/secret/);
    expect(await clientOf('bob').callbacks()).to.deep.equal([]);
    expect((await clientOf('root').callbacks()).map((one) => one.id)).to.deep.equal([id]);
    expect(await codeOf(clientOf('bob').removeCallback(id))).to.equal(404);
    await clientOf('alice').removeCallback(id);
    expect(await clientOf('alice').callbacks()).to.deep.equal([]);
  });

  it('are tried again until they are taken, also by the next life of the server, and lead nowhere else', async () => {
    await calls('alice', 'mine');
    receiver.status = () => 307;
    receiver.location = 'http://127.0.0.1:1/elsewhere';
    made(await system.as('alice').clones('xcon:default@example.com'));
    await receiver.until((all) => all.length >= 2);
    await system.restart();
    const before = receiver.received.length;
    receiver.status = () => 200;
    await receiver.until((all) => all.length > before);
    const [key] = new Set(receiver.received.map(({ headers }) => headers['idempotency-key']));
    expect(new Set(receiver.received.map(({ headers }) => headers['idempotency-key'])).size).to.equal(1);
    expect(key).to.match(/^"xcon:[^;]+;\d+;1"$/);
  });
});
