import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect } from 'chai';
import { ALICE, requestText } from './messages.ts';
import { basic, CCMP_HEADERS, Service } from './service.ts';

const list = requestText('confs', ALICE);

describe('CCMP over HTTP', () => {
  let service: Service;
  before(async () => {
    service = await Service.start({ body: { bytes: 4_000 } });
  });
  after(() => service.close());

  const send = (headers: Record<string, string>, body = list) =>
    service.send(body, { ...CCMP_HEADERS, ...basic('alice'), ...headers });

  it('[H3][H4][H5][H6][H8][H9] answers a POST', async () => {
    const answer = await send({ Accept: 'application/ccmp+xml' });
    expect(answer.status).to.equal(200);
    expect(answer.headers).to.include({
      'content-type': 'application/ccmp+xml;charset=UTF-8',
      'content-length': String(Buffer.byteLength(answer.body)),
      'cache-control': 'no-store',
    });
    expect(answer.body).to.match(/^<\?xml version="1.0" encoding="UTF-8"\?>/);
  });

  it('[H12] tells nothing to other methods', async () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']) {
      const answer = await service.send('', {}, { method });
      expect(answer.status).to.equal(405);
      expect(answer.headers).to.include({ allow: 'POST', 'cache-control': 'no-store' });
      expect(answer.body).to.equal(method === 'HEAD' ? '' : 'Method Not Allowed\n');
    }
  });

  it('[H7] refuses another Content-Type or none', async () => {
    for (const type of ['application/xml', 'text/plain', 'application/ccmp+xmlx'])
      expect((await send({ 'Content-Type': type })).status).to.equal(406);
    expect((await service.send(list, basic('alice'))).status).to.equal(406);
  });

  it('[H5] takes a Content-Type with or without charset', async () => {
    for (const type of ['application/ccmp+xml; charset=utf-8', 'Application/CCMP+XML;charset="UTF-8"'])
      expect((await send({ 'Content-Type': type })).status).to.equal(200);
  });

  it('[H7] refuses an Accept that excludes the answer and takes any other', async () => {
    for (const accept of ['text/html', 'application/xml, text/*', 'application/ccmp+xml;q=0, */*'])
      expect((await send({ Accept: accept })).status, accept).to.equal(406);
    for (const accept of [
      '*/*',
      'application/*',
      'text/html, application/ccmp+xml;q=0.1',
      'application/ccmp+xml;charset=UTF-8',
    ])
      expect((await send({ Accept: accept })).status, accept).to.equal(200);
  });

  it('[H10] does not know Expect and Range', async () => {
    expect((await send({ Range: 'bytes=0-1' })).status).to.equal(501);
    expect((await send({ Expect: '100-continue' })).status).to.equal(501);
  });

  it('[H11] meets no condition', async () => {
    for (const header of ['If-Match', 'If-None-Match', 'If-Modified-Since', 'If-Unmodified-Since', 'If-Range'])
      expect((await send({ [header]: '*' })).status).to.equal(412);
  });

  it('[H20] refuses a body that is too long, coded, or holds a document type', async () => {
    expect((await send({}, list + ' '.repeat(4_000))).status).to.equal(413);
    expect((await send({ 'Content-Encoding': 'gzip' })).status).to.equal(415);
    expect((await send({}, `<!DOCTYPE a [<!ENTITY b "c">]>${list}`)).status).to.equal(400);
  });

  it('answers XML that is not well-formed by HTTP, with the place of the error', async () => {
    const answer = await send({}, list.replace('</ccmpRequest>', ''));
    expect(answer.status).to.equal(400);
    expect(answer.body).to.match(/^line \d+, column \d+: /);
  });

  it('answers well-formed XML that is no request by a confResponse', async () => {
    const answer = await send({}, '<something/>');
    expect(answer.status).to.equal(200);
    expect(answer.body).to.contain('<response-code>400</response-code>').and.contain('<ccmp:confResponse>');
  });

  it('[H19] is nowhere else than at its path, whatever the query says', async () => {
    const headers = { ...CCMP_HEADERS, ...basic('alice') };
    for (const path of ['/ccmp?server=1', 'http://example.com/ccmp', 'http://example.com/ccmp?server=1'])
      expect((await service.send(list, headers, { path })).status, path).to.equal(200);
    expect((await service.send(list, headers, { path: 'http://example.com/' })).status).to.equal(404);
    expect((await service.send(list, headers, { path: '/ccmp/more' })).status).to.equal(404);
  });

  it('[H14] answers pipelined requests in order', async () => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    const head = (length: number, more: string) =>
      `POST /ccmp HTTP/1.1\r\nHost: x\r\nContent-Type: application/ccmp+xml\r\n${more}Content-Length: ${length}\r\n` +
      `Authorization: ${basic('alice')['Authorization'] ?? ''}\r\n\r\n`;
    const other = requestText('options', ALICE);
    socket.write(head(list.length, '') + list + head(other.length, 'Connection: close\r\n') + other);
    const answers = await text(socket);
    expect(answers.match(/HTTP\/1.1 200|<ccmp:\w+Response>/g)).to.deep.equal([
      'HTTP/1.1 200',
      '<ccmp:confsResponse>',
      'HTTP/1.1 200',
      '<ccmp:optionsResponse>',
    ]);
  });
});
