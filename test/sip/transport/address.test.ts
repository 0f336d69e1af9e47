import { expect } from 'chai';
import { formatEndpoint, groupsOf, peerOf } from '../../../lib/sip/transport/address.ts';

describe('Addresses of SIP transport', () => {
  it('count to the limits of their own, or of their IPv6 network', () => {
    expect(peerOf('192.0.2.1')).to.equal('192.0.2.1');
    expect(peerOf('2001:db8:1:2:3:4:5:6')).to.equal('2001:db8:1:2::/64');
    expect(peerOf('2001:db8:1:2::6')).to.equal('2001:db8:1:2::/64');
    expect(peerOf('2001:db8::6')).to.equal(peerOf('2001:db8::7:0:0:0'));
    expect(peerOf('::1')).to.equal('0:0:0:0::/64');
    expect(peerOf('fe80::1%eth0')).to.equal('fe80:0:0:0::/64');
  });

  it('are read group by group', () => {
    expect(groupsOf('1::')).to.deep.equal([1, 0, 0, 0, 0, 0, 0, 0]);
    expect(groupsOf('::ff:10')).to.deep.equal([0, 0, 0, 0, 0, 0, 0xff, 0x10]);
    expect(groupsOf('1:2:3:4:5:6:7:8')).to.deep.equal([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('stand in brackets before a port', () => {
    expect(formatEndpoint({ address: '::1', port: 5060 })).to.equal('[::1]:5060');
    expect(formatEndpoint({ address: '192.0.2.1', port: 5060 })).to.equal('192.0.2.1:5060');
  });
});
