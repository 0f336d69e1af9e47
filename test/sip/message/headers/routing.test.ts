import { expect } from 'chai';
import { BadMessage, headers } from '../../../../lib/sip/message/index.ts';

describe('routes', () => {
  it('are lists of addresses [RFC 3327]', () => {
    expect(headers.PATH.readAll(['<sip:p3@b;lr>,<sip:p1@a;lr>'])).to.have.length(2);
    expect(headers.SERVICE_ROUTE.readAll(['<sip:h;lr>'])).to.have.length(1);
    expect(headers.MAX_BREADTH.read('60')).to.equal(60);
    expect(headers.FLOW_TIMER.read('95')).to.equal(95);
  });
});

describe('outbound parameters of a Contact', () => {
  const outbound = (contact: string) => headers.outboundOf(headers.CONTACT.readAll([contact])[0]!);

  it('name the instance and the flow [RFC 5626]', () => {
    expect(
      outbound('<sip:a@b;ob>;reg-id=2;+sip.instance="<urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF>"'),
    ).to.deep.equal({
      instance: 'urn:uuid:00000000-0000-1000-8000-AABBCCDDEEFF',
      regId: 2,
    });
  });

  it('come both or not at all', () => {
    expect(outbound('<sip:a@b>;reg-id=2')).to.equal(undefined);
    expect(outbound('<sip:a@b>;+sip.instance="<urn:x:y>"')).to.equal(undefined);
    expect(() => outbound('<sip:a@b>;reg-id=x;+sip.instance="<urn:x:y>"')).to.throw(BadMessage, 'Malformed reg-id');
  });
});
