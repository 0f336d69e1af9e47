import { expect } from 'chai';
import fc from 'fast-check';
import {
  BadMessage,
  MESSAGE_LIMITS,
  parse,
  Request,
  Response,
  serialize,
  validate,
} from '../../../lib/sip/message/index.ts';
import { message, subscribe } from './messages.ts';
import { tortureBytes, TORTURES } from './torture.ts';

/** What the parser says of bytes that it refuses. */
function refusal(bytes: Buffer, limits = MESSAGE_LIMITS): BadMessage {
  try {
    parse(bytes, limits);
  } catch (error) {
    if (error instanceof BadMessage) return error;
    throw error;
  }
  throw new Error('the message was taken');
}

const request = (bytes: Buffer): Request => {
  const parsed = parse(bytes);
  if (parsed instanceof Request) return parsed;
  throw new Error('no request');
};

describe('a received message', () => {
  it('has compact names under their long ones, and keeps what nobody knows', () => {
    const parsed = parse(subscribe('o: conference', 'K: timer', 'X-Colour: red', 'x-colour: blue'));
    expect(parsed.header('Event')).to.equal('conference');
    expect(parsed.header('event')).to.equal('conference');
    expect(parsed.headers('supported')).to.deep.equal(['timer']);
    expect(parsed.headers('X-COLOUR')).to.deep.equal(['red', 'blue']);
    expect([...parsed.fields()].slice(-2)).to.deep.equal([
      ['X-Colour', 'red'],
      ['x-colour', 'blue'],
    ]);
  });

  it('unfolds lines', () => {
    const parsed = parse(subscribe('Subject: I know\r\n  you are there\r\n\t\r\n now'));
    expect(parsed.header('Subject')).to.equal('I know you are there now');
  });

  it('divides the lists of header fields that are lists, and no others', () => {
    const parsed = parse(
      subscribe(
        'Contact: "A, B" <sip:a@example.com;x=1,2>, <sip:b@example.com>',
        'm: sip:c@example.com',
        'Subject: one, two',
      ),
    );
    expect(parsed.headers('Contact')).to.deep.equal([
      '"A, B" <sip:a@example.com;x=1,2>',
      '<sip:b@example.com>',
      'sip:c@example.com',
    ]);
    expect(parsed.headers('Subject')).to.deep.equal(['one, two']);
  });

  it('has the bytes of its body, whatever they are', () => {
    const head = subscribe('Content-Length: 4').subarray(0, -2);
    const bytes = Buffer.concat([head, Buffer.from('\r\n'), Buffer.from([0, 0xff, 0x0d, 0x80]), Buffer.from('more')]);
    expect(parse(bytes).body).to.deep.equal(Buffer.from([0, 0xff, 0x0d, 0x80]));
  });

  it('ends with its bytes where no Content-Length is given', () => {
    expect(parse(Buffer.concat([subscribe(), Buffer.from('hello')])).body.toString()).to.equal('hello');
  });

  it('may follow line breaks that kept the connection alive', () => {
    expect(request(Buffer.concat([Buffer.from('\r\n\r\n'), subscribe()])).method).to.equal('SUBSCRIBE');
  });

  it('may be a response without reason phrase, even without the space before it', () => {
    for (const line of ['SIP/2.0 200 ', 'SIP/2.0 200', 'sip/2.0 200 ']) {
      const parsed = parse(message(line, 'Via: SIP/2.0/UDP a.example.com', '', ''));
      expect(parsed).to.be.instanceOf(Response);
      expect(parsed).to.include({ status: 200, reason: '' });
    }
  });

  for (const [what, bytes, status, reason] of [
    [
      'without an empty line',
      Buffer.from('OPTIONS sip:a@example.com SIP/2.0\r\nl: 0\r\n'),
      400,
      'No end of the header fields',
    ],
    ['without bytes', Buffer.alloc(0), 400, 'No end of the header fields'],
    ['with one word as start line', message('OPTIONS', '', ''), 400, 'Malformed request line'],
    ['of HTTP', message('GET /index.html HTTP/1.1', 'Host: example.com', '', ''), 400, 'Malformed request line'],
    ['with a status of four digits', message('SIP/2.0 2000 OK', '', ''), 400, 'Malformed status line'],
    ['of another version of a response', message('SIP/3.0 200 OK', '', ''), 400, 'Malformed status line'],
    ['with a line without a name', subscribe('no name here'), 400, 'Malformed name of a header field'],
    ['with a name that is no token', subscribe('a b: c'), 400, 'Malformed name of a header field'],
    [
      'whose first field is folded',
      message('OPTIONS sip:a SIP/2.0', ' l: 0', '', ''),
      400,
      'Malformed name of a header field',
    ],
    ['with a bare line feed', subscribe('Subject: a\nEvil: b'), 400, 'Broken line break'],
    ['with a bare carriage return', subscribe('Subject: a\rEvil: b'), 400, 'Broken line break'],
    ['with a bare line feed in a folded line', subscribe('Subject: a\r\n b\nEvil: c'), 400, 'Broken line break'],
    ['with a Content-Length of words', subscribe('Content-Length: five'), 400, 'Malformed Content-Length'],
    ['with an empty Content-Length', subscribe('Content-Length:'), 400, 'Malformed Content-Length'],
    ['with two equal Content-Length', subscribe('l: 0', 'Content-Length: 0'), 400, 'More than one Content-Length'],
    ['with a list as Content-Length', subscribe('l: 0, 0'), 400, 'Malformed Content-Length'],
    ['with a hexadecimal Content-Length', subscribe('l: 0x0'), 400, 'Malformed Content-Length'],
    ['with a huge Content-Length', subscribe('l: 99999999999999'), 513, 'Message Too Large'],
    ['with an endless Content-Length', subscribe(`l: ${'9'.repeat(400)}`), 400, 'Malformed Content-Length'],
  ] as const) {
    it(`is refused ${what}`, () => {
      expect(refusal(bytes)).to.include({ status, reason });
    });
  }

  it('that is refused can be answered when its fields could be read', () => {
    const refused = refusal(subscribe('a b: c', 'Subject: later'));
    expect(refused.request?.callId).to.equal('call-1@192.0.2.1');
    const answer = Response.to(refused.request!, 400, { reason: refused.reason, toTag: 't' });
    expect(answer.to.tag).to.equal('t');
    expect(answer.cseq).to.deep.equal({ number: 1, method: 'SUBSCRIBE' });
  });

  it('is refused beyond each limit', () => {
    const bytes = Buffer.concat([subscribe(), Buffer.from('12345')]);
    const fields = 6;
    expect(parse(bytes, { headBytes: bytes.length - 9, fields, bodyBytes: 5 }).body).to.have.length(5);
    expect(refusal(bytes, { headBytes: bytes.length - 10, fields, bodyBytes: 5 })).to.include({
      status: 513,
      request: undefined,
    });
    expect(refusal(bytes, { headBytes: 1_000, fields: fields - 1, bodyBytes: 5 }).status).to.equal(513);
    const tooLarge = refusal(bytes, { headBytes: 1_000, fields, bodyBytes: 4 });
    expect(tooLarge.status).to.equal(513);
    expect(tooLarge.request?.method).to.equal('SUBSCRIBE');
  });
});

/** Everything that is read of a message by anyone. */
function readAll(bytes: Buffer): void {
  const parsed = parse(bytes);
  validate(parsed);
  serialize(parsed);
}

const onlyBadMessage = (bytes: Buffer): void => {
  try {
    readAll(bytes);
  } catch (error) {
    if (!(error instanceof BadMessage)) throw error;
  }
};

describe('hostile bytes', () => {
  it('whatever they are, are read or refused with BadMessage', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => onlyBadMessage(Buffer.from(bytes))),
      { numRuns: 2_000 },
    );
  });

  it('made by changing real messages 100,000 times, are read or refused with BadMessage', () => {
    const messages = TORTURES.map(({ rfc, name }) => tortureBytes(rfc, name)).filter((bytes) => bytes.length < 1_000);
    const pieces = [
      '\r\n',
      '\r\n ',
      ':',
      ';',
      ',',
      '"',
      '<',
      '>',
      '@',
      '%',
      '[',
      ']',
      '\\',
      '=',
      '?',
      '\0',
      '\xff',
      ' ',
    ];
    let seed = 20_260_101;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    for (let run = 0; run < 100_000; run++) {
      const original = messages[random(messages.length)]!;
      const at = random(original.length);
      const piece = Buffer.from(pieces[random(pieces.length)]!, 'latin1');
      onlyBadMessage(Buffer.concat([original.subarray(0, at), piece, original.subarray(at + random(3))]));
    }
  }).timeout(120_000);

  // Work that grows with the square of the length would take hours for these.
  const LONG = 1_000_000;
  const limits = { headBytes: 2 * LONG, fields: LONG, bodyBytes: LONG };
  for (const [what, bytes] of [
    ['of spaces alone', Buffer.from(' '.repeat(LONG))],
    ['of line breaks alone', Buffer.from('\r\n'.repeat(LONG / 2))],
    ['with a field of spaces', subscribe(`Subject:${' '.repeat(LONG)}x`)],
    ['with a name and spaces', subscribe(`Subject${' '.repeat(LONG)}: x`)],
    ['folded again and again', subscribe(`Subject: ${'\r\n x'.repeat(LONG / 4)}`)],
    ['folded into nothing', subscribe(`Subject: ${'\r\n '.repeat(LONG / 4)}`)],
    ['with as many empty fields', subscribe(Array.from({ length: LONG / 8 }, () => 'X:').join('\r\n'))],
    ['with a Contact of commas', subscribe(`Contact: ${','.repeat(LONG)}`)],
    ['with a Contact of many', subscribe(`Contact: ${Array.from({ length: LONG / 8 }, () => 'sip:a').join(',')}`)],
    ['with a Contact of open brackets', subscribe(`Contact: ${'<'.repeat(LONG)}`)],
    ['with a Contact of bracketed URIs', subscribe(`Contact: ${'<sip:a>,'.repeat(LONG / 8)}<sip:a>`)],
    ['with a display name of many tokens', subscribe(`Contact: ${'a '.repeat(LONG / 2)}`)],
    ['with display names without URI', subscribe(`Contact: ${'a ,'.repeat(LONG / 4)}`)],
    ['with a quoted string without end', subscribe(`Contact: "${'\\"'.repeat(LONG / 2)}`)],
    ['with a URI of escapes', subscribe(`Contact: <sip:${'%41'.repeat(LONG / 4)}@example.com>`)],
    ['with a URI of at signs', subscribe(`Contact: <sip:${'@'.repeat(LONG)}>`)],
    ['with a Via of semicolons', subscribe(`Via: SIP/2.0/UDP a${';a'.repeat(LONG / 4)}`)],
    ['with many Via', subscribe(`Via: ${'SIP/2.0/UDP a,'.repeat(LONG / 16)}`)],
    ['with a CSeq of digits', message('OPTIONS sip:a SIP/2.0', `CSeq: ${'1'.repeat(LONG)} OPTIONS`, '', '')],
    ['with a Call-ID without end', message('OPTIONS sip:a SIP/2.0', `Call-ID: ${'a'.repeat(LONG)}`, '', '')],
    ['with a request line of spaces', message(`OPTIONS${' '.repeat(LONG)}sip:a SIP/2.0`, '', '')],
    ['with a request line of one letter', message('A'.repeat(LONG), '', '')],
    ['with a status line of spaces', message(`SIP/2.0 200 ${' '.repeat(LONG)}`, '', '')],
    ['with a version of digits', message(`OPTIONS sip:a SIP/${'2'.repeat(LONG)}`, '', '')],
  ] as const) {
    it(`${what} are read or refused in the time that their length needs`, () => {
      let parsed;
      try {
        parsed = parse(bytes, limits);
        validate(parsed);
      } catch (error) {
        expect(error).to.be.instanceOf(BadMessage);
      }
      for (const name of ['Subject', 'Contact', 'Via']) expect(parsed?.headers(name) ?? []).to.be.an('array');
    }).timeout(60_000);
  }

  it('never take the place of the next honest message', () => {
    expect(() => parse(subscribe(`Subject: ${' '.repeat(60_000)}`, 'l: five'))).to.throw(BadMessage);
    expect(request(subscribe()).callId).to.equal('call-1@192.0.2.1');
  });
});
