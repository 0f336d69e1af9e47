import { randomBytes } from 'node:crypto';
import { normaliseAddress, parseXconUserId } from '../model/identifiers.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { Credentials, credentialDefaults } from './credentials.ts';
import type { Account, CredentialLimits, DigestAlgorithm } from './credentials.ts';
import { KnownUsers } from './known-users.ts';
import { isDomain, isLogin, readLoginName } from './login.ts';
import type { LoginName } from './login.ts';
import type { Principal } from './principal.ts';
import type { DirectoryRepository, StoredUser } from './repository.ts';

/** A user of the directory without the secret. */
export type User = Omit<StoredUser, 'secret'>;

export interface NewUser {
  readonly login: string;
  /** The default domain when absent. */
  readonly domain?: string;
  readonly displayText?: string;
  /** `sip:<login>@<domain>` when absent. */
  readonly addresses?: readonly string[];
  readonly systemAdministrator?: boolean;
  readonly password: string;
  /** Whether Digest and SIP can be used; without, only a salted scrypt hash is kept. */
  readonly digest?: boolean;
}

/** What changes; the rest stays. An empty `displayText` removes it. */
export type UserUpdate = Partial<Pick<StoredUser, 'displayText' | 'addresses' | 'systemAdministrator'>>;

export interface DirectoryOptions {
  /** The domains whose users live here; the first is the domain of names without one. */
  readonly domains: readonly string[];
  /** 32 bytes that seal the secrets (key-file). */
  readonly key: Buffer;
  /** Milliseconds since 1970. */
  readonly clock?: () => number;
  /** Whether new users get digest secrets when nothing else is said. A name that nobody has costs a check of this kind. */
  readonly digest?: boolean;
  readonly limits?: DirectoryLimits;
}

export interface DirectoryLimits {
  readonly credentials: CredentialLimits;
  /** Addresses of one user. */
  readonly addresses: number;
  /** Bytes of a password in UTF-8. */
  readonly passwordBytes: number;
  /** Characters of the name to show. */
  readonly displayText: number;
  /** Users kept in memory, by each name under which they were looked for. */
  readonly known: number;
}

export const directoryDefaults: DirectoryLimits = {
  credentials: credentialDefaults,
  addresses: 32,
  passwordBytes: 1_024,
  displayText: 256,
  known: 20_000,
};

/** How a login name is to be read: see login.ts. */
export interface NameReading {
  readonly domain?: string;
  readonly sip?: boolean;
}

/** What Digest is checked against: where there is no such user, a secret that nobody has, and no principal. */
export interface DigestCredential {
  readonly secret: Buffer;
  readonly principal?: Principal;
}

/** A user as given can't be one; the message says what to mend and never holds the password. */
export class UnacceptableUser extends Error {}

/** The users of the system: who they are, how they prove it, which addresses are theirs. The only writer of users. */
export class Directory {
  readonly domains: readonly string[];
  readonly defaultDomain: string;
  readonly #repository: DirectoryRepository;
  readonly #credentials: Credentials;
  readonly #known: KnownUsers;
  readonly #clock: () => number;
  readonly #digest: boolean;
  readonly #limits: DirectoryLimits;
  readonly #nobody: Account;
  readonly #nobodysSecret: Buffer;
  #lastChange: Promise<unknown> = Promise.resolve();

  constructor(repository: DirectoryRepository, options: DirectoryOptions) {
    this.domains = options.domains.map((domain) => domain.toLowerCase());
    const [defaultDomain] = this.domains;
    if (defaultDomain === undefined || !this.domains.every(isDomain)) throw new RangeError('not a list of domains');
    this.defaultDomain = defaultDomain;
    this.#repository = repository;
    this.#limits = options.limits ?? directoryDefaults;
    this.#credentials = new Credentials(options.key, this.#limits.credentials);
    this.#known = new KnownUsers(this.#limits.known);
    this.#clock = options.clock ?? Date.now;
    this.#digest = options.digest ?? true;
    this.#nobody = { userId: userIdOf({ login: '-', domain: defaultDomain }), login: '-', domain: defaultDomain };
    this.#nobodysSecret = this.#credentials.sealNothing(this.#nobody, { digest: this.#digest });
  }

  /** Counts the changes of users, so that what was found out about one can be told to be old. */
  get changes(): number {
    return this.#known.changes;
  }

  /** Users in memory, by each name under which they were looked for. */
  get known(): number {
    return this.#known.size;
  }

  servesDomain(domain: string): boolean {
    return this.domains.includes(domain.toLowerCase());
  }

  /** @throws {UnacceptableUser} {UserExists} */
  addUser(user: NewUser): Promise<User> {
    return this.#change(async () => {
      const name = { login: user.login.toLowerCase(), domain: (user.domain ?? this.defaultDomain).toLowerCase() };
      if (!isLogin(name.login)) throw new UnacceptableUser('the login is not of letters, digits and . _ ~ + -');
      if (!this.servesDomain(name.domain)) throw new UnacceptableUser(`the domain ${name.domain} is not served here`);
      const account = { ...name, userId: userIdOf(name) };
      const stored: StoredUser = {
        ...account,
        ...this.#displayText(user.displayText),
        addresses: this.#addresses(user.addresses ?? [`sip:${name.login}@${name.domain}`]),
        systemAdministrator: user.systemAdministrator ?? false,
        secret: await this.#secret(account, user.password, user.digest ?? this.#digest),
        created: this.#clock(),
      };
      await this.#repository.addUser(stored);
      return withoutSecret(stored);
    });
  }

  /** Undefined when there is no such user. @throws {UnacceptableUser} {UserExists} */
  update(userId: XconUserId, update: UserUpdate): Promise<User | undefined> {
    return this.#replace(userId, (user) => {
      const { displayText, ...rest } = user;
      return {
        ...rest,
        ...this.#displayText(update.displayText ?? displayText),
        addresses: update.addresses ? this.#addresses(update.addresses) : user.addresses,
        systemAdministrator: update.systemAdministrator ?? user.systemAdministrator,
      };
    });
  }

  /** Undefined when there is no such user; the kind of secret stays when nothing is said. @throws {UnacceptableUser} */
  setPassword(userId: XconUserId, password: string, { digest }: { digest?: boolean } = {}): Promise<User | undefined> {
    return this.#replace(userId, async (user) => {
      const kind = digest ?? this.#credentials.servesDigest(user, user.secret);
      return { ...user, secret: await this.#secret(user, password, kind) };
    });
  }

  /** Whether there was one. */
  removeUser(userId: XconUserId): Promise<boolean> {
    return this.#change(() => this.#repository.removeUser(userId));
  }

  /** Users by id after `after`. */
  async list(query: { after?: string; limit: number }): Promise<User[]> {
    return (await this.#repository.users(query)).map(withoutSecret);
  }

  /** The user of an id or of any name that `find` knows. */
  async show(idOrName: string): Promise<User | undefined> {
    const userId = parseXconUserId(idOrName);
    const byId = userId && (await this.#repository.userById(userId));
    return byId ? withoutSecret(byId) : this.find(idOrName, { sip: true });
  }

  /** The user of a login name. */
  async find(name: string, reading: NameReading = {}): Promise<User | undefined> {
    const user = await this.#byName(this.#readName(name, reading));
    return user && withoutSecret(user);
  }

  principal(user: User): Principal {
    const { userId, addresses, systemAdministrator, displayText } = user;
    return { userId, addresses, systemAdministrator, ...(displayText !== undefined && { displayText }) };
  }

  async principalById(userId: XconUserId): Promise<Principal | undefined> {
    const user = await this.#known.get(userId, () => this.#repository.userById(userId));
    return user && this.principal(user);
  }

  async principalByAddress(address: string): Promise<Principal | undefined> {
    const normal = normaliseAddress(address);
    const user = await this.#known.get(normal, () => this.#repository.userByAddress(normal));
    return user && this.principal(user);
  }

  /** One text for all names of a user, whether there is one or not: what failed attempts are counted under. */
  subjectOf(name: string, reading: NameReading = {}): string {
    const read = this.#readName(name, reading);
    return read ? `${read.login}@${read.domain}` : name.toLowerCase();
  }

  /**
   * Who it is when the password is right. A name that nobody has takes as long as a wrong password.
   * @throws {TooManyDerivations}
   */
  async verify(name: string, password: string, reading: NameReading = {}): Promise<Principal | undefined> {
    const user = await this.#byName(this.#readName(name, reading));
    const right = await this.#credentials.verify(user ?? this.#nobody, user?.secret ?? this.#nobodysSecret, password);
    return user && right ? this.principal(user) : undefined;
  }

  /** What Digest credentials of this username, exactly as sent, and this realm are checked against. */
  async digestCredential(username: string, realm: string, algorithm: DigestAlgorithm): Promise<DigestCredential> {
    const name = this.#readName(username, { domain: realm, sip: true });
    const user = name?.domain === realm ? await this.#byName(name) : undefined;
    const sealed = user?.secret ?? this.#nobodysSecret;
    const secret = this.#credentials.digestSecret(user ?? this.#nobody, sealed, algorithm, username);
    return user && secret
      ? { secret, principal: this.principal(user) }
      : { secret: randomBytes(algorithm === 'MD5' ? 16 : 32) };
  }

  /** Makes sure that the key opens what is stored, so that a lost key file shows at the start. @throws {UnreadableSecret} */
  async checkKey(): Promise<void> {
    const [user] = await this.#repository.users({ limit: 1 });
    if (user) this.#credentials.servesDigest(user, user.secret);
  }

  #readName(name: string, { domain = this.defaultDomain, sip = false }: NameReading): LoginName | undefined {
    const read = readLoginName(name, { domain, sip });
    return read && this.servesDomain(read.domain) ? read : undefined;
  }

  async #byName(name: LoginName | undefined): Promise<StoredUser | undefined> {
    if (name === undefined) return undefined;
    const { login, domain } = name;
    return this.#known.get(`${login}@${domain}`, () => this.#repository.userByLogin(login, domain));
  }

  #secret(account: Account, password: string, digest: boolean): Promise<Buffer> {
    const bytes = Buffer.byteLength(password);
    if (bytes === 0 || bytes > this.#limits.passwordBytes) {
      throw new UnacceptableUser(`the password is not of 1 to ${this.#limits.passwordBytes} bytes`);
    }
    // RFC 7617 §2: a client can't send these.
    if (/\p{Cc}/u.test(password)) throw new UnacceptableUser('the password holds control characters');
    return this.#credentials.seal(account, password, { digest });
  }

  #displayText(text: string | undefined): { displayText?: string } {
    if (text === undefined || text === '') return {};
    if (text.length > this.#limits.displayText) throw new UnacceptableUser('the name to show is too long');
    return { displayText: text };
  }

  #addresses(addresses: readonly string[]): readonly string[] {
    if (addresses.length > this.#limits.addresses) throw new UnacceptableUser('too many addresses');
    const wrong = addresses.find((address) => !/^[a-z][a-z0-9+.-]*:[^\s<>"]+$/i.test(address.trim()));
    if (wrong !== undefined)
      throw new UnacceptableUser(`${wrong} is not an address with a scheme, as sip:me@example.com`);
    return [...new Set(addresses.map(normaliseAddress))];
  }

  #replace(
    userId: XconUserId,
    make: (user: StoredUser) => StoredUser | Promise<StoredUser>,
  ): Promise<User | undefined> {
    return this.#change(async () => {
      const user = await this.#repository.userById(userId);
      if (user === undefined) return undefined;
      const changed = await make(user);
      await this.#repository.replaceUser(changed);
      return withoutSecret(changed);
    });
  }

  /** One change after the other, so that none writes over another. */
  #change<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#lastChange.then(change).finally(() => this.#known.forget());
    this.#lastChange = done.catch(() => undefined);
    return done;
  }
}

const userIdOf = ({ login, domain }: LoginName): XconUserId => `xcon-userid:${login}@${domain}` as XconUserId;

function withoutSecret(stored: StoredUser): User {
  const user: User & { secret?: Buffer } = { ...stored };
  delete user.secret;
  return user;
}
