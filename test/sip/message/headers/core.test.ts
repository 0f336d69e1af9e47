import { expect } from 'chai';
import { BadMessage, headers } from '../../../../lib/sip/message/index.ts';

describe('CSeq, Call-ID and other fields of RFC 3261', () => {
  it('are read', () => {
    expect(headers.CSEQ.read('4294967295 \t INVITE')).to.deep.equal({ number: 4_294_967_295, method: 'INVITE' });
    expect(headers.CALL_ID.read('f81d4fae-7dec-11d0@host')).to.equal('f81d4fae-7dec-11d0@host');
    expect(headers.MAX_FORWARDS.read('0')).to.equal(0);
    expect(headers.ALLOW.readAll(['INVITE, ACK', '', 'BYE'])).to.deep.equal(['INVITE', 'ACK', 'BYE']);
    expect(headers.RETRY_AFTER.read('18000;duration=3600')).to.deep.include({ seconds: 18_000, comment: undefined });
    const later = headers.RETRY_AFTER.read("120 (I'm in a (long\\)) meeting);duration=60");
    expect([later.comment, later.parameters.get('duration')]).to.deep.equal(["I'm in a (long\\)) meeting", '60']);
    expect(headers.WARNING.readAll(['307 isi.edu "Session \\"x\\"", 399 [::1]:5060 "no, y"'])).to.deep.equal([
      { code: 307, agent: 'isi.edu', text: 'Session "x"' },
      { code: 399, agent: '[::1]:5060', text: 'no, y' },
    ]);
    expect(headers.REPLY_TO.read('<sip:a@b>').uri.toString()).to.equal('sip:a@b');
  });

  for (const [header, value] of [
    [headers.CSEQ, '4294967296 INVITE'],
    [headers.CSEQ, '1INVITE'],
    [headers.CSEQ, 'INVITE'],
    [headers.CSEQ, '1'],
    [headers.CSEQ, '-1 INVITE'],
    [headers.CSEQ, '1 INVITE x'],
    [headers.CALL_ID, ''],
    [headers.CALL_ID, 'a b'],
    [headers.CALL_ID, 'a;b'],
    [headers.CALL_ID, 'ä'],
    [headers.CALL_ID, 'a'.repeat(1_025)],
    [headers.MAX_FORWARDS, '256'],
    [headers.MAX_FORWARDS, '1e1'],
    [headers.EXPIRES, '4294967296'],
    [headers.EXPIRES, '60.5'],
    [headers.RETRY_AFTER, '5 (open'],
  ] as const) {
    it(`are refused: ${header.name}: ${value.slice(0, 30)}`, () => {
      expect(() => header.read(value)).to.throw(BadMessage, `Malformed ${header.name}`);
    });
  }
});
