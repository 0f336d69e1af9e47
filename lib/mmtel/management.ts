import type { Call } from '../conference/calls.ts';
import { Refusal } from '../conference/refusal.ts';
import type { Principal } from '../directory/principal.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { OutdatedDocument, type SimservsDocuments } from './documents.ts';
import { UnusableDocument } from './simservs.ts';

/** A user's simservs document; without a text there is none. */
export interface ManagedDocument {
  readonly user: XconUserId;
  readonly text?: string;
  readonly tag?: string;
}

type Documents = Pick<SimservsDocuments, 'of' | 'put' | 'remove'>;
interface Directory {
  principalById(userId: XconUserId): Promise<Principal | undefined>;
}

/** The documents as users manage their own, and system administrators everybody's. Methods throw a `Refusal`. */
export class DocumentManagement {
  readonly #documents: Documents;
  readonly #people: Directory;

  constructor(documents: Documents, people: Directory) {
    this.#documents = documents;
    this.#people = people;
  }

  /** The caller's own where no user is named. */
  async retrieve(call: Call, named?: XconUserId): Promise<ManagedDocument> {
    const user = await this.#userOf(call, named);
    const document = this.#documents.of(user);
    return { user, ...(document && { text: document.text, tag: document.tag }) };
  }

  /** With a tag only where the document is still in that state. */
  async replace(call: Call, text: string, { user: named, tag }: Replacing = {}): Promise<ManagedDocument> {
    const user = await this.#userOf(call, named);
    const made = await refusing(this.#documents.put(user, text, (now) => tag === undefined || tag === now));
    return { user, text, tag: made };
  }

  async remove(call: Call, { user: named, tag }: Replacing = {}): Promise<void> {
    const user = await this.#userOf(call, named);
    await refusing(this.#documents.remove(user, (now) => tag === undefined || tag === now));
  }

  async #userOf({ caller }: Call, named: XconUserId | undefined): Promise<XconUserId> {
    if (caller.kind !== 'user') throw new Refusal('authentication-required', 'Authenticate to set your services.');
    const { userId, systemAdministrator } = caller.principal;
    if (named === undefined || named === userId) return userId;
    if (!systemAdministrator) throw new Refusal('not-allowed', 'Only a system administrator sets services of others.');
    const principal = await this.#people.principalById(named);
    if (principal === undefined)
      throw new Refusal('no-such-user', 'Check the user: the directory has none of this id.');
    return principal.userId;
  }
}

export interface Replacing {
  readonly user?: XconUserId | undefined;
  readonly tag?: string | undefined;
}

async function refusing<Result>(change: Promise<Result>): Promise<Result> {
  try {
    return await change;
  } catch (error) {
    if (error instanceof UnusableDocument)
      throw new Refusal('malformed', `The document can not be used: ${error.message}.`);
    if (error instanceof OutdatedDocument)
      throw new Refusal('conflict', 'The document has changed: retrieve it again.');
    throw error;
  }
}
