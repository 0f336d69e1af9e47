import { expect } from 'chai';
import fc from 'fast-check';
import { knownCode, RESPONSE_STRINGS } from '../../../lib/ccmp/codec/codes.ts';
import { MESSAGE_NAMES, messageType, OPERATIONS, UnreadableMessage } from '../../../lib/ccmp/codec/messages.ts';
import { decodeResponse, encodeResponse, type CcmpResponse } from '../../../lib/ccmp/codec/response.ts';
import { info, xcon } from '../../../lib/model/names.ts';
import type { XmlElement } from '../../../lib/xml/element.ts';
import { parse } from '../../../lib/xml/parse.ts';

const read = (text: string | Buffer): CcmpResponse => decodeResponse(parse(text));
const confUserID = 'xcon-userid:alice@example.com';

describe('a CCMP response', () => {
  it('[M1][M3] has unqualified parameters in the order of the schema', () => {
    const text = encodeResponse({
      type: 'conf',
      confUserID,
      confObjID: 'xcon:1@example.com',
      operation: 'update',
      code: 409,
      string: 'Not <now> & "here"',
      version: 3,
    }).toString('utf8');
    expect(text).to.match(
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<ccmp:ccmpResponse( xmlns:\w+="[^"]+"){5}><ccmpResponse /,
    );
    expect(text.slice(text.indexOf('<ccmpResponse '))).to.equal(
      '<ccmpResponse xsi:type="ccmp:ccmp-conf-response-message-type">' +
        `<confUserID>${confUserID}</confUserID><confObjID>xcon:1@example.com</confObjID><operation>update</operation>` +
        '<response-code>409</response-code><response-string>Not &lt;now&gt; &amp; "here"</response-string><version>3</version>' +
        '<ccmp:confResponse></ccmp:confResponse></ccmpResponse></ccmp:ccmpResponse>',
    );
  });

  it('copies content that is UTF-8 already, under the prefixes xcon and info', () => {
    const content = [Buffer.from('<info:host-info/>'), Buffer.from('<xcon:floor-information/>')];
    const attributes = [
      { namespace: '', local: 'entity', value: 'xcon:"1"@example.com' },
      { namespace: 'urn:foreign', local: 'kept', value: 'yes' },
    ];
    const bytes = encodeResponse({ type: 'conf', confUserID, code: 200, info: { attributes, content } });
    expect(bytes.toString('utf8')).to.contain('><info:host-info/><xcon:floor-information/></confInfo>');
    const { info: document } = read(bytes);
    expect(document?.attribute('entity')).to.equal('xcon:"1"@example.com');
    expect(document?.attribute('kept', 'urn:foreign')).to.equal('yes');
    expect(document?.elements.map(({ local }) => local)).to.deep.equal(['host-info', 'floor-information']);
  });

  it('has room for content without pieces', () => {
    const bytes = encodeResponse({ type: 'users', confUserID, code: 200, info: { attributes: [], content: [] } });
    expect(read(bytes).info).to.include({ local: 'users' });
  });

  it('reads the same again, whatever it says', () => {
    const text = fc
      .string({ unit: fc.constantFrom('a', ' ', '<', '&', '>', '"', '\r', '\n', '😀'), maxLength: 8 })
      .map((value) => `x${value}x`);
    const some = fc.option(text, { nil: undefined });
    const responses = fc.record({
      type: fc.constantFrom(...MESSAGE_NAMES),
      confUserID: fc.oneof(text, fc.constant('')),
      confObjID: some,
      operation: fc.option(fc.constantFrom(...OPERATIONS), { nil: undefined }),
      code: fc.constantFrom(...Object.keys(RESPONSE_STRINGS).map(Number)),
      string: some,
      version: fc.option(fc.integer({ min: 1, max: 2 ** 31 }), { nil: undefined }),
      title: some,
    });
    fc.assert(
      fc.property(responses, ({ title, ...common }) => {
        const { operation, info: shape } = messageType(common.type);
        const document: XmlElement | undefined =
          title !== undefined && shape !== undefined && common.type !== 'options'
            ? info(shape.element.local, { entity: title }, [xcon('any', {}, [title])])
            : undefined;
        const sent: CcmpResponse = {
          ...common,
          operation: operation ? common.operation : undefined,
          info: document,
          extensionName: common.type === 'extended' ? 'name' : undefined,
        };
        expect(read(encodeResponse(sent))).to.deep.equal(sent);
      }),
      { numRuns: 200 },
    );
  });

  it('[R1] without a code of three digits can not be read', () => {
    const text = encodeResponse({ type: 'conf', confUserID, code: 200 }).toString('utf8');
    for (const wrong of ['', '20', 'yes'])
      expect(() => read(text.replace('>200<', `>${wrong}<`))).to.throw(UnreadableMessage);
  });

  it('[R2] with an unknown code means 500', () => {
    expect(knownCode(299)).to.equal(500);
    expect(knownCode(420)).to.equal(420);
  });
});
