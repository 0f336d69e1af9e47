import type { Directory, User } from '../directory/directory.ts';
import { UnacceptableUser } from '../directory/directory.ts';
import { UserExists } from '../directory/repository.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { AdministrationRefused, type Administration, type UserView } from './administration.ts';

const PAGE = 1_000;

type UserAdministration = Pick<Administration, 'addUser' | 'users' | 'user' | 'setPassword' | 'removeUser'>;

/** The administration of the users of a directory; `removed` hears of those who are gone. */
export function administerUsers(
  directory: Directory,
  removed: (userId: XconUserId) => Promise<unknown> = () => Promise.resolve(),
): UserAdministration {
  const find = async (name: string): Promise<User> => {
    const user = await directory.show(name);
    if (user === undefined) throw noUser(name);
    return user;
  };
  return {
    async addUser({ name, ...rest }) {
      const [login = '', domain, ...more] = name.split('@');
      if (more.length > 0) throw new AdministrationRefused(`${name} is not a name like alice or alice@example.com`);
      const added = refusing(directory.addUser({ login, ...(domain !== undefined && { domain }), ...rest }));
      return viewOf(await added);
    },

    async users({ after }) {
      return (await directory.list({ limit: PAGE, ...(after !== undefined && { after }) })).map(viewOf);
    },

    async user({ name }) {
      return viewOf(await find(name));
    },

    async setPassword({ name, password, ...kept }) {
      const { userId } = await find(name);
      const changed = await refusing(directory.setPassword(userId, password, kept));
      if (changed === undefined) throw noUser(name);
      return viewOf(changed);
    },

    async removeUser({ name }) {
      const { userId } = await find(name);
      if (!(await directory.removeUser(userId))) throw noUser(name);
      await removed(userId);
    },
  };
}

const noUser = (name: string): AdministrationRefused => new AdministrationRefused(`there is no user ${name}`);

async function refusing<Result>(change: Promise<Result>): Promise<Result> {
  try {
    return await change;
  } catch (error) {
    if (error instanceof UnacceptableUser || error instanceof UserExists)
      throw new AdministrationRefused(error.message);
    throw error;
  }
}

const viewOf = ({ userId, created, ...rest }: User): UserView => ({
  id: userId,
  ...rest,
  created: new Date(created).toISOString(),
});
