import { expect } from 'chai';
import { Connection } from '../http/connection.ts';
import { basic, type Party } from '../support/party.ts';
import { textsAt } from '../support/reading.ts';
import { PASSWORD, TestSystem } from '../support/system.ts';

/** What a proxy before the server might read as one request and the server as two, or the other way round. */
describe('a request that could be read in two ways', () => {
  let system: TestSystem;
  let alice: Party;
  let creation = '';
  before(async () => {
    system = await TestSystem.start({ 'http.headersTime': 500, 'http.requestTime': 500, 'http.checkInterval': 20 });
    alice = system.as('alice');
    creation = alice.text('conf', { operation: 'create' });
  });
  after(() => system.close());

  const LINES = ['Host: localhost', 'Content-Type: application/ccmp+xml', `Authorization: ${basic('alice', PASSWORD)}`];
  const head = (lines: readonly string[], first = 'POST /ccmp HTTP/1.1'): string =>
    [first, ...LINES, ...lines, '', ''].join('\r\n');
  /** The request that is smuggled: it would make a conference. */
  const hidden = (): string => head([`Content-Length: ${creation.length}`]) + creation;
  const chunk = (text: string, size = text.length.toString(16)): string => `${size}\r\n${text}\r\n`;

  /** Everything that the server answers until it closes the connection. */
  const send = (bytes: string): Promise<string> =>
    new Connection(Number(new URL(system.url).port)).send(bytes).closed();
  const conferences = async (): Promise<string[]> => textsAt((await alice.lists()).info, 'entry/uri');

  const both = (coding: string): string => head(['Content-Length: 4', coding]) + chunk('') + hidden();
  const length = (...lines: string[]): string => head(lines) + hidden();
  const chunked = (body: string, coding = 'Transfer-Encoding: chunked'): string => head([coding]) + body + hidden();

  const refused: readonly (readonly [what: string, sent: () => string])[] = [
    ['two lengths', () => length('Content-Length: 0', 'Content-Length: 4')],
    ['two lengths in one line', () => length('Content-Length: 0, 4')],
    ['a length and chunks', () => both('Transfer-Encoding: chunked')],
    ['chunks and a length', () => head(['Transfer-Encoding: chunked', 'Content-Length: 4']) + chunk('') + hidden()],
    ['chunks in capitals and a length', () => both('TRANSFER-ENCODING: CHUNKED')],
    ['chunks after a tab and a length', () => both('Transfer-Encoding:\tchunked')],
    ['chunks in a folded line', () => both('Transfer-Encoding:\r\n chunked')],
    ['white space before the colon', () => both('Transfer-Encoding : chunked')],
    ['a coding that ends in chunked', () => both('Transfer-Encoding: xchunked')],
    ['a coding after chunked', () => chunked(chunk(''), 'Transfer-Encoding: chunked, identity')],
    ['chunked and nothing', () => both('Transfer-Encoding: chunked,')],
    ['a vertical tab before chunked', () => both('Transfer-Encoding: \x0bchunked')],
    ['a length with a sign', () => length('Content-Length: +0')],
    ['a negative length', () => length('Content-Length: -1')],
    ['a hexadecimal length', () => length('Content-Length: 0x0')],
    ['a length with a space in it', () => length('Content-Length: 0 0')],
    ['no length in its line', () => length('Content-Length: ')],
    ['a length of many digits', () => length(`Content-Length: ${'9'.repeat(40)}`)],
    ['a header that begins with a space', () => head([' X: y']).replace('\r\n X', '\r\nX: 1\r\n X') + hidden()],
    ['a zero in a header', () => head(['X: \0y']) + hidden()],
    ['a bare line feed in a header', () => head(['X: y\nContent-Length: 0']) + hidden()],
    ['a bare return in a header', () => head(['X: y\rContent-Length: 0']) + hidden()],
    ['a chunk of too many digits', () => chunked(chunk('', 'F'.repeat(17)))],
    ['a chunk of a negative size', () => chunked(chunk('', '-1'))],
    ['a chunk with a prefix', () => chunked(chunk('', '0x0'))],
    ['a chunk that is longer than it says', () => chunked('1\r\nab\r\n0\r\n\r\n')],
    ['two hosts', () => head(['Host: elsewhere', `Content-Length: ${creation.length}`]) + creation],
    ['no protocol', () => head([], 'POST /ccmp') + hidden()],
    [
      'two spaces in its first line',
      () => head(['Content-Length: 0'], 'POST /ccmp  HTTP/1.1').replace('  ', ' x ') + hidden(),
    ],
    ['another protocol', () => head(['Content-Length: 0'], 'POST /ccmp HTTP/9.9') + hidden()],
  ];

  for (const [what, sent] of refused) {
    it(`[H3, Z13] ${what}: is refused, and what follows it is not served`, async () => {
      const known = await conferences();
      const answers = await send(sent());
      expect(answers.match(/HTTP\/1\.1 \d+/g), answers).to.have.lengthOf(1);
      expect(answers).to.match(/^HTTP\/1\.1 400 /);
      expect(await conferences()).to.deep.equal(known);
    });
  }

  it('[H14] a request that can be read in one way alone is served, and the next one after it', async () => {
    const known = await conferences();
    const half = creation.length >> 1;
    const first = chunk(creation.slice(0, half)) + chunk(creation.slice(half)) + chunk('');
    const second = head([`Content-Length: ${creation.length}`, 'Connection: close']) + creation;
    const answers = await send(head(['Transfer-Encoding: chunked']) + first + second);
    expect(answers.match(/<response-code>200</g)).to.have.lengthOf(2);
    expect(await conferences()).to.have.lengthOf(known.length + 2);
  });
});
