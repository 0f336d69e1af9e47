import { expect } from 'chai';
import type { Principal } from '../../lib/directory/principal.ts';
import type { XconUserId } from '../../lib/model/identifiers.ts';
import { VerifiedCredentials } from '../../lib/http/verified.ts';

const alice: Principal = {
  userId: 'xcon-userid:alice@example.com' as XconUserId,
  addresses: [],
  systemAdministrator: false,
};

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
    verified.known(realm, header) ??
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
});
