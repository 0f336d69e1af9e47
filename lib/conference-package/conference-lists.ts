import type { Call, ObjectEntry } from '../conference/calls.ts';
import type { Change, ChangeListener } from '../conference/changes.ts';
import { USERS_SECTION } from '../conference/lists.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { ListWatch } from './list-watch.ts';

/** The conference control, as far as lists of conferences need it. */
export interface ListedConferences {
  /** Those in which somebody takes part, or is invited to. */
  conferences(call: Call): Promise<readonly ObjectEntry[]>;
  onChange(listener: ChangeListener): void;
}

/** Keeps the lists of those who subscribed to all conferences of theirs: what comes is taken in, what goes ends itself. */
export class ConferenceLists {
  readonly #conferences: ListedConferences;
  readonly #addressOf: (uri: XconUri) => string;
  readonly #report: (error: unknown) => void;
  readonly #open = new Map<ListWatch, XconUserId>();

  constructor(conferences: ListedConferences, addressOf: (uri: XconUri) => string, report: (error: unknown) => void) {
    this.#conferences = conferences;
    this.#addressOf = addressOf;
    this.#report = report;
    conferences.onChange((change) => {
      for (const [list, user] of this.#open) if (mayBring(change, user)) void this.#take(list, change.uri);
    });
  }

  /** Fills a list, and keeps it until it is closed. */
  async fill(list: ListWatch, call: Call, user: XconUserId): Promise<void> {
    this.#open.set(list, user);
    for (const { uri } of await this.#conferences.conferences(call)) await list.add(this.#addressOf(uri), uri);
  }

  close(list: ListWatch): void {
    this.#open.delete(list);
  }

  async #take(list: ListWatch, uri: XconUri): Promise<void> {
    try {
      if (await list.add(this.#addressOf(uri), uri)) list.announce();
    } catch (error) {
      this.#report(error);
    }
  }
}

/** Whether a change may make a conference one of a user's: that it is there, that she or who is listed changed. */
const mayBring = ({ before, after, touched }: Change, user: XconUserId): boolean =>
  after?.header.kind === 'conference' &&
  after.header.stands === undefined &&
  (before === undefined || touched.some(({ kind, key }) => (kind === 'user' ? key === user : key === USERS_SECTION)));
