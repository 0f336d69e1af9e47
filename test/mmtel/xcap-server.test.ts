import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { basic } from '../support/party.ts';
import { expectValid, validate } from '../support/schemas.ts';
import { PASSWORD, TestSystem } from '../support/system.ts';
import { incoming, one, rule, simservs } from './documents.ts';

const TYPE = 'application/vnd.etsi.simservs+xml';
const BARS_BOB = simservs(incoming(rule(one('sip:bob@example.com'), false, 'bob')));
const CP = '?xmlns(cp=urn:ietf:params:xml:ns:common-policy)';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

describe('XCAP', () => {
  let system: TestSystem;
  before(async () => (system = await TestSystem.start({ 'mmtel.bytes': 4_000 })));
  after(() => system.close());
  afterEach(() => system.administration.removeBarring({ name: 'alice' }));

  function send(
    method: string,
    path: string,
    { body, headers = {}, as = 'alice' }: { body?: string; headers?: Record<string, string>; as?: string } = {},
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const url = new URL(system.url);
      const sent = httpRequest(
        {
          host: url.hostname,
          port: url.port,
          path,
          method,
          agent: false,
          headers: { ...(as && { Authorization: basic(as, PASSWORD) }), ...headers },
        },
        (answer) => {
          text(answer).then(
            (content) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: content }),
            reject,
          );
        },
      );
      sent.on('error', reject);
      sent.end(body);
    });
  }

  const at = (name: string, selector = ''): string =>
    `/xcap-root/simservs.ngn.etsi.org/users/${name}/simservs.xml${selector}`;
  const ALICE = at('sip:alice@example.com');
  const node = (selector: string, query = CP): string =>
    `${ALICE}/~~/${encodeURI(selector).replaceAll('[', '%5B').replaceAll(']', '%5D')}${query}`;
  const put = (path: string, body: string, type = TYPE, headers = {}): Promise<Answer> =>
    send('PUT', path, { body, headers: { 'Content-Type': type, ...headers } });

  it('keeps a document, gives it back as it was, and forgets it', async () => {
    expect((await send('GET', ALICE)).status).to.equal(404);
    const made = await put(ALICE, BARS_BOB);
    expect(made.status).to.equal(201);
    const got = await send('GET', ALICE);
    expect(got).to.include({ status: 200, body: BARS_BOB });
    expect(got.headers).to.include({ etag: made.headers.etag, 'content-type': TYPE });
    expect((await send('HEAD', ALICE)).headers['content-length']).to.equal(String(BARS_BOB.length));
    expect((await send('GET', at('sip%3Aalice%40example.com'))).status).to.equal(200);
    expect((await send('GET', at('xcon-userid:alice@example.com'))).status).to.equal(200);
    expect((await put(ALICE, BARS_BOB)).status).to.equal(200);
    expect((await send('DELETE', ALICE)).status).to.equal(200);
    expect((await send('DELETE', ALICE)).status).to.equal(404);
  });

  it('changes nothing in another state than its sender names', async () => {
    const none = { 'If-None-Match': '*' };
    const first = await put(ALICE, BARS_BOB, TYPE, none);
    expect(first.status).to.equal(201);
    const tag = first.headers.etag ?? '';
    expect((await put(ALICE, simservs(''), TYPE, none)).status).to.equal(412);
    expect((await put(ALICE, simservs(''), TYPE, { 'If-Match': '"other"' })).status).to.equal(412);
    expect((await send('DELETE', ALICE, { headers: { 'If-Match': '"other"' } })).status).to.equal(412);
    expect((await send('GET', ALICE)).body).to.equal(BARS_BOB);
    expect((await send('GET', ALICE, { headers: { 'If-None-Match': `"x", ${tag}` } })).status).to.equal(304);
    const second = await put(ALICE, simservs(''), TYPE, { 'If-Match': tag });
    expect(second.status).to.equal(200);
    expect(second.headers.etag).not.to.equal(tag);
    expect((await put(ALICE, BARS_BOB, TYPE, { 'If-Match': tag })).status).to.equal(412);
    expect((await send('DELETE', ALICE, { headers: { 'If-Match': '*' } })).status).to.equal(200);
    expect((await put(ALICE, BARS_BOB, TYPE, { 'If-Match': '*' })).status).to.equal(412);
  });

  it('of two who write at once lets one win, and tells the other', async () => {
    const tag = (await put(ALICE, BARS_BOB)).headers.etag ?? '';
    const writes = ['a', 'b', 'c'].map((id) =>
      put(ALICE, simservs(incoming(rule('', false, id))), TYPE, { 'If-Match': tag }),
    );
    expect((await Promise.all(writes)).map(({ status }) => status).sort()).to.deep.equal([200, 412, 412]);
  });

  it('refuses documents that it can not use with the reason, and keeps what was there', async () => {
    await put(ALICE, BARS_BOB);
    const refused = async (body: string, type = TYPE, path = ALICE): Promise<string> => {
      const answer = await put(path, body, type);
      expect(answer.status, body).to.equal(409);
      expect(answer.headers['content-type']).to.equal('application/xcap-error+xml');
      expectValid('xcap-error', answer.body);
      return /<xcap-error[^>]*><([\w-]+)/.exec(answer.body)?.[1] ?? '';
    };
    expect(await refused('<simservs')).to.equal('not-well-formed');
    expect(await refused('<simservs/>')).to.equal('schema-validation-error');
    expect(await refused(simservs(incoming('<cp:rule/>')))).to.equal('schema-validation-error');
    const el = 'application/xcap-el+xml';
    expect(await refused('<x', el, node('simservs/x'))).to.equal('not-xml-frag');
    expect(await refused('<y/>', el, node('simservs/x'))).to.equal('cannot-insert');
    expect(await refused('<y/>', el, node('simservs/none/y'))).to.equal('no-parent');
    expect(
      await refused('<a', 'application/xcap-att+xml', node('simservs/incoming-communication-barring/@active')),
    ).to.equal('not-xml-att-value');
    expect(
      await refused('maybe', 'application/xcap-att+xml', node('simservs/incoming-communication-barring/@active')),
    ).to.equal('schema-validation-error');
    expect((await put(ALICE, BARS_BOB, 'application/xml')).status).to.equal(415);
    expect((await put(node('simservs'), BARS_BOB, TYPE)).status).to.equal(415);
    expect((await put(ALICE, simservs(' '.repeat(4_000)))).status).to.equal(413);
    expect((await send('GET', ALICE)).body).to.equal(BARS_BOB);
    await send('DELETE', ALICE);
    expect(await refused('<y/>', el, node('simservs/y'))).to.equal('no-parent');
  });

  it('reads, puts and deletes elements as phones do', async () => {
    await put(ALICE, BARS_BOB);
    const icb = node('simservs/incoming-communication-barring', '');
    const got = await send('GET', icb);
    expect(got.headers['content-type']).to.equal('application/xcap-el+xml');
    expect(got.body).to.match(/^<incoming-communication-barring /);
    const el = 'application/xcap-el+xml';
    expect((await put(icb, got.body, el)).status).to.equal(200);
    expect((await send('GET', icb)).body).to.equal(got.body);
    const carol = node('simservs/incoming-communication-barring/cp:ruleset/cp:rule[@id="carol"]');
    const made = await put(carol, rule(one('sip:carol@example.com'), false, 'carol'), el, { 'If-None-Match': '*' });
    expect(made.status).to.equal(201);
    expect((await send('GET', ALICE)).headers.etag).to.equal(made.headers.etag);
    expect(validate('simservs', (await send('GET', ALICE)).body)).to.deep.equal([]);
    expect((await send('GET', node('simservs/incoming-communication-barring/cp:ruleset/cp:rule[2]'))).body).to.include(
      'sip:carol',
    );
    expect(
      (await send('DELETE', node('simservs/incoming-communication-barring/cp:ruleset/cp:rule[1]'))).status,
    ).to.equal(409);
    expect((await send('DELETE', carol)).status).to.equal(200);
    expect((await send('DELETE', carol)).status).to.equal(404);
    expect((await send('GET', node('simservs/none'))).status).to.equal(404);
  });

  it('reads, puts and deletes attributes', async () => {
    await put(ALICE, BARS_BOB);
    const active = node('simservs/incoming-communication-barring/@active', '');
    expect((await send('GET', active)).body).to.equal('true');
    expect((await put(active, 'false', 'application/xcap-att+xml')).status).to.equal(200);
    expect((await send('GET', ALICE)).body).to.include('active="false"');
    expect((await send('DELETE', active)).status).to.equal(200);
    expect((await send('DELETE', active)).status).to.equal(404);
    expect((await put(active, 'true', 'application/xcap-att+xml')).status).to.equal(201);
  });

  it('shows nobody the services of another, system administrators excepted', async () => {
    await put(ALICE, BARS_BOB);
    for (const method of ['GET', 'PUT', 'DELETE']) {
      expect((await send(method, ALICE, { as: 'bob' })).status).to.equal(403);
      expect((await send(method, at('sip:nobody@example.com'), { as: 'bob' })).status).to.equal(403);
      expect((await send(method, ALICE, { as: '' })).status).to.equal(401);
    }
    expect((await send('GET', ALICE, { as: 'root' })).status).to.equal(200);
    expect((await send('GET', at('sip:nobody@example.com'), { as: 'root' })).status).to.equal(403);
  });

  it('finds nothing at other paths, and takes no other methods', async () => {
    for (const path of [
      '/xcap-root/',
      '/xcap-root/resource-lists/users/sip:alice@example.com/index',
      at('sip:alice@example.com', '/x'),
      '/xcap-root/simservs.ngn.etsi.org/users/../../simservs.xml',
      node('simservs//x'),
      `${ALICE}/~~/%ff`,
      `${ALICE}/~~/simservs?%ff`,
    ])
      expect((await send('GET', path)).status, path).to.equal(404);
    const wrong = await send('POST', ALICE);
    expect(wrong.status).to.equal(405);
    expect(wrong.headers.allow).to.equal('GET, HEAD, PUT, DELETE');
    expect((await send('GET', at('%ff'))).status).to.equal(403);
  });

  it('tells what it serves', async () => {
    const got = await send('GET', '/xcap-root/xcap-caps/global/index', { as: '' });
    expect(got.status).to.equal(200);
    expectValid('xcap-caps', got.body);
    expect(got.body).to.include('<auid>simservs.ngn.etsi.org</auid>');
    expect((await send('PUT', '/xcap-root/xcap-caps/global/index')).status).to.equal(405);
  });

  it('keeps documents over a restart', async () => {
    await put(ALICE, BARS_BOB);
    await system.restart();
    expect((await send('GET', ALICE)).body).to.equal(BARS_BOB);
  });
});
