import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { ConferenceControlClient, type ClientOptions } from '../../../lib/ccmp/client/client.ts';
import { CcmpError, TransportError } from '../../../lib/ccmp/client/errors.ts';
import { encodeResponse } from '../../../lib/ccmp/codec/response.ts';
import { Refusal } from '../../../lib/conference/refusal.ts';
import { CONFERENCE_INFO, info } from '../../../lib/model/names.ts';
import { Service } from '../service.ts';
import { GUEST, URI } from '../stand-in.ts';

const alice = { user: 'alice@example.com', password: 'demo' };
const success = encodeResponse({ type: 'options', confUserID: 'xcon-userid:alice@example.com', code: 200 });

async function failure<T extends Error>(work: Promise<unknown>, kind: new (...given: never[]) => T): Promise<T> {
  const error: unknown = await work.then(
    () => new Error('no failure'),
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(kind);
  return error as T;
}

describe('a conferencing client', () => {
  let service: Service;
  let client: ConferenceControlClient;
  const closing: (() => unknown)[] = [];
  const clientOf = (options: ClientOptions): ConferenceControlClient => {
    const made = new ConferenceControlClient(options);
    closing.push(() => made.close());
    return made;
  };
  /** Another HTTP server on this machine. */
  const serve = async (handle: RequestListener): Promise<string> => {
    const server: Server = createServer(handle);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closing.push(() => new Promise((resolve) => server.close(resolve)));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ccmp`;
  };

  beforeEach(async () => {
    service = await Service.start();
    client = clientOf({ url: service.url, ...alice });
  });
  afterEach(async () => {
    for (const close of closing.splice(0)) await close();
    await service.close();
  });
  const last = () => service.control.last;

  it('creates, reads, changes and deletes conferences', async () => {
    const made = await client.create({
      document: info('conference-info', { entity: 'xcon:AUTO_GENERATE_1@example.com' }),
    });
    expect(made).to.include({ uri: URI, version: 7 });
    expect(made.document?.first(CONFERENCE_INFO, 'conference-description')).not.to.equal(undefined);
    await client.create({ parent: 'xcon:room@example.com' });
    expect(last().arguments).to.deep.equal([{ parent: 'xcon:room@example.com' }]);
    await client.create();
    expect(last().arguments).to.deep.equal([{}]);
    expect((await client.retrieve(URI, { conferencePassword: '1234' })).version).to.equal(7);
    expect(last().call.password).to.equal('1234');
    await client.update(URI, `<conference-info xmlns="${CONFERENCE_INFO}" entity="${URI}"><users/></conference-info>`);
    expect(last()).to.include({ method: 'update' });
    expect(last().arguments[1]).to.have.property('local', 'conference-info');
    await client.delete(URI);
    expect(last()).to.include({ method: 'delete' });
    expect(await client.conferences()).to.deep.equal([{ uri: URI, displayText: 'A & B', purpose: undefined }]);
  });

  it('reads, makes, changes and deletes blueprints', async () => {
    expect(await client.blueprints()).to.deep.equal([]);
    const blueprint = info('conference-info', { entity: URI });
    const answers = [
      await client.retrieveBlueprint(URI),
      await client.createBlueprint(blueprint),
      await client.updateBlueprint(URI, blueprint),
    ];
    for (const answer of answers) expect(answer).to.include({ uri: URI, version: 7 });
    await client.deleteBlueprint(URI);
    expect(last()).to.include({ method: 'deleteBlueprint' });
  });

  it('makes, lists, reads, changes and deletes sidebars', async () => {
    expect(await client.createSidebar('Val', 'xcon:main@example.com')).to.include({ uri: URI, version: 7 });
    expect(last().arguments).to.deep.equal(['xcon:main@example.com', 'sidebar-by-val', undefined]);
    await client.createSidebar('Ref', URI, info('conference-info', { entity: 'xcon:AUTO_GENERATE_1@example.com' }));
    expect(last().arguments[1]).to.equal('sidebar-by-ref');
    expect(last().arguments[2]).to.have.property('local', 'conference-info');
    expect((await client.retrieveSidebar('Ref', URI)).document?.attribute('entity')).to.equal(URI);
    expect((await client.updateSidebar('Val', URI, info('conference-info', { entity: URI }))).version).to.equal(7);
    await client.deleteSidebar('Ref', URI);
    expect(last()).to.include({ method: 'deleteSidebar' });
    service.control.entries = [info('entry', { entity: URI }, [info('conference-state')])];
    const { version, sidebars } = await client.sidebarsByVal(URI, '//user', { conferencePassword: '1234' });
    expect(version).to.equal(7);
    expect(sidebars.map((entry) => entry.attribute('entity'))).to.deep.equal([URI]);
    expect(last().call.password).to.equal('1234');
    expect(last().arguments[2]).to.include({ expression: '//user' });
    service.control.entries = [info('entry', {}, [info('uri', {}, [URI])])];
    expect(await client.sidebarsByRef(URI)).to.deep.equal({ version: 7, sidebars: [URI] });
  });

  it('reads and changes users, and one user', async () => {
    const bob = info('user', { entity: 'xcon-userid:bob@example.com' });
    expect((await client.retrieveUsers(URI)).users).to.include({ local: 'users' });
    expect(await client.updateUsers(URI, info('users'))).to.deep.equal({ version: 7 });
    expect((await client.retrieveUser(URI)).user.attribute('entity')).to.equal('xcon-userid:alice@example.com');
    expect(await client.createUser(URI, bob)).to.include({ version: 7, confUserID: 'xcon-userid:alice@example.com' });
    expect(await client.updateUser(URI, bob)).to.deep.equal({ version: 7 });
    expect(await client.deleteUser(URI, 'xcon-userid:bob@example.com')).to.deep.equal({ version: 7 });
    expect(last().arguments).to.deep.equal([URI, 'xcon-userid:bob@example.com']);
  });

  it('enters without a name and learns the id', async () => {
    const newcomer = clientOf({ url: service.url });
    const user = info('user', { entity: 'xcon-userid:AUTO_GENERATE_1@example.com' });
    expect(await newcomer.createUser(URI, user)).to.include({ confUserID: GUEST });
  });

  it('asks what is served', async () => {
    const options = await client.options();
    expect(options).to.deep.include({ name: 'usersRequest', operations: ['retrieve', 'update'] });
    expect(options).to.deep.include({ name: 'confsRequest', operations: undefined });
  });

  it('[C11] throws the code, its title, the text and the version', async () => {
    service.control.failure = new Refusal('conflict', 'Retrieve it again.', 9);
    const error = await failure(client.update(URI, info('conference-info')), CcmpError);
    expect(error).to.include({ code: 409, title: 'Conflict', string: 'Retrieve it again.', version: 9 });
    expect(error.message).to.equal('409 Conflict: Retrieve it again.');
  });

  it('[R2] takes an unknown code for 500', async () => {
    const url = await serve((_request, response) => {
      response.end(encodeResponse({ type: 'options', confUserID: '', code: 499 }));
    });
    expect(await failure(clientOf({ url, ...alice }).options(), CcmpError)).to.include({ code: 500 });
  });

  it('is not made for a user who could not say who she is', () => {
    const bare = { url: service.url, user: 'alice', password: 'demo' };
    expect(() => clientOf(bare)).to.throw(TypeError, 'alice@example.com');
    expect(() => clientOf({ ...bare, confUserID: 'xcon-userid:alice@example.com' })).not.to.throw();
  });

  it('shows its credentials as a subject when it is told to', async () => {
    await clientOf({ url: service.url, ...alice, show: 'subject' }).options();
    const wrong = clientOf({ url: service.url, ...alice, password: 'x', show: 'subject' });
    expect(await failure(wrong.options(), CcmpError)).to.include({ code: 424 });
  });

  it('gives up when its credentials are not believed', async () => {
    const error = await failure(clientOf({ url: service.url, ...alice, password: 'x' }).options(), TransportError);
    expect(error.status).to.equal(401);
  });

  it('shows several requests at once its credentials', async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.options()));
    expect(answers).to.have.length(8);
    for (const answer of answers) expect(answer).to.deep.equal(answers[0]);
  });

  it('[H13] follows a redirect after the time that it is told', async () => {
    const url = await serve((_request, response) => {
      response.writeHead(307, { Location: service.url, 'Retry-After': '0' }).end();
    });
    const newcomer = clientOf({ url });
    expect(await newcomer.createUser(URI, info('user', { entity: 'xcon-userid:AUTO_GENERATE_1@b' }))).to.include({
      confUserID: GUEST,
    });
  });

  it('[H13] does not follow redirects for ever', async () => {
    const url = await serve((request, response) => {
      response.writeHead(307, { Location: request.url ?? '/' }).end();
    });
    const error = await failure(clientOf({ url, ...alice, redirects: 3 }).options(), TransportError);
    expect(error.message).to.contain('3 times');
  });

  it('shows no credentials to a server that a redirect names', async () => {
    const seen: IncomingMessage[] = [];
    const other = await serve((request, response) => {
      seen.push(request);
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="x"' }).end();
    });
    const url = await serve((_request, response) => {
      response.writeHead(307, { Location: other }).end();
    });
    expect((await failure(clientOf({ url, ...alice }).options(), TransportError)).status).to.equal(401);
    expect(seen.map(({ headers }) => headers.authorization)).to.deep.equal([undefined]);
    await failure(clientOf({ url, ...alice, show: 'subject' }).options(), TransportError);
    await failure(clientOf({ url, ...alice }).retrieve(URI, { conferencePassword: '1' }), TransportError);
    expect(seen).to.have.length(1);
  });

  it('[H18] stops waiting for an answer that does not come', async () => {
    const waiting: ServerResponse[] = [];
    const url = await serve((_request, response) => waiting.push(response));
    const error = await failure(clientOf({ url, ...alice, timeout: 20 }).options(), TransportError);
    expect(error.message).to.equal('no answer within 20 ms');
    for (const response of waiting) response.destroy();
  });

  it('tells of answers that are no CCMP', async () => {
    const url = await serve((_request, response) => response.end('hello'));
    expect((await failure(clientOf({ url, ...alice }).options(), TransportError)).message).to.contain(
      'no CCMP response',
    );
    const gone = clientOf({ url: 'http://127.0.0.1:9/ccmp' });
    await failure(gone.options(), TransportError);
  });

  it('[H4] says what it sends and what it takes', async () => {
    let sent: IncomingMessage | undefined;
    let body = '';
    const url = await serve((request, response) => {
      sent = request;
      void text(request).then((content) => {
        body = content;
        response.end(success);
      });
    });
    await clientOf({ url, ...alice, userAgent: 'test/1' }).options();
    expect(sent?.headers).to.include({
      'content-type': 'application/ccmp+xml;charset=UTF-8',
      accept: 'application/ccmp+xml',
      'user-agent': 'test/1',
      from: 'alice@example.com',
    });
    expect(body).to.contain('<confUserID>xcon-userid:alice@example.com</confUserID></ccmpRequest>');
  });
});
