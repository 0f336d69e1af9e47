import { expect } from 'chai';
import { UserExists } from '../../lib/directory/repository.ts';
import { directoryUser, rejection, userIdOf } from './changes.ts';
import type { Store } from './contract.ts';

const al = directoryUser('al', {
  displayText: 'Ál',
  addresses: ['tel:+1', 'sip:al@example.com'],
  systemAdministrator: true,
});
const bo = directoryUser('bo', { addresses: [] });

export function directoryContract(name: string, open: () => Promise<Store>): void {
  describe(`${name}: the repository of users`, () => {
    let store: Store;
    beforeEach(async () => {
      store = await open();
      await store.addUser(bo);
      await store.addUser(al);
    });
    afterEach(() => store.close());

    it('finds a user by id, by login and by each address', async () => {
      expect(await store.userById(al.userId)).to.deep.equal(al);
      expect(await store.userById(bo.userId)).to.deep.equal(bo);
      expect(await store.userByLogin('al', 'example.com')).to.deep.equal(al);
      expect(await store.userByAddress('tel:+1')).to.deep.equal(al);
      expect(await store.userByAddress('sip:al@example.com')).to.deep.equal(al);
    });

    it('finds nobody under what belongs to nobody', async () => {
      expect(await store.userById(userIdOf('cy'))).to.equal(undefined);
      expect(await store.userByLogin('al', 'example.net')).to.equal(undefined);
      expect(await store.userByAddress('sip:bo@example.com')).to.equal(undefined);
    });

    const others = {
      id: [{ ...directoryUser('cy'), userId: al.userId }, al.userId],
      login: [directoryUser('cy', { login: 'al' }), 'al@example.com'],
      address: [directoryUser('cy', { addresses: ['sip:cy@example.com', 'tel:+1'] }), 'tel:+1'],
    } as const;
    for (const [what, [user, taken]] of Object.entries(others)) {
      it(`refuses a new user whose ${what} belongs to another`, async () => {
        const error = await rejection(store.addUser(user));
        expect(error).to.be.instanceOf(UserExists).with.property('what', taken);
        expect(await store.users({ limit: 9 })).to.deep.equal([al, bo]);
        expect(await store.userByAddress('sip:cy@example.com')).to.equal(undefined);
      });
    }

    it('replaces a user, who may keep what is hers and let addresses go', async () => {
      const changed = {
        ...al,
        displayText: 'Al',
        addresses: ['sip:al@example.com', 'sip:a@example.com'],
        secret: Buffer.of(0),
      };
      await store.replaceUser(changed);
      expect(await store.userById(al.userId)).to.deep.equal(changed);
      expect(await store.userByAddress('tel:+1')).to.equal(undefined);
      expect(await store.userByAddress('sip:a@example.com')).to.deep.equal(changed);
    });

    it('refuses a replacement that takes what belongs to another, or that replaces nobody', async () => {
      for (const [rest, taken] of [
        [{ addresses: ['tel:+1'] }, 'tel:+1'],
        [{ login: 'al' }, 'al@example.com'],
      ] as const) {
        const error = await rejection(store.replaceUser({ ...bo, ...rest }));
        expect(error).to.be.instanceOf(UserExists).with.property('what', taken);
      }
      expect((await rejection(store.replaceUser(directoryUser('cy')))).message).to.contain(userIdOf('cy'));
      expect(await store.users({ limit: 9 })).to.deep.equal([al, bo]);
    });

    it('removes a user, whose login and addresses are free then', async () => {
      expect(await store.removeUser(al.userId)).to.equal(true);
      expect(await store.removeUser(al.userId)).to.equal(false);
      const heir = directoryUser('cy', { login: 'al', addresses: ['tel:+1'] });
      await store.addUser(heir);
      expect(await store.userByAddress('tel:+1')).to.deep.equal(heir);
    });

    it('lists users by id, page by page', async () => {
      expect(await store.users({ limit: 1 })).to.deep.equal([al]);
      expect(await store.users({ after: al.userId, limit: 9 })).to.deep.equal([bo]);
    });
  });
}
