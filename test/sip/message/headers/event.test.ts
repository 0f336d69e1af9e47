import { expect } from 'chai';
import { BadMessage, headers } from '../../../../lib/sip/message/index.ts';

describe('Subscription-State', () => {
  it('has a state, a reason and times [RFC 6665]', () => {
    expect(headers.SUBSCRIPTION_STATE.read('Terminated;reason=NoResource;retry-after=5')).to.deep.include({
      state: 'terminated',
      reason: 'noresource',
      retryAfter: 5,
      expires: undefined,
    });
    expect(headers.SUBSCRIPTION_STATE.read('active;expires=3599').expires).to.equal(3_599);
    expect(() => headers.SUBSCRIPTION_STATE.read('active;expires=soon')).to.throw(
      BadMessage,
      'Malformed Subscription-State',
    );
    expect(() => headers.SUBSCRIPTION_STATE.read('')).to.throw(BadMessage);
  });
});

describe('Event', () => {
  it('has a package and an id, which keep their case', () => {
    expect(headers.EVENT.read('Presence.winfo ; id = A1')).to.include({ type: 'Presence.winfo', id: 'A1' });
    expect(() => headers.EVENT.read('a b')).to.throw(BadMessage, 'Malformed Event');
  });

  it('may ask for rates [RFC 6446]', () => {
    const { parameters } = headers.EVENT.read('conference;max-rate=0.2;min-rate=0.001;adaptive-min-rate=10');
    expect(headers.ratesOf(parameters)).to.deep.equal({ maxRate: 0.2, minRate: 0.001, adaptiveMinRate: 10 });
    expect(headers.ratesOf(headers.EVENT.read('conference').parameters)).to.deep.equal({
      maxRate: undefined,
      minRate: undefined,
      adaptiveMinRate: undefined,
    });
    for (const rate of ['0', '-1', '1e3', '.5', '1.', 'x', '99999999999']) {
      expect(() => headers.ratesOf(headers.EVENT.read(`a;max-rate=${rate}`).parameters)).to.throw(BadMessage);
    }
  });
});

describe('entity-tags', () => {
  it('are tokens [RFC 3903, RFC 5839]', () => {
    expect(headers.SIP_ETAG.read('dx200xyz')).to.equal('dx200xyz');
    expect(headers.SIP_IF_MATCH.read('a-b.c')).to.equal('a-b.c');
    expect(headers.SUPPRESS_IF_MATCH.read('*')).to.equal('*');
    expect(() => headers.SIP_ETAG.read('"quoted"')).to.throw(BadMessage);
    expect(headers.ALLOW_EVENTS.readAll(['conference, refer'])).to.deep.equal(['conference', 'refer']);
  });
});
