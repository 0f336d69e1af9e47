import { expect } from 'chai';
import { BadMessage, headers } from '../../../../lib/sip/message/index.ts';

describe('session timers', () => {
  it('have an interval and who refreshes [RFC 4028]', () => {
    expect(headers.SESSION_EXPIRES.read('4000;Refresher=UAC')).to.deep.equal({ interval: 4_000, refresher: 'uac' });
    expect(headers.SESSION_EXPIRES.read('90').refresher).to.equal(undefined);
    expect(headers.MIN_SE.read('60;lr')).to.equal(60);
    expect(() => headers.SESSION_EXPIRES.read('90;refresher=proxy')).to.throw(BadMessage, 'Malformed Session-Expires');
    expect(() => headers.MIN_SE.read('')).to.throw(BadMessage, 'Malformed Min-SE');
  });
});

describe('reliable provisional responses', () => {
  it('are numbered and acknowledged [RFC 3262]', () => {
    expect(headers.RSEQ.read('988789')).to.equal(988_789);
    expect(headers.RACK.read('776656 1 INVITE')).to.deep.equal({ response: 776_656, cseq: 1, method: 'INVITE' });
    for (const wrong of ['1 INVITE', '1 2', '1 2 INVITE x'])
      expect(() => headers.RACK.read(wrong)).to.throw(BadMessage);
  });
});

describe('references to dialogs', () => {
  it('have a Call-ID and two tags [RFC 3891, RFC 3911]', () => {
    const replaced = headers.REPLACES.read('98732@sip.example.com ;from-tag=r33th4x0r ;to-tag=ff87ff;early-only');
    expect(replaced).to.include({ callId: '98732@sip.example.com', localTag: 'ff87ff', remoteTag: 'r33th4x0r' });
    expect(replaced.parameters.has('early-only')).to.equal(true);
    expect(headers.formatDialogReference(replaced)).to.equal('98732@sip.example.com;to-tag=ff87ff;from-tag=r33th4x0r');
    expect(headers.JOIN.read('a;to-tag=b;from-tag=c')).to.include({ localTag: 'b', remoteTag: 'c' });
    expect(headers.TARGET_DIALOG.read('a;local-tag=b;remote-tag=c')).to.include({ localTag: 'b', remoteTag: 'c' });
    for (const wrong of ['a', 'a;to-tag=b', ';to-tag=b;from-tag=c']) {
      expect(() => headers.REPLACES.read(wrong)).to.throw(BadMessage, 'Malformed Replaces');
    }
  });
});

describe('Reason', () => {
  it('has a protocol, a cause and a text [RFC 3326]', () => {
    const reasons = headers.REASON.readAll(['SIP ;cause=200 ;text="Call completed, elsewhere", Q.850;cause=16']);
    expect(reasons).to.deep.equal([
      { protocol: 'SIP', cause: 200, text: 'Call completed, elsewhere' },
      { protocol: 'Q.850', cause: 16, text: undefined },
    ]);
    expect(reasons.map(headers.formatReason)).to.deep.equal([
      'SIP;cause=200;text="Call completed, elsewhere"',
      'Q.850;cause=16',
    ]);
  });
});
