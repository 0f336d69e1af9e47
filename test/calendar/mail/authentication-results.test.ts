import { expect } from 'chai';
import fc from 'fast-check';
import { verdictOf } from '../../../lib/calendar/mail/authentication-results.ts';

const verdict = (...headers: readonly string[]): string => verdictOf(headers, 'mx.example.com', 'example.com');

describe('Authentication-Results', () => {
  it('vouch for the domain of From by DMARC, or by DKIM or SPF of the very domain (RFC 8601 §2)', () => {
    expect(verdict('mx.example.com; dmarc=pass header.from=example.com')).to.equal('passed');
    expect(verdict('MX.example.com 1; dkim=pass (good) header.d=example.com header.s=s1')).to.equal('passed');
    expect(verdict('mx.example.com; spf=pass smtp.mailfrom=alice@example.com; dkim=none')).to.equal('passed');
    expect(verdict('mx.example.com; dkim=pass header.d=other.example')).to.equal('unknown');
    expect(verdict('mx.example.com; spf=pass smtp.mailfrom=bounce.example.com')).to.equal('unknown');
    expect(verdict('mx.example.com; dmarc=pass header.from=other.example')).to.equal('unknown');
    expect(verdict('mx.example.com; none')).to.equal('unknown');
    expect(verdict('mx.example.com; dmarc=fail header.from=example.com; spf=pass smtp.mailfrom=example.com')).to.equal(
      'failed',
    );
  });

  it('of other servers, of another version or in comments and quotes mean nothing', () => {
    for (const header of [
      'mx.evil.example; dmarc=pass header.from=example.com',
      'mx.example.com.evil.example; dmarc=pass header.from=example.com',
      'mx.example.com 2; dmarc=pass header.from=example.com',
      'mx.evil.example (; mx.example.com; dmarc=pass header.from=example.com)',
      'mx.example.com; none (dmarc=pass header.from=example.com; )',
      'mx.example.com; dkim=fail reason="; dmarc=pass header.from=example.com"',
      '"mx.example.com; dmarc=pass header.from=example.com"',
    ])
      expect(verdict(header), header).to.not.equal('passed');
  });

  it('are read whatever stands in them', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => void verdict(text, `mx.example.com;${text}`)));
  });
});
