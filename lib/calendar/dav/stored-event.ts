import type { XconUri, XconUserId } from '../../model/identifiers.ts';

/** Where small records survive a restart. */
export interface Records<Value> {
  keep(id: string, value: Value): Promise<void>;
  forget(id: string): Promise<void>;
  read(id: string): Promise<Value | undefined>;
  startingWith(prefix: string): AsyncIterable<readonly Value[]>;
}

/** An event as a user's client stored it: all that a conference has no place for is here alone. */
export interface StoredEvent {
  readonly user: XconUserId;
  readonly uri: XconUri;
  /** The last step of its path. */
  readonly name: string;
  readonly uid: string;
  /** One more with each time that it was stored. */
  readonly revision: number;
  /** Exactly as it came. */
  readonly text: string;
  /** The life of the server in which it was stored, as sync-tokens name it. */
  readonly epoch?: string;
}

/** The id of its record; those of one user begin the same. */
export const storedId = (user: XconUserId, uri: XconUri): string => `${user} ${uri}`;

/** What a client stored on a collection, such as a colour: the text of each property by its name. */
export interface StoredProperties {
  readonly properties: Readonly<Record<string, string>>;
}
