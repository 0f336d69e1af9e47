import type { Call } from '../conference/calls.ts';
import { Refusal } from '../conference/refusal.ts';
import type { Directory } from '../directory/directory.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { AdministrationRefused, type Administration } from './administration.ts';

type BarringAdministration = Pick<Administration, 'barring' | 'setBarring' | 'removeBarring'>;

/** Who keeps the simservs documents of users. */
interface Documents {
  retrieve(call: Call, user: XconUserId): Promise<{ readonly text?: string }>;
  replace(call: Call, text: string, which: { readonly user: XconUserId }): Promise<unknown>;
  remove(call: Call, which: { readonly user: XconUserId }): Promise<void>;
}

/** The administration of communication barring; `call` is that of a system administrator. */
export function administerBarring(documents: Documents, directory: Directory, call: Call): BarringAdministration {
  const find = async (name: string): Promise<XconUserId> => {
    const user = await directory.show(name);
    if (user === undefined) throw new AdministrationRefused(`there is no user ${name}`);
    return user.userId;
  };
  return {
    async barring({ name }) {
      const { text } = await documents.retrieve(call, await find(name));
      return text === undefined ? {} : { document: text };
    },

    async setBarring({ name, document }) {
      try {
        await documents.replace(call, document, { user: await find(name) });
      } catch (error) {
        if (error instanceof Refusal) throw new AdministrationRefused(error.message);
        throw error;
      }
    },

    async removeBarring({ name }) {
      await documents.remove(call, { user: await find(name) });
    },
  };
}
