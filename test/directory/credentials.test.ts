import { expect } from 'chai';
import { randomBytes } from 'node:crypto';
import { Credentials, UnreadableSecret, credentialDefaults, digestSecret } from '../../lib/directory/credentials.ts';
import type { Account } from '../../lib/directory/credentials.ts';
import type { XconUserId } from '../../lib/model/identifiers.ts';
import { cheapScrypt } from './users.ts';

const limits = { ...credentialDefaults, scrypt: cheapScrypt };
const account = (login: string): Account => ({
  login,
  domain: 'example.com',
  userId: `xcon-userid:${login}@example.com` as XconUserId,
});
const alice = account('alice');

describe('a sealed secret [Z14]', () => {
  const credentials = new Credentials(randomBytes(32), limits);

  for (const digest of [true, false]) {
    const kind = digest ? 'of digest hashes' : 'of scrypt';

    it(`${kind} shows neither password nor hash, and differs each time`, async () => {
      const [one, other] = await Promise.all([1, 2].map(() => credentials.seal(alice, 'sesame', { digest })));
      expect(one).not.to.deep.equal(other);
      const ha1 = digestSecret('MD5', 'alice', 'example.com', 'sesame');
      for (const shown of [Buffer.from('sesame'), ha1, Buffer.from(ha1.toString('hex'))]) {
        expect(one!.includes(shown)).to.equal(false);
      }
    });

    it(`${kind} opens for its user and its key only, and not when a bit was changed`, async () => {
      const sealed = await credentials.seal(alice, 'sesame', { digest });
      const failureOf = (promise: Promise<unknown>) =>
        promise.then(
          () => expect.fail('opened'),
          (error: unknown) => error,
        );
      const failures = [
        failureOf(credentials.verify(account('bob'), sealed, 'sesame')),
        failureOf(new Credentials(randomBytes(32), limits).verify(alice, sealed, 'sesame')),
        failureOf(credentials.verify(alice, Buffer.alloc(0), 'sesame')),
        ...Array.from(sealed.keys(), (place) => {
          const changed = Buffer.from(sealed);
          changed.writeUInt8(sealed.readUInt8(place) ^ 1, place);
          return failureOf(credentials.verify(alice, changed, 'sesame'));
        }),
      ];
      for (const failure of await Promise.all(failures)) {
        expect(failure).to.be.instanceOf(UnreadableSecret);
        expect(String(failure)).not.to.contain('sesame');
      }
    });
  }

  it('holds the digest secret of each name that may be sent, for both algorithms', async () => {
    const sealed = await credentials.seal(alice, 'sesame', { digest: true });
    for (const algorithm of ['SHA-256', 'MD5'] as const) {
      for (const username of ['alice', 'alice@example.com', 'sip:alice@example.com']) {
        expect(credentials.digestSecret(alice, sealed, algorithm, username), username).to.deep.equal(
          digestSecret(algorithm, username, 'example.com', 'sesame'),
        );
      }
      expect(credentials.digestSecret(alice, sealed, algorithm, 'Alice')).to.equal(undefined);
    }
  });

  it('of scrypt is derived no more for a password that was right lately, and again for any other', async () => {
    const slow = new Credentials(randomBytes(32), { ...limits, scrypt: { ...cheapScrypt, waiting: 0, atOnce: 1 } });
    const sealed = await slow.seal(alice, 'sesame', { digest: false });
    expect(await slow.verify(alice, sealed, 'sesame')).to.equal(true);
    // More at once than may derive or wait: they pass because they derive nothing.
    expect(await Promise.all([1, 2, 3].map(() => slow.verify(alice, sealed, 'sesame')))).to.deep.equal([
      true,
      true,
      true,
    ]);
    for (const wrong of ['wrong', 'wrong', 'sesam']) expect(await slow.verify(alice, sealed, wrong)).to.equal(false);
  });
});
