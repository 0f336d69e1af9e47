import { expect } from 'chai';
import { UnacceptableUser } from '../../lib/directory/directory.ts';
import { UserExists } from '../../lib/directory/repository.ts';
import type { XconUserId } from '../../lib/model/identifiers.ts';
import { emptyDirectory } from './users.ts';

const ALICE = 'xcon-userid:alice@example.com' as XconUserId;

async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('was not refused'),
    (error: unknown) => error,
  );
}

describe('the directory', () => {
  it('gives a new user an id and an address from login and domain, all lower case', async () => {
    const { directory } = emptyDirectory();
    const user = await directory.addUser({ login: 'Alice', domain: 'Example.COM', password: 'x' });
    expect(user).to.deep.equal({
      userId: ALICE,
      login: 'alice',
      domain: 'example.com',
      addresses: ['sip:alice@example.com'],
      systemAdministrator: false,
      created: 0,
    });
    expect(await directory.principalById(ALICE)).to.deep.equal({
      userId: ALICE,
      addresses: ['sip:alice@example.com'],
      systemAdministrator: false,
    });
  });

  it('never shows the secret', async () => {
    const { directory } = emptyDirectory();
    const added = await directory.addUser({ login: 'alice', password: 'x' });
    const seen = [
      added,
      await directory.show('alice'),
      await directory.find('alice'),
      ...(await directory.list({ limit: 9 })),
    ];
    for (const user of seen) expect(user).to.be.an('object').that.does.not.have.property('secret');
  });

  it('finds a user by each of her names and by no other', async () => {
    const { directory } = emptyDirectory();
    await directory.addUser({ login: 'alice', password: 'x' });
    await directory.addUser({ login: 'alice', domain: 'example.org', password: 'x' });
    const idOf = async (name: string, reading = {}) => (await directory.find(name, reading))?.userId;
    expect(await idOf('alice')).to.equal(ALICE);
    expect(await idOf('ALICE@example.com')).to.equal(ALICE);
    expect(await idOf('alice@example.org')).to.equal('xcon-userid:alice@example.org');
    expect(await idOf('alice', { domain: 'example.org' })).to.equal('xcon-userid:alice@example.org');
    expect(await idOf('sip:alice@example.com')).to.equal(undefined);
    expect(await idOf('sip:alice@example.com', { sip: true })).to.equal(ALICE);
    expect(await idOf('sip:alice', { sip: true })).to.equal(undefined);
    expect(await idOf('alice@elsewhere.example')).to.equal(undefined);
    expect((await directory.show('xcon-userid:alice@example.com'))?.userId).to.equal(ALICE);
    expect((await directory.show('alice@example.com'))?.userId).to.equal(ALICE);
  });

  it('knows whose an address is, compared without case, port and parameters', async () => {
    const { directory } = emptyDirectory();
    await directory.addUser({
      login: 'alice',
      addresses: ['sip:Alice.A@example.com', 'tel:+1-555-0100'],
      password: 'x',
    });
    for (const address of ['SIP:alice.a@EXAMPLE.com:5061;transport=tls', 'tel:+15550100']) {
      expect((await directory.principalByAddress(address))?.userId, address).to.equal(ALICE);
    }
    expect(await directory.principalByAddress('sip:alice@example.com')).to.equal(undefined);
  });

  it('keeps logins and addresses unique', async () => {
    const { directory } = emptyDirectory();
    await directory.addUser({ login: 'alice', password: 'x' });
    expect(await refusalOf(directory.addUser({ login: 'ALICE', password: 'y' }))).to.be.instanceOf(UserExists);
    const twin = directory.addUser({ login: 'bob', addresses: ['sip:alice@example.com'], password: 'y' });
    expect(await refusalOf(twin)).to.be.instanceOf(UserExists);
  });

  for (const [what, user] of Object.entries({
    'a login with a space': { login: 'al ice', password: 'x' },
    'a login with a colon, which Basic can not carry': { login: 'al:ice', password: 'x' },
    'a domain that is not served': { login: 'alice', domain: 'elsewhere.example', password: 'x' },
    'an empty password': { login: 'alice', password: '' },
    'a password with a line feed': { login: 'alice', password: 'sesame\nopen' },
    'a password that is too long': { login: 'alice', password: 'sesame'.repeat(1000) },
    'an address without a scheme': { login: 'alice', password: 'x', addresses: ['alice'] },
  })) {
    it(`refuses ${what}, and the refusal does not repeat the password`, async () => {
      const { directory, repository } = emptyDirectory();
      const error = await refusalOf(directory.addUser(user));
      expect(error).to.be.instanceOf(UnacceptableUser);
      expect(String(error)).not.to.contain('sesame');
      expect(repository.kept.size).to.equal(0);
    });
  }

  it('changes what an update names and keeps the rest', async () => {
    const { directory } = emptyDirectory();
    await directory.addUser({ login: 'alice', displayText: 'Alice', password: 'x' });
    const administrator = await directory.update(ALICE, { systemAdministrator: true });
    expect(administrator).to.include({ displayText: 'Alice', systemAdministrator: true });
    expect(await directory.update(ALICE, { displayText: '' })).not.to.have.property('displayText');
    expect((await directory.verify('alice', 'x'))?.systemAdministrator).to.equal(true);
    expect(await directory.update('xcon-userid:nobody@example.com' as XconUserId, {})).to.equal(undefined);
  });

  it('loses none of two changes at once', async () => {
    const { directory } = emptyDirectory();
    await directory.addUser({ login: 'alice', password: 'x' });
    await Promise.all([directory.setPassword(ALICE, 'new'), directory.update(ALICE, { displayText: 'Alice' })]);
    expect((await directory.verify('alice', 'new'))?.displayText).to.equal('Alice');
  });

  it('knows a removed user no more', async () => {
    const { directory } = emptyDirectory();
    await directory.addUser({ login: 'alice', password: 'x' });
    expect(await directory.removeUser(ALICE)).to.equal(true);
    expect(await directory.removeUser(ALICE)).to.equal(false);
    expect(await directory.verify('alice', 'x')).to.equal(undefined);
  });

  for (const digest of [true, false]) {
    describe(`with ${digest ? 'digest secrets' : 'scrypt'}`, () => {
      it('verifies a password in UTF-8, composed or not, under each name', async () => {
        const { directory } = emptyDirectory();
        await directory.addUser({ login: 'alice', password: 'pässwörd 🔑', digest });
        for (const name of ['alice', 'ALICE', 'alice@example.com', 'sip:alice@example.com']) {
          expect((await directory.verify(name, 'pässwörd 🔑', { sip: true }))?.userId, name).to.equal(ALICE);
        }
        expect((await directory.verify('alice', 'pässwörd 🔑'.normalize('NFD')))?.userId).to.equal(ALICE);
        expect(await directory.verify('alice', 'passwort')).to.equal(undefined);
        expect(await directory.verify('alice', '')).to.equal(undefined);
        expect(await directory.verify('nobody', 'pässwörd 🔑')).to.equal(undefined);
      });

      it('forgets the old password with a new one and keeps the kind of secret', async () => {
        const { directory } = emptyDirectory();
        await directory.addUser({ login: 'alice', password: 'old', digest });
        expect((await directory.verify('alice', 'old'))?.userId).to.equal(ALICE);
        await directory.setPassword(ALICE, 'new');
        expect(await directory.verify('alice', 'old')).to.equal(undefined);
        expect((await directory.verify('alice', 'new'))?.userId).to.equal(ALICE);
        const { principal } = await directory.digestCredential('alice', 'example.com', 'SHA-256');
        expect(principal?.userId).to.equal(digest ? ALICE : undefined);
      });
    });
  }

  it('looks the same for a user that there is not: a secret to check against, and no answer', async () => {
    for (const digest of [true, false]) {
      const { directory } = emptyDirectory({ digest });
      expect(await directory.verify('nobody', 'x')).to.equal(undefined);
      expect(await directory.verify('no body', 'x')).to.equal(undefined);
      const first = await directory.digestCredential('nobody', 'example.com', 'MD5');
      const second = await directory.digestCredential('nobody', 'example.com', 'MD5');
      expect(first).to.have.property('secret').of.length(16);
      expect(first).not.to.have.property('principal');
      expect(first.secret).not.to.deep.equal(second.secret);
    }
  });

  it('lets a name that nobody has wait for scrypt like any other, where that is the rule', async () => {
    const { directory } = emptyDirectory({ digest: false });
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => directory.verify('nobody', 'x')));
    expect(results.map(({ status }) => status)).to.deep.equal([...Array<string>(4).fill('fulfilled'), 'rejected']);
  });

  it('counts all names of a user as one subject', () => {
    const { directory } = emptyDirectory();
    const reading = { domain: 'example.com', sip: true };
    const names = ['alice', 'Alice', 'alice@EXAMPLE.com', 'sip:alice@example.com'];
    expect(new Set(names.map((name) => directory.subjectOf(name, reading)))).to.deep.equal(
      new Set(['alice@example.com']),
    );
    expect(directory.subjectOf('no body')).to.equal('no body');
  });

  it('notices at the start that the key is another one', async () => {
    const { directory, repository } = emptyDirectory();
    await directory.checkKey();
    await directory.addUser({ login: 'alice', password: 'x' });
    await directory.checkKey();
    const { directory: other, repository: copy } = emptyDirectory();
    for (const user of repository.kept.values()) await copy.addUser(user);
    expect(String(await refusalOf(other.checkKey()))).to.contain('alice@example.com');
  });
});
