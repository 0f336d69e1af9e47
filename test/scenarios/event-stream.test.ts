import { expect } from 'chai';
import { endpoint, title } from '../support/messages.ts';
import { EventReader, type ServerSentEvent } from '../support/event-reader.ts';
import { patched } from '../support/independent-patch.ts';
import { merged, type Json } from '../support/merge-patch.ts';
import { basic } from '../support/party.ts';
import { readByPlenary } from '../support/readers.ts';
import { expectValid } from '../support/schemas.ts';
import { idOf, made, PASSWORD, sipOf, TestSystem, type Name } from '../support/system.ts';

const AT_ONCE = {
  'notification.minInterval': 1,
  'notification.urgentInterval': 1,
  'cors.origins': ['https://pages.example.org'],
};

describe('a stream of events', () => {
  let system: TestSystem;
  let uri: string;
  const open: EventReader[] = [];

  const eventsOf = (conference: string): string =>
    `${new URL(system.url).origin}/conferences/${encodeURIComponent(conference)}/events`;

  async function watches(name: Name, headers: Record<string, string> = {}, conference = uri): Promise<EventReader> {
    const reader = await EventReader.open(eventsOf(conference), { Authorization: basic(name, PASSWORD), ...headers });
    open.push(reader);
    return reader;
  }

  const next = async (reader: EventReader): Promise<ServerSentEvent> => {
    const event = await reader.next();
    if (event === undefined) throw new Error('the stream has ended');
    return event;
  };

  before(async () => {
    system = await TestSystem.start(AT_ONCE);
  });
  beforeEach(async () => {
    uri = made(await system.as('alice').clones('xcon:default@example.com'));
    await system.as('alice').joins(uri, endpoint(sipOf('alice'), ''));
  });
  afterEach(() => {
    for (const reader of open.splice(0)) reader.close();
  });
  after(() => system.close());

  it('[N5, N28] gives Alice the whole conference and then each change', async () => {
    const reader = await watches('alice');
    expect(reader.status).to.equal(200);
    expect(reader.headers['content-type']).to.equal('text/event-stream');
    const first = await next(reader);
    expect(first.event).to.equal('full');
    expectValid('xcon-conference-info', first.data);
    await system.as('alice').updates(uri, title('Changed'));
    const second = await next(reader);
    expect(second.event).to.equal('diff');
    expectValid('conference-info-diff', second.data);
    const fresh = await next(await watches('alice'));
    expect(readByPlenary(patched(first.data, second.data))).to.deep.equal(readByPlenary(fresh.data));
    expect(second.id).to.equal(fresh.id);
  });

  it('goes on where a reader was, and begins anew where something was missed', async () => {
    const reader = await watches('alice');
    const { id = '' } = await next(reader);
    reader.close();
    const again = await watches('alice', { 'Last-Event-ID': id });
    await system.as('alice').updates(uri, title('Later'));
    expect((await next(again)).event).to.equal('diff');
    const late = await watches('alice', { 'Last-Event-ID': id });
    expect((await next(late)).event).to.equal('full');
  });

  it('speaks JSON to who asks for it, its changes as merge patches (RFC 7396)', async () => {
    const reader = await watches('alice', { Accept: 'text/event-stream, application/json' });
    let document = JSON.parse((await next(reader)).data) as Json;
    await system.as('alice').updates(uri, title('In JSON'));
    document = merged(document, JSON.parse((await next(reader)).data) as Json);
    const fresh = await EventReader.open(`${eventsOf(uri)}?format=json`, { Authorization: basic('alice', PASSWORD) });
    open.push(fresh);
    expect(document).to.deep.equal(JSON.parse((await next(fresh)).data));
    expect(document).to.have.nested.property('conference-description.display-text', 'In JSON');
    expect(document['users']).to.have.nested.property(`user.${idOf('alice').replaceAll('.', '\\.')}`);
    expect(document).to.have.nested.property('conference-state.user-count', 1);
  });

  it('[N15] ends with the conference', async () => {
    const reader = await watches('alice');
    await next(reader);
    await system.as('alice').deletes(uri);
    expect(await reader.next()).to.include({ event: 'end', data: 'noresource' });
    expect(await reader.next()).to.equal(undefined);
  });

  it('[N19] is closed to who may not watch, and asks strangers who they are', async () => {
    expect((await watches('bob')).status).to.equal(404);
    expect((await watches('alice', {}, 'xcon:nothing@example.com')).status).to.equal(404);
    const nobody = await EventReader.open(eventsOf(uri), {});
    open.push(nobody);
    expect(nobody.status).to.equal(401);
    expect(nobody.headers['www-authenticate']).to.be.a('string');
  });

  it('gives a page a token for one conference in place of credentials, which no other page can use', async () => {
    const sessionUrl = eventsOf(uri).replace(/events$/, 'session');
    const credentials = { Authorization: basic('alice', PASSWORD) };
    const session = await EventReader.open(sessionUrl, { ...credentials, Origin: 'https://pages.example.org' }, 'POST');
    expect(session.status).to.equal(204);
    const [cookie = ''] = session.headers['set-cookie'] ?? [];
    expect(cookie).to.match(/; HttpOnly; SameSite=Strict$/);
    const token = cookie.slice(0, cookie.indexOf(';'));
    const page = await EventReader.open(eventsOf(uri), { Cookie: token, Origin: 'https://pages.example.org' });
    open.push(page);
    expect((await next(page)).event).to.equal('full');
    const foreign = await EventReader.open(eventsOf(uri), { Cookie: token, Origin: 'https://evil.example.net' });
    expect(foreign.status).to.equal(403);
    const other = made(await system.as('alice').clones('xcon:default@example.com'));
    const elsewhere = await EventReader.open(eventsOf(other), { Cookie: token });
    expect(elsewhere.status).to.equal(401);
    const stranger = await EventReader.open(sessionUrl, { Authorization: basic('bob', PASSWORD) }, 'POST');
    expect(stranger.status).to.equal(404);
  });

  it('ends when the server ends', async () => {
    const own = await TestSystem.start(AT_ONCE);
    const conference = made(await own.as('alice').clones('xcon:default@example.com'));
    const address = `${new URL(own.url).origin}/conferences/${encodeURIComponent(conference)}/events`;
    const reader = await EventReader.open(address, { Authorization: basic('alice', PASSWORD) });
    await next(reader);
    await own.close();
    expect(await reader.next()).to.include({ event: 'end', data: 'deactivated' });
  });

  it('is refused beyond the number that one user may open', async () => {
    const own = await TestSystem.start({ 'events.perUser': 1 });
    const conference = made(await own.as('alice').clones('xcon:default@example.com'));
    const address = `${new URL(own.url).origin}/conferences/${encodeURIComponent(conference)}/events`;
    const headers = { Authorization: basic('alice', PASSWORD) };
    const first = await EventReader.open(address, headers);
    await next(first);
    const second = await EventReader.open(address, headers);
    expect(second.status).to.equal(503);
    expect(second.headers['retry-after']).to.equal('60');
    first.close();
    await own.close();
  });
});
