import { createCipheriv, createDecipheriv, createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { XconUserId } from '../model/identifiers.ts';
import { KEY_BYTES } from './key-file.ts';
import { digestUsernames } from './login.ts';
import type { LoginName } from './login.ts';
import { HASH_BYTES, ScryptQueue, scryptDefaults } from './scrypt.ts';
import type { ScryptLimits } from './scrypt.ts';

export type DigestAlgorithm = 'SHA-256' | 'MD5';

/** Whose secret it is; the secret opens for this user only. */
export interface Account extends LoginName {
  readonly userId: XconUserId;
}

export interface CredentialLimits {
  readonly scrypt: ScryptLimits;
  /** Passwords of users without digest secrets that were right lately and need no scrypt again. */
  readonly remembered: number;
}

export const credentialDefaults: CredentialLimits = { scrypt: scryptDefaults, remembered: 1_000 };

/** The key is not the one that sealed the secret, or the secret was changed in the store. */
export class UnreadableSecret extends Error {
  constructor(userId: XconUserId) {
    super(`the secret of ${userId} does not open with this key file`);
  }
}

const HASHES = { 'SHA-256': { name: 'sha256', bytes: 32 }, MD5: { name: 'md5', bytes: 16 } } as const;
const PER_USERNAME = HASHES['SHA-256'].bytes + HASHES.MD5.bytes;

/** First byte of a sealed secret and, inside, what kind of secret it is. */
const SEALED = 1;
const DIGEST = 1;
const SCRYPT = 2;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const SALT_BYTES = 16;

/** H(username:realm:password) over UTF-8 in normal form C (RFC 7616 §3.4.2, §4). */
export function digestSecret(algorithm: DigestAlgorithm, username: string, realm: string, password: string): Buffer {
  return hash(HASHES[algorithm].name, `${username}:${realm}:${password.normalize('NFC')}`, 'buffer');
}

/**
 * Turns passwords into sealed secrets and checks passwords against them. A secret is either the digest secrets of all
 * usernames of the account, realm = its domain, or salt and scrypt hash; AES-256-GCM seals it, bound to the user's id.
 */
export class Credentials {
  readonly #key: Buffer;
  readonly #scrypt: ScryptQueue;
  readonly #cost: ScryptLimits['cost'];
  readonly #remembered: LRUCache<string, Buffer>;
  readonly #rememberKey = randomBytes(KEY_BYTES);
  /** Opened secrets, for as long as somebody holds the sealed ones: opening takes longer than all the rest of a check. */
  readonly #opened = new WeakMap<Buffer, { readonly of: XconUserId; readonly secret: Buffer }>();

  constructor(key: Buffer, limits: CredentialLimits = credentialDefaults) {
    if (key.length !== KEY_BYTES) throw new RangeError(`the key has ${key.length} bytes, not ${KEY_BYTES}`);
    this.#key = key;
    this.#scrypt = new ScryptQueue(limits.scrypt);
    this.#cost = limits.scrypt.cost;
    this.#remembered = new LRUCache({ max: limits.remembered });
  }

  /** @throws {TooManyDerivations} */
  async seal(account: Account, password: string, { digest }: { digest: boolean }): Promise<Buffer> {
    return this.#seal(account, digest ? digestSecrets(account, password) : await this.#scryptSecret(password));
  }

  /** A secret of the kind that no password opens. */
  sealNothing(account: Account, { digest }: { digest: boolean }): Buffer {
    const { logN, r, p } = this.#cost;
    const kind = digest ? Buffer.of(DIGEST) : Buffer.of(SCRYPT, logN, r, p);
    const noise = randomBytes(digest ? digestUsernames(account).length * PER_USERNAME : SALT_BYTES + HASH_BYTES);
    return this.#seal(account, Buffer.concat([kind, noise]));
  }

  /** Whether it is the password, in a time that does not depend on the answer. @throws {UnreadableSecret} {TooManyDerivations} */
  async verify(account: Account, sealed: Buffer, password: string): Promise<boolean> {
    const secret = this.#open(account, sealed);
    if (secret[0] === SCRYPT) return this.#verifyScrypt(sealed, secret, password);
    const kept = secret.subarray(1, 1 + HASHES['SHA-256'].bytes);
    return timingSafeEqual(kept, digestSecret('SHA-256', account.login, account.domain, password));
  }

  /**
   * The digest secret (HA1) under the username exactly as sent. Undefined when that is none of the account's or the
   * account has no digest secrets. @throws {UnreadableSecret}
   */
  digestSecret(account: Account, sealed: Buffer, algorithm: DigestAlgorithm, username: string): Buffer | undefined {
    const secret = this.#open(account, sealed);
    const place = digestUsernames(account).indexOf(username);
    if (secret[0] !== DIGEST || place < 0) return undefined;
    const start = 1 + place * PER_USERNAME + (algorithm === 'MD5' ? HASHES['SHA-256'].bytes : 0);
    return secret.subarray(start, start + HASHES[algorithm].bytes);
  }

  /** Whether the account has digest secrets. @throws {UnreadableSecret} */
  servesDigest(account: Account, sealed: Buffer): boolean {
    return this.#open(account, sealed)[0] === DIGEST;
  }

  async #scryptSecret(password: string): Promise<Buffer> {
    const { logN, r, p } = this.#cost;
    const salt = randomBytes(SALT_BYTES);
    const derived = await this.#scrypt.derive(password.normalize('NFC'), salt);
    return Buffer.concat([Buffer.of(SCRYPT, logN, r, p), salt, derived]);
  }

  async #verifyScrypt(sealed: Buffer, secret: Buffer, password: string): Promise<boolean> {
    const id = sealed.toString('base64');
    const trace = createHmac('sha256', this.#rememberKey).update(password.normalize('NFC')).digest();
    const remembered = this.#remembered.get(id);
    if (remembered && timingSafeEqual(remembered, trace)) return true;
    const [logN = 0, r = 0, p = 0] = secret.subarray(1, 4);
    const salt = secret.subarray(4, 4 + SALT_BYTES);
    const derived = await this.#scrypt.derive(password.normalize('NFC'), salt, { logN, r, p });
    const right = timingSafeEqual(derived, secret.subarray(4 + SALT_BYTES));
    if (right) this.#remembered.set(id, trace);
    return right;
  }

  #seal({ userId }: Account, secret: Buffer): Buffer {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(userId));
    const text = Buffer.concat([cipher.update(secret), cipher.final()]);
    return Buffer.concat([Buffer.of(SEALED), iv, cipher.getAuthTag(), text]);
  }

  #open({ userId }: Account, sealed: Buffer): Buffer {
    const opened = this.#opened.get(sealed);
    if (opened?.of === userId) return opened.secret;
    const secret = this.#unseal(userId, sealed);
    this.#opened.set(sealed, { of: userId, secret });
    return secret;
  }

  #unseal(userId: XconUserId, sealed: Buffer): Buffer {
    const iv = sealed.subarray(1, 1 + IV_BYTES);
    const tag = sealed.subarray(1 + IV_BYTES, 1 + IV_BYTES + TAG_BYTES);
    if (sealed[0] !== SEALED || tag.length !== TAG_BYTES) throw new UnreadableSecret(userId);
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.#key, iv).setAAD(Buffer.from(userId)).setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(1 + IV_BYTES + TAG_BYTES)), decipher.final()]);
    } catch {
      throw new UnreadableSecret(userId);
    }
  }
}

function digestSecrets(account: Account, password: string): Buffer {
  const hashes = digestUsernames(account).flatMap((username) =>
    (['SHA-256', 'MD5'] as const).map((algorithm) => digestSecret(algorithm, username, account.domain, password)),
  );
  return Buffer.concat([Buffer.of(DIGEST), ...hashes]);
}
