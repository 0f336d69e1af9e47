import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { OutboxLimits, OutgoingLetter, Sorting } from '../outbox/letter.ts';

/** Of which conferences somebody is told: of one, of those that are his, or, as system administrator, of all. */
export type Scope =
  { readonly kind: 'conference'; readonly uri: XconUri } | { readonly kind: 'mine' } | { readonly kind: 'all' };

/** A URL that somebody wants to be called when conferences change; plain data, as it is stored. */
export interface Registration {
  readonly id: string;
  readonly owner: XconUserId;
  readonly scope: Scope;
  readonly url: string;
  /** The change log's position when it was made: what came before is not told. */
  readonly after: number;
  /** Milliseconds since 1970. */
  readonly created: number;
}

/** A change that a registration is to be told of; its id sorts by the position of the change in the log. */
export interface Letter extends OutgoingLetter {
  readonly registration: string;
  readonly uri: XconUri;
  /** Of the conference; 0 for its deletion. */
  readonly version: number;
  /** Its owner is reminded of an occurrence; nothing has changed. */
  readonly reminds?: { readonly occurrence: string; readonly start: number; readonly end?: number };
}

/** In the order of each conference, under the limits of each registration. */
export const sorting: Sorting<Letter> = {
  groupOf: ({ registration }) => registration,
  laneOf: ({ uri }) => uri,
};

/** A registration as its owner and administrators see it; the secret is shown once and not here. */
export interface RegistrationView extends Registration {
  /** Letters that wait for their delivery. */
  readonly waiting: number;
  /** Those that were given up, the oldest first. */
  readonly dead: readonly Letter[];
  /** Why the last attempt failed, while it is to be repeated. */
  readonly failure?: string;
}

export interface CallbackLimits extends OutboxLimits {
  /** Registrations of all. */
  readonly registrations: number;
  /** Registrations of one user. */
  readonly perUser: number;
  /** How long a delivery may take, in milliseconds. */
  readonly time: number;
  /** Changes that are read from the log at once. */
  readonly page: number;
}

export const callbackDefaults: CallbackLimits = {
  registrations: 10_000,
  perUser: 20,
  waiting: 10_000,
  dead: 100,
  inFlight: 100,
  inFlightPerGroup: 4,
  time: 10_000,
  firstWait: 1_000,
  longestWait: 3_600_000,
  giveUp: 86_400_000,
  page: 250,
};
