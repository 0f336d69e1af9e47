import { expect } from 'chai';
import fc from 'fast-check';
import { BadMessage, headers, Via } from '../../../lib/sip/message/index.ts';
import { host, parameters } from './arbitraries.ts';

const read = (text: string): readonly Via[] => headers.VIA.readAll([text]);

describe('a Via', () => {
  it('has a transport, a host, a port and parameters', () => {
    const [via] = read('SIP / 2.0 / udp first.example.com : 4000 ;ttl=16 ;maddr=224.2.0.1 ;branch=z9hG4bKa7c6a8dlze.1');
    expect(via).to.include({
      transport: 'UDP',
      host: 'first.example.com',
      port: 4000,
      sentBy: 'first.example.com:4000',
    });
    expect([via?.branch, via?.parameters.get('maddr')]).to.deep.equal(['z9hG4bKa7c6a8dlze.1', '224.2.0.1']);
  });

  it('tells where the request came from [RFC 3581]', () => {
    const [asked, answered] = read('SIP/2.0/UDP a;rport, SIP/2.0/UDP a;rport=9988;received=[::1]');
    expect([asked?.parameters.has('rport'), asked?.rport]).to.deep.equal([true, undefined]);
    expect([answered?.rport, answered?.received]).to.deep.equal([9988, '::1']);
    expect(asked?.with('received', '192.0.2.9').with('rport', '5070').toString()).to.equal(
      'SIP/2.0/UDP a;rport=5070;received=192.0.2.9',
    );
  });

  it('that is written is read as the same', () => {
    fc.assert(
      fc.property(host, fc.option(fc.nat(65_535), { nil: undefined }), parameters, (at, port, own) => {
        const via = new Via('TLS', at, port, own);
        const [again] = read(via.toString());
        expect(again).to.include({ transport: 'TLS', host: at, port });
        expect([...(again?.parameters ?? [])]).to.deep.equal([...own]);
      }),
    );
  });

  for (const wrong of [
    'SIP/2.0/UDP',
    'SIP/2.0 a',
    'UDP a',
    'HTTP/2.0/UDP a',
    'SIP/2.0/UDPa',
    'SIP/2.0/UDP a:',
    'SIP/2.0/UDP a:70000',
    'SIP/2.0/UDP [::1',
    'SIP/2.0/UDP ::1',
    'SIP/2.0/UDP a;',
    'SIP/2.0/UDP a,',
    'SIP/2.0/UDP a b',
    'SIP/2.0/UDP a;branch=',
  ]) {
    it(`is refused: ${wrong}`, () => {
      expect(() => read(wrong)).to.throw(BadMessage, 'Malformed Via');
    });
  }
});
