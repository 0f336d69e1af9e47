import { expect } from 'chai';
import fc from 'fast-check';
import { historyOf, recipientsOf, type Recipient } from '../../lib/focus/uri-list.ts';
import { BadMessage } from '../../lib/sip/message/bad-message.ts';
import { BodyPart, joinMultipart } from '../../lib/sip/message/multipart.ts';
import { Request } from '../../lib/sip/message/request.ts';
import { parse } from '../../lib/xml/parse.ts';
import { expectValid } from '../support/schemas.ts';

const LIST = 'application/resource-lists+xml';

const list = (entries: string, namespace = 'urn:ietf:params:xml:ns:copycontrol'): Buffer =>
  Buffer.from(
    `<resource-lists xmlns="urn:ietf:params:xml:ns:resource-lists" xmlns:cp="${namespace}"><list>${entries}</list></resource-lists>`,
  );

const part = (body: Buffer, fields: Readonly<Record<string, string>> = {}): BodyPart =>
  BodyPart.of({ 'Content-Type': LIST, 'Content-Disposition': 'recipient-list', ...fields }, body);

function invite(...parts: readonly BodyPart[]): Request {
  const { contentType, body } = joinMultipart(parts);
  return Request.create('INVITE', 'sip:factory@example.com', [['Content-Type', contentType]], body);
}

const uris = (recipients: readonly Recipient[] | undefined) => recipients?.map(({ uri }) => uri);

const status = (run: () => unknown): number | undefined => {
  try {
    run();
  } catch (error) {
    if (error instanceof BadMessage) return error.status;
  }
  return undefined;
};

describe('lists of people in SIP requests', () => {
  it('are read beside a session description (RFC 5366 §6)', () => {
    const sdp = BodyPart.of({ 'Content-Type': 'application/sdp' }, Buffer.from('v=0\r\n'));
    const entries =
      '<entry uri="sip:bill@example.com" cp:copyControl="to"/>' +
      '<entry uri="sip:randy@example.net" cp:copyControl="cc" cp:anonymize="true"/>' +
      '<entry uri="sip:ted@example.net"/>';
    for (const namespace of ['urn:ietf:params:xml:ns:copycontrol', 'urn:ietf:params:xml:ns:copyControl'])
      expect(recipientsOf(invite(sdp, part(list(entries, namespace))), 10)).to.deep.equal([
        { uri: 'sip:bill@example.com', copyControl: 'to', anonymize: false },
        { uri: 'sip:randy@example.net', copyControl: 'cc', anonymize: true },
        { uri: 'sip:ted@example.net', copyControl: 'bcc', anonymize: false },
      ]);
    expect(recipientsOf(invite(sdp), 10)).to.equal(undefined);
  });

  it('are one list, with everybody once at the highest level (RFC 5363 §4.1, RFC 5364 §4)', () => {
    const one = part(list('<entry uri="sip:bob@example.com"/><entry uri="sip:carol@example.com"/>'));
    const other = part(list('<list><entry uri="sip:BOB@example.com" cp:copyControl="cc"/></list>'));
    expect(recipientsOf(invite(one, other), 10)).to.deep.equal([
      { uri: 'sip:BOB@example.com', copyControl: 'cc', anonymize: false },
      { uri: 'sip:carol@example.com', copyControl: 'bcc', anonymize: false },
    ]);
  });

  it('are found by the Content-ID that Refer-To points to (RFC 5368 §7)', () => {
    const wanted = part(list('<entry uri="sip:bob@example.com"/>'), { 'Content-ID': '<one@here>' });
    const other = part(list('<entry uri="sip:carol@example.com"/>'), { 'Content-ID': '<two@here>' });
    expect(uris(recipientsOf(invite(other, wanted), 10, 'one@here'))).to.deep.equal(['sip:bob@example.com']);
    expect(recipientsOf(invite(other, wanted), 10, 'three@here')).to.equal(undefined);
  });

  it('are refused when they are too long, ill-formed or of another type', () => {
    const entries = Array.from({ length: 11 }, (_, n) => `<entry uri="sip:${n}@example.com"/>`).join('');
    expect(status(() => recipientsOf(invite(part(list(entries))), 10))).to.equal(413);
    expect(status(() => recipientsOf(invite(part(Buffer.from('<resource-lists'))), 10))).to.equal(400);
    const text = { 'Content-Type': 'text/plain' };
    expect(status(() => recipientsOf(invite(part(Buffer.from('sip:bob@example.com'), text)), 10))).to.equal(415);
  });

  it('tell the recipients of each other what they may know (RFC 5364 §4)', () => {
    const history = historyOf([
      { uri: 'sip:bill@example.com', copyControl: 'to', anonymize: false },
      { uri: 'sip:randy@example.net', copyControl: 'to', anonymize: true },
      { uri: 'sip:eddy@example.com', copyControl: 'to', anonymize: true },
      { uri: 'sip:joe@example.org', copyControl: 'cc', anonymize: false },
      { uri: 'sip:ted@example.net', copyControl: 'bcc', anonymize: false },
    ]);
    expect(history?.header('Content-Disposition')).to.equal('recipient-list-history;handling=optional');
    expectValid('resource-lists', history?.body ?? '');
    const entries = parse(history?.body ?? Buffer.of()).elements.flatMap(({ elements }) => elements);
    expect(entries.map(({ attributes }) => attributes.map(({ value }) => value))).to.deep.equal([
      ['sip:bill@example.com', 'to'],
      ['sip:anonymous@anonymous.invalid', 'to', 'true', '2'],
      ['sip:joe@example.org', 'cc'],
    ]);
    expect(historyOf([{ uri: 'sip:ted@example.net', copyControl: 'bcc', anonymize: false }])).to.equal(undefined);
  });

  it('never show in a history whom nobody may see', () => {
    const recipient = fc.record({
      uri: fc.stringMatching(/^[a-z]{8}$/).map((user) => `sip:${user}@example.com`),
      copyControl: fc.constantFrom('to' as const, 'cc' as const, 'bcc' as const),
      anonymize: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.uniqueArray(recipient, { selector: ({ uri }) => uri }), (recipients) => {
        const history = historyOf(recipients);
        if (history !== undefined) expectValid('resource-lists', history.body);
        const text = history?.body.toString() ?? '';
        for (const { uri, copyControl, anonymize } of recipients)
          expect(text.includes(uri)).to.equal(copyControl !== 'bcc' && !anonymize);
      }),
    );
  });
});
