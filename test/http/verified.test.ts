import type { IncomingHttpHeaders } from 'node:http';
import { expect } from 'chai';
import type { Principal } from '../../lib/directory/principal.ts';
import type { XconUserId } from '../../lib/model/identifiers.ts';
import type { RequestFacts } from '../../lib/http/scheme.ts';
import { VerifiedCredentials } from '../../lib/http/verified.ts';

const alice: Principal = {
  userId: 'xcon-userid:alice@example.com' as XconUserId,
  addresses: [],
  systemAdministrator: false,
};

const facts = (connection?: object, headers: IncomingHttpHeaders = {}): RequestFacts => ({
  method: 'POST',
  url: '/',
  headers,
  source: '127.0.0.1',
  secure: false,
  loopback: true,
  ...(connection && { connection }),
});

describe('credentials that were right lately', () => {
  let changes: number;
  let checks: number;
  let verified: VerifiedCredentials;
  beforeEach(() => {
    changes = 0;
    checks = 0;
    verified = new VerifiedCredentials(() => changes);
  });
  const ask = (realm: string, header: string, found: Principal | 'nobody' = alice) =>
    verified.known(facts(), realm, header) ??
    verified.remember(realm, header, () => {
      checks++;
      return Promise.resolve(found === 'nobody' ? undefined : found);
    });

  it('are checked once', async () => {
    expect(await ask('example.com', 'right')).to.equal(alice);
    expect(await ask('example.com', 'right', 'nobody')).to.equal(alice);
    expect(checks).to.equal(1);
  });

  it('are others with another realm or other bytes', async () => {
    await ask('example.com', 'right');
    expect(await ask('example.org', 'right', 'nobody')).to.equal(undefined);
    expect(await ask('example.com', 'righ', 'nobody')).to.equal(undefined);
    expect(checks).to.equal(3);
  });

  it('are checked again after any change of a user, also one during the check', async () => {
    await ask('example.com', 'right');
    changes++;
    expect(await ask('example.com', 'right', 'nobody')).to.equal(undefined);
    await verified.remember('example.com', 'other', () => {
      changes++;
      return Promise.resolve(alice);
    });
    expect(await ask('example.com', 'other', 'nobody')).to.equal(undefined);
  });

  it('were never right when they were wrong', async () => {
    expect(await ask('example.com', 'wrong', 'nobody')).to.equal(undefined);
    expect(await ask('example.com', 'wrong')).to.equal(alice);
    expect(checks).to.equal(2);
  });

  it('are checked again when they are old', async () => {
    verified = new VerifiedCredentials(() => changes, { remembered: 10, age: 0 });
    await ask('example.com', 'right');
    expect(await ask('example.com', 'right', 'nobody')).to.equal(undefined);
  });

  describe('of a connection', () => {
    const shown = { authorization: 'Basic right', host: 'example.com', from: 'alice@example.com' };
    const connection = {};
    beforeEach(async () => {
      await ask('example.com', 'right');
      verified.known(facts(connection, shown), 'example.com', 'right');
    });

    it('are known again by the headers alone', () => {
      expect(verified.again(facts(connection, { ...shown }))).to.equal(alice);
    });

    it('are not those of another connection, nor of none', () => {
      expect(verified.again(facts({}, shown))).to.equal(undefined);
      expect(verified.again(facts(undefined, shown))).to.equal(undefined);
    });

    it('are others when a header is, for another realm may be meant', () => {
      for (const name of ['authorization', 'host', 'from']) {
        expect(verified.again(facts(connection, { ...shown, [name]: 'other' })), name).to.equal(undefined);
        expect(verified.again(facts(connection, { ...shown, [name]: undefined })), name).to.equal(undefined);
      }
    });

    it('are checked again after any change of a user', () => {
      changes++;
      expect(verified.again(facts(connection, shown))).to.equal(undefined);
    });

    it('are not shown by wrong ones', async () => {
      const wrong = { ...shown, authorization: 'Basic wrong' };
      verified.known(facts(connection, wrong), 'example.com', 'wrong');
      await verified.remember('example.com', 'wrong', () => Promise.resolve(undefined));
      expect(verified.again(facts(connection, wrong))).to.equal(undefined);
    });
  });
});
