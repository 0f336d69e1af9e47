import { expect } from 'chai';
import { Request, Response } from '../../../lib/sip/message/index.ts';
import { responseEndpoint, responseTarget, withSource } from '../../../lib/sip/transport/source.ts';

const from = (via: string, ...others: string[]) =>
  Request.create('OPTIONS', 'sip:a@example.com', [['Via', [via, ...others].join(', ')]]);
const seen = (via: string, address: string, port = 4000) => withSource(from(via), { address, port }).header('Via');
const answered = (via: string, address: string, port = 4000, followMaddr = false) =>
  responseEndpoint(Response.to(withSource(from(via), { address, port }), 200).via, followMaddr, { address, port });

describe('The source of a request', () => {
  it('stands in its top Via where sent-by does not say it (RFC 3261 §18.2.1)', () => {
    expect(seen('SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa', '192.0.2.1')).to.equal(
      'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKa',
    );
    expect(seen('SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa', '192.0.2.1')).to.equal(
      'SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKa;received=192.0.2.1',
    );
    expect(seen('SIP/2.0/TCP pc.example.com', '192.0.2.1')).to.equal('SIP/2.0/TCP pc.example.com;received=192.0.2.1');
    expect(seen('SIP/2.0/TCP [2001:db8::1]:5060', '2001:db8::1')).to.equal('SIP/2.0/TCP [2001:db8::1]:5060');
    expect(seen('SIP/2.0/TCP [2001:db8::1]', '2001:db8::2')).to.equal('SIP/2.0/TCP [2001:db8::1];received=2001:db8::2');
  });

  it('has its port where that is asked for, and its address then always (RFC 3581 §4)', () => {
    expect(seen('SIP/2.0/UDP 192.0.2.1;rport;branch=z9hG4bKa', '192.0.2.1')).to.equal(
      'SIP/2.0/UDP 192.0.2.1;rport=4000;branch=z9hG4bKa;received=192.0.2.1',
    );
  });

  it('is what we saw, whatever the peer claims', () => {
    expect(seen('SIP/2.0/UDP 192.0.2.1;received=198.51.100.9;rport=99', '192.0.2.1')).to.equal(
      'SIP/2.0/UDP 192.0.2.1;received=192.0.2.1;rport=4000',
    );
  });

  it('leaves the other Vias alone', () => {
    const request = withSource(from('SIP/2.0/UDP a;rport', 'SIP/2.0/UDP b;rport'), { address: '192.0.2.1', port: 1 });
    expect(request.headers('Via')).to.deep.equal(['SIP/2.0/UDP a;rport=1;received=192.0.2.1', 'SIP/2.0/UDP b;rport']);
  });
});

describe('The way of a response (RFC 3261 §18.2.2)', () => {
  it('leads to the address that was seen, at the port of sent-by or the default one', () => {
    expect(answered('SIP/2.0/UDP 10.0.0.1:5070', '192.0.2.1')).to.deep.equal({ address: '192.0.2.1', port: 5070 });
    expect(answered('SIP/2.0/UDP pc.example.com', '192.0.2.1')).to.deep.equal({ address: '192.0.2.1', port: 5060 });
    expect(answered('SIP/2.0/UDP [2001:db8::1]:5070', '2001:db8::1')).to.deep.equal({
      address: '2001:db8::1',
      port: 5070,
    });
  });

  it('leads to the port that was seen where the request asks for that', () => {
    expect(answered('SIP/2.0/UDP 10.0.0.1:5070;rport', '192.0.2.1')).to.deep.equal({
      address: '192.0.2.1',
      port: 4000,
    });
  });

  it('follows maddr only where that is allowed', () => {
    const via = 'SIP/2.0/UDP 192.0.2.1:5070;maddr=192.0.2.99';
    expect(answered(via, '192.0.2.1')).to.deep.equal({ address: '192.0.2.1', port: 5070 });
    expect(answered(via, '192.0.2.1', 4000, true)).to.deep.equal({ address: '192.0.2.99', port: 5070 });
    expect(answered('SIP/2.0/UDP 192.0.2.1;maddr=name', '192.0.2.1', 4000, true)?.address).to.equal('192.0.2.1');
  });

  it('leads over a new connection where the one of the request is gone', () => {
    const { via } = withSource(from('SIP/2.0/TLS pc.example.com;rport'), { address: '192.0.2.1', port: 4000 });
    expect(responseTarget(via, 'tls')).to.deep.equal({
      protocol: 'tls',
      address: '192.0.2.1',
      port: 5061,
      serverName: 'pc.example.com',
    });
    expect(responseTarget(from('SIP/2.0/TCP pc.example.com').via, 'tcp')).to.equal(undefined);
  });
});
