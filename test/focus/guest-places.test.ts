import { expect } from 'chai';
import { GuestPlaces } from '../../lib/focus/guest-places.ts';

describe('places of guests', () => {
  it('are so many in all and for each address, and are given back', () => {
    const places = new GuestPlaces({ guestCalls: 3, guestCallsPerPeer: 2, unlimitedPeers: [] });
    const [one, other] = [places.take('192.0.2.1'), places.take('192.0.2.1')];
    expect(places.take('192.0.2.1')).to.equal(undefined);
    expect(places.take('192.0.2.2')).to.be.a('function');
    expect(places.take('192.0.2.3'), 'all are taken').to.equal(undefined);
    one?.();
    other?.();
    expect(places.take('192.0.2.1')).to.be.a('function');
  });

  it('count a network of IPv6 as one address, and edge proxies as many', () => {
    const places = new GuestPlaces({ guestCalls: 9, guestCallsPerPeer: 1, unlimitedPeers: ['192.0.2.9'] });
    expect(places.take('2001:db8::1')).to.be.a('function');
    expect(places.take('2001:db8::2')).to.equal(undefined);
    expect(places.take('2001:db8:0:1::1')).to.be.a('function');
    for (let call = 0; call < 5; call += 1) expect(places.take('192.0.2.9')).to.be.a('function');
  });
});
