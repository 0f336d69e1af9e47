import { expect } from 'chai';
import fc from 'fast-check';
import { digestUsernames, isDomain, isLogin, readLoginName } from '../../lib/directory/login.ts';

describe('a login name', () => {
  it('is read in each of its forms', () => {
    const login = fc.stringMatching(/^[a-z0-9+_][a-z0-9+_.~-]{0,20}$/);
    const domain = fc.constantFrom('example.com', 'a.b.example', 'host', '10.0.0.1');
    fc.assert(
      fc.property(login, domain, (login, domain) => {
        for (const name of digestUsernames({ login, domain })) {
          expect(readLoginName(name, { domain, sip: true })).to.deep.equal({ login, domain });
          expect(readLoginName(name.toUpperCase(), { domain, sip: true })).to.deep.equal({ login, domain });
        }
      }),
    );
  });

  it('is nothing else, whatever is sent', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.boolean(), (name, sip) => {
        const read = readLoginName(name, { domain: 'example.com', sip });
        if (read) expect(isLogin(read.login) && isDomain(read.domain)).to.equal(true);
      }),
    );
    for (const name of [
      '',
      '@example.com',
      'al ice',
      '\u212Aate',
      'a@b@c',
      'sip:alice',
      'alice@',
      'alice@-x',
      `a@${'b'.repeat(300)}`,
    ]) {
      expect(readLoginName(name, { domain: 'example.com', sip: true }), name).to.equal(undefined);
    }
  });
});
