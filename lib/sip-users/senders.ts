import type { Attempts } from '../directory/attempts.ts';
import type { Directory } from '../directory/directory.ts';
import type { Principal } from '../directory/principal.ts';
import { normaliseAddress, parseXconUserId, type XconUserId } from '../model/identifiers.ts';
import type { CredentialSource, DigestAlgorithm } from '../sip/digest/credential-source.ts';
import { digestDefaults, DigestServer } from '../sip/digest/server.ts';
import type { Incoming } from '../sip/event/answering.ts';
import type { Refusal } from '../sip/event/package.ts';
import { assertedIdentities } from '../sip/identity.ts';
import type { Request } from '../sip/message/request.ts';

/** Who sends a SIP request, proved. */
export interface Sender {
  readonly principal: Principal;
  /** Where the request came from, for limits on attempts. */
  readonly source: string;
}

export interface SenderParts {
  readonly directory: Pick<
    Directory,
    'defaultDomain' | 'digestCredential' | 'find' | 'principal' | 'principalByAddress' | 'servesDomain'
  >;
  readonly attempts: Pick<Attempts, 'limit'>;
  /** Milliseconds, never going back. */
  readonly now: () => number;
  /** Offered in this order. */
  readonly algorithms?: readonly DigestAlgorithm[] | undefined;
}

/**
 * Finds the user behind a SIP request: whom a trusted peer asserts, else whoever proves a password of the directory.
 * From is never an identity. Identities must have passed `fenceIdentity`.
 */
export class SipSenders {
  readonly #directory: SenderParts['directory'];
  readonly #digest: DigestServer;

  constructor({ directory, attempts, now, algorithms = digestDefaults.algorithms }: SenderParts) {
    this.#directory = directory;
    this.#digest = new DigestServer({ credentials: credentialsOf(directory), attempts, now, algorithms });
  }

  /** The sender, or how the request is answered: with the challenge where it proves nobody. */
  async identify({ request, flow }: Incoming): Promise<Sender | Refusal> {
    const source = flow.remote.address;
    const asserted = await this.#asserted(request);
    if (asserted !== undefined) return { principal: asserted, source };
    const realm = this.#realmOf(request);
    const outcome = await this.#digest.authenticate(request, realm, source);
    if (outcome.kind === 'slowed') return { status: 403, fields: [['Retry-After', String(outcome.retryAfter)]] };
    if (outcome.kind === 'challenge') return { status: 401, fields: this.#digest.challenge(realm, outcome.stale) };
    const user = await this.#directory.find(outcome.user, { domain: outcome.realm, sip: true });
    return user === undefined
      ? { status: 401, fields: this.#digest.challenge(realm) }
      : { principal: this.#directory.principal(user), source };
  }

  /** A user of the directory by one of the asserted addresses; somebody of a domain that we do not serve is himself. */
  async #asserted(request: Request): Promise<Principal | undefined> {
    const identities = assertedIdentities(request).map(({ uri }) => uri.toString());
    for (const identity of identities) {
      const principal = await this.#directory.principalByAddress(identity);
      if (principal !== undefined) return principal;
    }
    const addresses = identities.map(normaliseAddress);
    const [sip] = addresses.filter((address) => address.startsWith('sip'));
    const domain = sip?.slice(sip.lastIndexOf('@') + 1);
    const userId = sip === undefined ? undefined : strangersId(sip);
    if (domain === undefined || userId === undefined || this.#directory.servesDomain(domain)) return undefined;
    return { userId, addresses, systemAdministrator: false };
  }

  /** The domain whose users are asked for: that of From, where we serve it. It chooses what to ask, never who it is. */
  #realmOf(request: Request): string {
    const { uri } = request.from;
    const host = uri.kind === 'sip' ? uri.host.toLowerCase() : '';
    return this.#directory.servesDomain(host) ? host : this.#directory.defaultDomain;
  }
}

const strangersId = (sip: string): XconUserId | undefined =>
  parseXconUserId(`xcon-userid:${sip.slice(sip.indexOf(':') + 1)}`);

/** The secrets of the directory; an unknown user costs what a known one costs. */
const credentialsOf = (directory: SenderParts['directory']): CredentialSource => ({
  async lookup(user, realm) {
    const [sha256, md5] = await Promise.all([
      directory.digestCredential(user, realm, 'SHA-256'),
      directory.digestCredential(user, realm, 'MD5'),
    ]);
    if (sha256.principal === undefined) return undefined;
    return { ha1: { 'SHA-256': sha256.secret, MD5: md5.secret } };
  },
});
