/** Hash algorithms of digest access authentication (RFC 7616 §6.1, RFC 8760 §2.1). */
export type DigestAlgorithm = 'MD5' | 'SHA-256' | 'SHA-512-256';

/** H(A1) = H(user:realm:password) by algorithm, in bytes; as secret as the password within its realm. */
export type Ha1 = Readonly<Partial<Record<DigestAlgorithm, Buffer>>>;

/** Where the secrets of users come from. */
export interface CredentialSource {
  /** Undefined for an unknown user; takes as long for unknown users as for known ones. */
  lookup(user: string, realm: string): Promise<{ readonly ha1: Ha1 } | undefined>;
}

/** Slows down those who guess. `check` resolves to undefined when the secret was wrong. */
export interface AttemptLimit {
  /** `retryAfter`: whole seconds until the next attempt is heard. */
  limit<T>(
    subject: string,
    source: string,
    check: () => Promise<T | undefined>,
  ): Promise<{ readonly found?: T; readonly retryAfter?: number }>;
}
