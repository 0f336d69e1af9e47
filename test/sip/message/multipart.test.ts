import { expect } from 'chai';
import fc from 'fast-check';
import {
  BadMessage,
  BodyPart,
  bodyParts,
  headers,
  joinMultipart,
  parse,
  splitMultipart,
} from '../../../lib/sip/message/index.ts';
import { text, token } from './arbitraries.ts';
import { subscribe } from './messages.ts';
import { tortureBytes } from './torture.ts';

const split = (boundary: string, body: string, limits?: Parameters<typeof splitMultipart>[2]): BodyPart[] =>
  splitMultipart(headers.CONTENT_TYPE.read(`multipart/mixed;boundary="${boundary}"`), Buffer.from(body), limits);

describe('a body of several parts', () => {
  it('is divided [RFC 5621]', () => {
    const [text1, list] = split(
      'b',
      'preamble\r\n--b  \r\nContent-Type: Text/Plain\r\n\r\nHello\r\n--b\r\n' +
        'Content-Type: application/resource-lists+xml\r\nContent-Disposition: recipient-list\r\n\r\n<x/>\r\n\r\n--b--\r\nepilogue',
    );
    expect([text1?.contentType.type, text1?.body.toString()]).to.deep.equal(['text/plain', 'Hello']);
    expect([list?.disposition?.type, list?.body.toString()]).to.deep.equal(['recipient-list', '<x/>\r\n']);
  });

  it('may hold parts without fields or without anything', () => {
    const parts = split('b', '--b\r\n\r\nHello\r\n--b\r\n\r\n--b\r\nX: y\r\n--b--');
    expect(parts.map(({ body }) => body.toString())).to.deep.equal(['Hello', '', '']);
    expect(parts.map(({ contentType }) => contentType.type)).to.deep.equal(['text/plain', 'text/plain', 'text/plain']);
    expect(parts[2]?.header('x')).to.equal('y');
    expect(split('b', '--b--')).to.deep.equal([]);
  });

  it('may hold binary parts: mpart01 of RFC 4475', () => {
    const parts = bodyParts(parse(tortureBytes(4475, 'mpart01')));
    expect(parts.map(({ contentType }) => contentType.type)).to.deep.equal(['text/plain', 'application/octet-stream']);
    expect(parts[0]?.body.toString()).to.equal('Hello');
    expect([parts[1]?.body.length, parts[1]?.body[0]]).to.deep.equal([342, 0x30]);
  });

  it('may hold others', () => {
    const inner = joinMultipart(
      [BodyPart.of({ 'Content-Type': 'text/a' }, Buffer.from('1')), BodyPart.of({}, Buffer.from('2'))],
      'alternative',
    );
    const outer = joinMultipart([
      BodyPart.of({ 'Content-Type': inner.contentType }, inner.body),
      BodyPart.of({}, Buffer.from('3')),
    ]);
    const message = parse(subscribe()).with({ 'Content-Type': outer.contentType }, outer.body);
    expect(bodyParts(message).map(({ body }) => body.toString())).to.deep.equal(['1', '2', '3']);
    expect(() => bodyParts(message, { parts: 9, fields: 9, depth: 1 })).to.throw(BadMessage, 'nested too deep');
  });

  it('is the body itself where there is only one', () => {
    expect(bodyParts(parse(subscribe()))).to.deep.equal([]);
    const message = parse(subscribe('Content-Type: application/sdp', 'Content-Disposition: session')).with(
      {},
      Buffer.from('v=0'),
    );
    const [only] = bodyParts(message);
    expect([only?.contentType.type, only?.disposition?.type, only?.body.toString()]).to.deep.equal([
      'application/sdp',
      'session',
      'v=0',
    ]);
  });

  it('joined is divided into the same', () => {
    const part = fc
      .tuple(
        fc.array(
          fc.tuple(
            token,
            text.map((one) => one.trim()),
          ),
          { maxLength: 3 },
        ),
        fc.uint8Array({ maxLength: 30 }),
      )
      .map(
        ([fields, body]) =>
          new BodyPart(fields.filter(([name]) => !/^(l|content-length)$/i.test(name)).flat(), Buffer.from(body)),
      );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const { contentType, body } = joinMultipart(parts);
        const again = splitMultipart(headers.CONTENT_TYPE.read(contentType), body);
        expect(again.map(({ body: one }) => one.toString('hex'))).to.deep.equal(
          parts.map(({ body: one }) => one.toString('hex')),
        );
        expect(again.map(({ fields }) => fields.filter((_, at) => at % 2 === 1))).to.deep.equal(
          parts.map(({ fields }) => fields.filter((_, at) => at % 2 === 1)),
        );
      }),
    );
  });

  for (const [what, boundary, body] of [
    ['without any delimiter', 'b', 'Hello'],
    ['without an end', 'b', '--b\r\n\r\nHello'],
    ['with a delimiter that goes on', 'b', '--bc\r\n\r\nHello\r\n--b--'],
    ['with a broken field', 'b', '--b\r\nno name\r\n\r\n--b--'],
    ['with a boundary that is too long', 'b'.repeat(71), `--${'b'.repeat(71)}--`],
  ] as const) {
    it(`is refused ${what}`, () => {
      expect(() => split(boundary, body)).to.throw(BadMessage, /Malformed/);
    });
  }

  it('is refused without a boundary', () => {
    expect(() => splitMultipart(headers.CONTENT_TYPE.read('multipart/mixed'), Buffer.alloc(0))).to.throw(BadMessage);
  });

  it('is refused with more parts than the limit', () => {
    const body = '--b\r\n\r\n1\r\n--b\r\n\r\n2\r\n--b--';
    expect(split('b', body, { parts: 2, fields: 1, depth: 1 })).to.have.length(2);
    expect(() => split('b', body, { parts: 1, fields: 1, depth: 1 })).to.throw(BadMessage, 'Too many parts');
  });

  it('whatever its bytes are, is divided or refused with BadMessage', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('--b', '\r\n', '--', 'X: y', ':', ' ', 'a'), { maxLength: 20 }),
        (pieces) => {
          try {
            split('b', pieces.join(''));
          } catch (error) {
            expect(error).to.be.instanceOf(BadMessage);
          }
        },
      ),
    );
  });
});
