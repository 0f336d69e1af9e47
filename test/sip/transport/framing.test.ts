import { expect } from 'chai';
import fc from 'fast-check';
import { MESSAGE_LIMITS } from '../../../lib/sip/message/index.ts';
import { StreamFraming, Unframed } from '../../../lib/sip/transport/framing.ts';

const LIMITS = { ...MESSAGE_LIMITS, headBytes: 300, bodyBytes: 100 };

function message(body: Uint8Array = Buffer.alloc(0), field = 'Content-Length: '): Buffer {
  const head = `OPTIONS sip:a@example.com SIP/2.0\r\nCall-ID: 1\r\n${field}${body.length}\r\nCSeq: 1 OPTIONS\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), body]);
}

/** Parts of the given lengths, the last one the rest. */
function split(bytes: Buffer, lengths: Iterable<number>): Buffer[] {
  const parts: Buffer[] = [];
  let at = 0;
  for (const length of lengths) {
    if (at >= bytes.length) break;
    parts.push(bytes.subarray(at, at + length));
    at += length;
  }
  return parts;
}

/** Everything that comes out of these parts; they are overwritten afterwards, as nobody may keep them. */
function framed(framing: StreamFraming, parts: Iterable<Buffer>): Buffer[] {
  const messages: Buffer[] = [];
  for (const part of parts) {
    const chunk = Buffer.from(part);
    framing.push(chunk, (one) => messages.push(Buffer.from(one)));
    chunk.fill(0xff);
  }
  return messages;
}

function refusal(bytes: string): Unframed {
  try {
    framed(new StreamFraming(LIMITS), [Buffer.from(bytes)]);
  } catch (error) {
    if (error instanceof Unframed) return error;
  }
  throw new Error('it was framed');
}

const bodies = fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 6 });
const gaps = fc.infiniteStream(fc.integer({ min: 0, max: 3 }));

describe('Framing of a stream (RFC 3261 §18.3)', () => {
  it('gives the same messages however the bytes are split, with line ends between them', () => {
    const lengths = fc.infiniteStream(fc.integer({ min: 1, max: 150 }));
    fc.assert(
      fc.property(bodies, gaps, lengths, (all, lineEnds, cuts) => {
        const sent = all.map((body) => message(body));
        const stream = sent.flatMap((one) => [Buffer.from('\r\n'.repeat(lineEnds.next().value as number)), one]);
        const framing = new StreamFraming(LIMITS);
        expect(framed(framing, split(Buffer.concat(stream), cuts))).to.deep.equal(sent);
        expect(framing.buffered).to.equal(0);
      }),
    );
  });

  it('gives them byte by byte', () => {
    const stream = Buffer.concat([message(Buffer.from('one')), message(), message(Buffer.from('\r\n\r\n'))]);
    const parts = Array.from(stream, (byte) => Buffer.from([byte]));
    expect(Buffer.concat(framed(new StreamFraming(LIMITS), parts))).to.deep.equal(stream);
  });

  it('knows Content-Length by any name and shape that it may have', () => {
    for (const field of [
      'l:',
      'L :',
      'content-length: ',
      'CONTENT-LENGTH\t: ',
      'Content-Length:\r\n ',
      'l: \r\n\t \r\n ',
    ])
      expect(framed(new StreamFraming(LIMITS), [message(Buffer.from('abc'), field)]), field).to.have.length(1);
  });

  it('holds no more than the part of a message that has come', () => {
    const framing = new StreamFraming(LIMITS);
    const one = message(Buffer.from('body'));
    framed(framing, [one, one.subarray(0, 10)]);
    expect(framing.buffered).to.equal(10);
    framed(framing, [one.subarray(10)]);
    expect(framing.buffered).to.equal(0);
  });

  const wrong: readonly (readonly [what: string, length: string, status: number, reason: string])[] = [
    ['no number', 'Content-Length: many', 400, 'Malformed Content-Length'],
    ['a negative number', 'Content-Length: -1', 400, 'Malformed Content-Length'],
    ['a number and more', 'Content-Length: 1 1', 400, 'Malformed Content-Length'],
    ['a number beyond all numbers', 'Content-Length: 99999999999999999999', 400, 'Malformed Content-Length'],
    ['nothing', 'Content-Length:', 400, 'Malformed Content-Length'],
    ['two different lengths', 'Content-Length: 1\r\nl: 2', 400, 'Malformed Content-Length'],
    ['the same length twice', 'Content-Length: 0\r\nContent-Length: 0', 400, 'Malformed Content-Length'],
    ['no such field', 'Content-Lengths: 0', 400, 'Missing Content-Length'],
    ['a length beyond the limit', 'Content-Length: 101', 513, 'Body Too Large'],
  ];
  for (const [what, field, status, reason] of wrong) {
    it(`refuses ${what} in Content-Length and keeps the head for an answer`, () => {
      const head = `OPTIONS sip:a SIP/2.0\r\n${field}\r\n\r\n`;
      const { head: kept, ...refused } = refusal(head + message().toString());
      expect(refused).to.include({ status, reason });
      expect(kept?.toString()).to.equal(head);
    });
  }

  it('refuses a header without end when it passes the limit, whole or in bytes', () => {
    expect(refusal(`OPTIONS sip:a SIP/2.0\r\nX: ${'x'.repeat(300)}`)).to.include({ status: 513, head: undefined });
    const framing = new StreamFraming(LIMITS);
    let given = 0;
    expect(() => {
      for (; given < 1_000; given++) framing.push(Buffer.from('x'), () => undefined);
    }).to.throw(Unframed);
    expect(given).to.equal(LIMITS.headBytes);
  });

  it('gives the messages before the one that it refuses', () => {
    const messages: Buffer[] = [];
    const stream = Buffer.concat([message(), message(), Buffer.from('X\r\n\r\n')]);
    expect(() => new StreamFraming(LIMITS).push(stream, (one) => messages.push(one))).to.throw(Unframed);
    expect(messages).to.have.length(2);
  });

  describe('with keep-alives (RFC 5626 §4.4.1)', () => {
    it('sees two line ends between messages as a ping, however they are split, and one as none', () => {
      const framing = new StreamFraming(LIMITS);
      const pings = (text: string) => {
        framed(framing, [Buffer.from(text)]);
        return framing.takePing();
      };
      expect(['\r\n\r\n', '\r\n', '\r', '\n', '\r', '\n\r', '\n'].map(pings)).to.deep.equal([
        true,
        false,
        false,
        true,
        false,
        false,
        true,
      ]);
      expect(pings(`\r\n${message().toString()}`)).to.equal(false);
      expect(pings('\r\n')).to.equal(false);
    });

    it('takes a line end for the pong that it expects', () => {
      const framing = new StreamFraming(LIMITS);
      framing.expectPong();
      framed(framing, [Buffer.from('\r\n')]);
      framed(framing, [Buffer.from('\r\n')]);
      expect(framing.takePing()).to.equal(false);
      framed(framing, [Buffer.from('\r\n')]);
      expect(framing.takePing()).to.equal(true);
    });
  });
});
