/** The name of the admin socket in the data directory. */
export const ADMIN_SOCKET = 'admin.sock';

/** A user of the directory as administrators see it. */
export interface UserView {
  /** XCON-USERID. */
  readonly id: string;
  readonly login: string;
  readonly domain: string;
  readonly displayText?: string;
  readonly addresses: readonly string[];
  readonly systemAdministrator: boolean;
  /** RFC 3339. */
  readonly created: string;
}

export interface NewUser {
  /** `alice` in the server's own domain, or `alice@example.com`. */
  readonly name: string;
  readonly password: string;
  /** Addresses of record; `sip:alice@example.com` when none is given. */
  readonly addresses?: readonly string[];
  readonly displayText?: string;
  readonly systemAdministrator?: boolean;
  /** False keeps a hash of the password that HTTP Digest and SIP can not use. */
  readonly digest?: boolean;
}

export interface BlueprintEntry {
  readonly uri: string;
  readonly displayText?: string;
}

/** Somebody who watches a conference, as operators see it. */
export interface SubscriptionView {
  /** XCON-URI. */
  readonly conference: string;
  /** XCON-USERID; a guest's is not told, for it is her secret. */
  readonly watcher: string;
  readonly format: string;
  readonly transport: string;
  /** The version that the watcher has acknowledged, once he has one, and the newest that there is. */
  readonly acknowledged?: number;
  readonly newest: number;
  /** Whether something is under way that he has not acknowledged. */
  readonly outstanding: boolean;
  /** Notifications so far, and per minute. */
  readonly notifications: number;
  readonly rate: number;
}

/** What an organizer's conferences have mailed and what became of it. */
export interface MailView {
  /** XCON-USERID. */
  readonly organizer: string;
  /** Mails that wait for the mail server. */
  readonly waiting: number;
  /** Why the last attempt failed, while it is to be repeated. */
  readonly failure?: string;
  /** Those that were given up, the oldest first. */
  readonly dead: readonly {
    readonly to: string;
    readonly subject: string;
    /** RFC 3339. */
    readonly at: string;
    readonly reason: string;
  }[];
}

/** What the check of the store found. */
export interface CheckReport {
  readonly problems: readonly string[];
}

/**
 * What an administrator does to a data directory: done by the server that holds it, or by a command that opened it.
 * Arguments and results are JSON, because they may travel through the admin socket. Throws `AdministrationRefused`.
 */
export interface Administration {
  addUser(user: NewUser): Promise<UserView>;
  /** One page of users in the order of their ids, after an id; empty when there are no more. */
  users(page: { after?: string }): Promise<UserView[]>;
  user(which: { name: string }): Promise<UserView>;
  setPassword(change: { name: string; password: string; digest?: boolean }): Promise<UserView>;
  removeUser(which: { name: string }): Promise<void>;

  blueprints(): Promise<BlueprintEntry[]>;
  /** The document `conference-info`, as `importBlueprint` takes it. */
  exportBlueprint(which: { uri: string }): Promise<{ document: string }>;
  importBlueprint(blueprint: { document: string }): Promise<BlueprintEntry>;
  removeBlueprint(which: { uri: string }): Promise<void>;

  /** The document simservs of a user; none where nothing is barred. */
  barring(which: { name: string }): Promise<{ document?: string }>;
  setBarring(rules: { name: string; document: string }): Promise<void>;
  removeBarring(which: { name: string }): Promise<void>;

  /** Who watches, in the order of conferences. */
  subscriptions(): Promise<SubscriptionView[]>;
  /** Mail that did not go out yet, or never will. */
  mail(): Promise<MailView[]>;

  /** Writes a copy of the store to a new file, by its absolute path, while changes go on. */
  backup(to: { file: string }): Promise<void>;
  check(): Promise<CheckReport>;
}

/** What can be asked for through the admin socket. */
export const OPERATIONS = [
  'addUser',
  'users',
  'user',
  'setPassword',
  'removeUser',
  'blueprints',
  'exportBlueprint',
  'importBlueprint',
  'removeBlueprint',
  'barring',
  'setBarring',
  'removeBarring',
  'subscriptions',
  'mail',
  'backup',
  'check',
] as const satisfies readonly (keyof Administration)[];

/** The rules or the state of the data directory do not allow it; the message tells the administrator why. */
export class AdministrationRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AdministrationRefused';
  }
}
