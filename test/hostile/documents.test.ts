import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { CCMP_HEADERS, basic, type Party } from '../support/party.ts';
import { confInfo, title } from '../support/messages.ts';
import { idOf, made, PASSWORD, TestSystem } from '../support/system.ts';

const MEGABYTE = 2 ** 20;
/** Larger than by default, so that what a body is made of is refused and not only its length. */
const ROOMY = { 'http.bodyBytes': 16 * MEGABYTE, 'xml.bytes': 16 * MEGABYTE, 'xml.elements': 200_000 };

const latin1 = (text: string): Buffer => Buffer.from(text, 'latin1');
const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');
const utf32 = (text: string): Buffer => {
  const bytes = Buffer.alloc(text.length * 4);
  for (let place = 0; place < text.length; place++) bytes.writeUInt32LE(text.charCodeAt(place), place * 4);
  return bytes;
};
const many = (count: number, make: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => make(index)).join('');

describe('a hostile document', () => {
  let system: TestSystem;
  let alice: Party;
  let uri = '';
  before(async () => {
    system = await TestSystem.start(ROOMY);
    alice = system.as('alice');
    uri = made(await alice.creates(title('As it was')));
  });
  after(() => system.close());

  /** An update whose title is this XML; what stands before the root takes the place of the XML declaration. */
  const update = (text: string, prolog = ''): string =>
    alice
      .text('conf', { operation: 'update', confObjID: uri, inside: confInfo(uri, title(text)) })
      .replace(/^<\?xml.*?\?>/, prolog);

  /** Whatever was sent, the conference is as it was and the next honest request is served. */
  const unharmed = async (): Promise<void> => {
    const { code, version, xml } = await alice.retrieves(uri);
    expect({ code, version }).to.deep.equal({ code: 200, version: 1 });
    expect(xml).to.contain('>As it was<');
  };
  afterEach(unharmed);

  const post = (body: string | Buffer, headers: Readonly<Record<string, string>> = {}) =>
    fetch(system.url, {
      method: 'POST',
      headers: { ...CCMP_HEADERS, Authorization: basic('alice', PASSWORD), ...headers },
      body,
    });

  const laughs = many(20, (level) => `<!ENTITY l${level + 1} "${`&l${level};`.repeat(10)}">`);
  const declared = (encoding: string): string => `<?xml version="1.0" encoding="${encoding}"?>`;

  const refused: readonly (readonly [what: string, body: () => string | Buffer, status?: number])[] = [
    ['a billion laughs', () => update('&l20;', `<!DOCTYPE x [<!ENTITY l0 "ha">${laughs}]>`)],
    [
      'one long entity, often',
      () => update('&a;'.repeat(50_000), `<!DOCTYPE x [<!ENTITY a "${'a'.repeat(50_000)}">]>`),
    ],
    ['a file of the server', () => update('&f;', '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>')],
    ['a page of the network', () => update('&f;', '<!DOCTYPE x [<!ENTITY f SYSTEM "http://127.0.0.1:1/">]>')],
    ['parameter entities', () => update('', '<!DOCTYPE x [<!ENTITY % p SYSTEM "file:///dev/zero"> %p;]>')],
    ['a document type alone', () => update('', '<!DOCTYPE x>')],
    ['an entity that is not declared', () => update('&nbsp;')],
    ['10,000 levels', () => update('<a>'.repeat(10_000) + '</a>'.repeat(10_000))],
    ['10,000 levels without an end', () => update('<a>'.repeat(10_000))],
    ['100,000 attributes', () => update(`<a ${many(100_000, (n) => `a${n}="" `)}/>`)],
    ['100,000 namespaces', () => update(`<a ${many(100_000, (n) => `xmlns:a${n}="urn:${n}" `)}/>`)],
    ['a million elements', () => update('<a/>'.repeat(MEGABYTE))],
    ['a tag without an end', () => update(`<a b="${'<'.repeat(MEGABYTE)}`)],
    ['a comment without an end', () => update(`<!--${'-'.repeat(MEGABYTE)}`)],
    ['CDATA inside one another', () => update('<![CDATA['.repeat(100_000))],
    ['an end too many', () => update('</info:display-text>'.repeat(50_000))],
    ['UTF-16', () => Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(update('x'))])],
    ['UTF-16, the other way round', () => Buffer.concat([Buffer.from([0xfe, 0xff]), utf16(update('x')).swap16()])],
    ['UTF-16 without a mark', () => utf16(update('x', declared('UTF-16')))],
    ['UTF-32', () => utf32(update('x'))],
    ['UTF-16 that is said to be UTF-8', () => utf16(update('x', declared('UTF-8')))],
    ['UTF-8 that is said to be UTF-16', () => update('x', declared('UTF-16'))],
    ['ISO-8859-1', () => latin1(update('caf\u00e9', declared('ISO-8859-1')))],
    ['ISO-8859-1 that says nothing', () => latin1(update('caf\u00e9'))],
    ['UTF-7', () => update('+ADw-x+AD4-', declared('UTF-7'))],
    ['an encoding of no name', () => update('x', declared('__proto__'))],
    ['a zero written in two bytes', () => Buffer.concat(parts(update('SPLIT'), Buffer.from([0xc0, 0x80])))],
    ['a less-than written in two bytes', () => Buffer.concat(parts(update('SPLIT'), Buffer.from([0xc0, 0xbc])))],
    ['a surrogate in UTF-8', () => Buffer.concat(parts(update('SPLIT'), Buffer.from([0xed, 0xa0, 0x80])))],
    ['a character cut in half', () => Buffer.concat(parts(update('SPLIT'), Buffer.from([0xf0, 0x9f, 0x98])))],
    ['a zero', () => update('\0')],
    ['a control character', () => update('\u0008')],
    ['a reference to zero', () => update('&#0;')],
    ['a reference to a surrogate', () => update('&#xD800;&#xDC00;')],
    ['a reference beyond Unicode', () => update('&#x110000;')],
    ['a reference of a million digits', () => update(`&#${'9'.repeat(MEGABYTE)};`)],
    ['a prefix that means nothing', () => update('<nobody:x/>')],
    ['a prefix of XML itself', () => update('<x xmlns:xml="urn:mine"/>')],
    ['two attributes of one name', () => update('<x xmlns:a="u" xmlns:b="u" a:x="" b:x=""/>')],
    ['another version of XML', () => update('x', '<?xml version="2.0"?>')],
    ['two roots', () => update('x').repeat(2)],
    ['something before the root', () => `x${update('x')}`],
    ['JSON', () => '{"ccmpRequest":{}}'],
    ['zeros', () => Buffer.alloc(100_000)],
    ['nothing', () => ''],
    ['more than the body may have', () => update('x'.repeat(17 * MEGABYTE)), 413],
  ];

  for (const [what, body, status = 400] of refused) {
    it(`[H20] ${what}: HTTP ${status}`, async () => {
      const answer = await post(body());
      const text = await answer.text();
      expect(answer.status, text).to.equal(status);
      expect(text, 'short, and without what was sent')
        .to.have.length.below(300)
        .and.not.match(/root:|haha/);
    });
  }

  it('[H20] a body in another coding is not unpacked: HTTP 415', async () => {
    const bomb = gzipSync(Buffer.alloc(MEGABYTE));
    for (const coding of ['gzip', 'deflate', 'br', 'gzip, gzip', 'x-unknown'])
      expect((await post(bomb, { 'Content-Encoding': coding })).status, coding).to.equal(415);
  });

  it('[H20] a valid request cut anywhere is no request: HTTP 400', async () => {
    const whole = Buffer.from(update('Cut'));
    for (let length = 1; length < whole.length - 1; length += 13) {
      const answer = await post(whole.subarray(0, length));
      expect(answer.status, whole.subarray(0, length).toString()).to.equal(400);
      await answer.text();
    }
  });

  it('[H20] what is long but lawful is refused by the model or kept, and does no harm', async () => {
    const long = 'x'.repeat(4 * MEGABYTE);
    const other = made(await alice.creates());
    const updated = (content: string) =>
      alice.post(alice.text('conf', { operation: 'update', confObjID: other, inside: confInfo(other, content) }));
    for (const content of [
      title(long),
      title(`<![CDATA[${long}]]>`),
      title(`<!--${long}-->`),
      title(`<?x ${long}?>`),
      title('&amp;'.repeat(MEGABYTE)),
      title('&#x41;'.repeat(MEGABYTE / 2)),
      title(' '.repeat(4 * MEGABYTE)),
      `<${long} xmlns=""/>`,
      `<x xmlns="urn:${long}"/>`,
      `<f:x xmlns:f="urn:f" ${long}=""/>`,
      many(50_000, (n) => `<f:x xmlns:f="urn:f${n}"/>`),
    ]) {
      const answer = await updated(content);
      expect(answer.status, content.slice(0, 40)).to.equal(200);
      const [, code] = /<response-code>(\d+)</.exec(answer.body) ?? [];
      expect(code, content.slice(0, 40)).to.be.oneOf(['200', '400', '409', '511']);
    }
    expect((await updated(title('Short again'))).body).to.contain('<response-code>200<');
    expect(await alice.deletes(other)).to.include({ code: 200, confUserID: idOf('alice') });
  });
});

function parts(text: string, middle: Buffer): Buffer[] {
  const [before = '', after = ''] = text.split('SPLIT');
  return [Buffer.from(before), middle, Buffer.from(after)];
}
