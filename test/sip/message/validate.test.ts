import { expect } from 'chai';
import { BadMessage, parse, Response, validate, type Request } from '../../../lib/sip/message/index.ts';
import { subscribe } from './messages.ts';

/** Why a message is refused, and whether it can be answered. */
function refusal(message: Request | Response): readonly [reason: string, isAnswerable: boolean] {
  try {
    validate(message);
  } catch (error) {
    if (error instanceof BadMessage) return [`${error.status} ${error.reason}`, error.request !== undefined];
    throw error;
  }
  return ['taken', true];
}

const request = (...fields: readonly string[]): Request => parse(subscribe(...fields)) as Request;

describe('a request', () => {
  it('is taken with what RFC 3261 demands', () => {
    expect(refusal(request())).to.deep.equal(['taken', true]);
    expect(refusal(request('Contact: *', 'Expires: 0', 'Supported:'))).to.deep.equal(['taken', true]);
  });

  for (const name of ['Via', 'From', 'To', 'Call-ID', 'CSeq']) {
    it(`is refused without ${name}`, () => {
      expect(refusal(request().with({ [name]: undefined }))).to.deep.equal([`400 Missing ${name}`, true]);
    });
  }

  for (const name of ['From', 'To', 'Call-ID', 'CSeq', 'Max-Forwards']) {
    it(`is refused with two ${name}`, () => {
      const { lines } = { lines: request().lines(name) };
      expect(refusal(request().with({ [name]: [...lines, ...lines] }))).to.deep.equal([
        `400 More than one ${name}`,
        true,
      ]);
    });
  }

  for (const [field, reason] of [
    ['Contact: <sip:a@b', '400 Malformed Contact'],
    ['Contact: *, <sip:a@b>', '400 Malformed URI in Contact'],
    ['Route: sip:a b', '400 Malformed Route'],
    ['Record-Route: <sip:a', '400 Malformed Record-Route'],
    ['Via: SIP/2.0/UDP', '400 Malformed Via'],
    ['Expires: never', '400 Malformed Expires'],
    ['Event: a b', '400 Malformed Event'],
    ['Content-Type: text', '400 Malformed Content-Type'],
    ['Require: a b', '400 Malformed Require'],
    ['Proxy-Require: ,', '400 Malformed Proxy-Require'],
    ['Accept: x', '400 Malformed Accept'],
    ['Supported: a;b', '400 Malformed Supported'],
    ['Allow: (', '400 Malformed Allow'],
    ['Subscription-State: active;expires=x', '400 Malformed Subscription-State'],
  ] as const) {
    it(`is refused with ${field}`, () => {
      expect(refusal(request(field))).to.deep.equal([reason, true]);
    });
  }

  it('may hold malformed fields that nobody needs', () => {
    expect(refusal(request('Date: yesterday', 'Warning: x', 'Alert-Info: <', 'X: "'))).to.deep.equal(['taken', true]);
  });

  it('may come from RFC 2543, without tag, branch and Max-Forwards', () => {
    const old = request().with({ From: 'sip:a@b', Via: 'SIP/2.0/UDP a', 'Max-Forwards': undefined });
    expect(refusal(old)).to.deep.equal(['taken', true]);
  });
});

describe('a response', () => {
  it('that is malformed can not be answered', () => {
    const response = Response.to(request(), 200);
    expect(refusal(response)).to.deep.equal(['taken', true]);
    expect(refusal(response.with({ CSeq: 'x' }))).to.deep.equal(['400 Malformed CSeq', false]);
  });
});
