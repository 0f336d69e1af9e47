import type { Caller } from '../conference/calls.ts';
import { Refusal } from '../conference/refusal.ts';
import type { Directory } from '../directory/directory.ts';
import type { Principal } from '../directory/principal.ts';
import type { HttpAuthentication } from '../http/authentication.ts';
import type { RequestFacts } from '../http/scheme.ts';
import { parseXconUserId, type XconUserId } from '../model/identifiers.ts';
import type { CcmpRequest, Subject } from './codec/request.ts';
import { CodedRefusal } from './response-codes.ts';

export interface Sender {
  readonly caller: Caller;
  /** Goes into the answer; `''` for a newcomer, who gets an id with it. */
  readonly confUserID: string;
}

/** What is asked of the directory. */
export type Users = Pick<Directory, 'principalById' | 'principalByAddress'>;
/** What is asked of HTTP's authentication: name and password, where failures count for both. */
export type PasswordCheck = Pick<HttpAuthentication, 'password'>;

/** Finds out who sent a request: first what is proved, then who the request says it is from (RFC 6503 §5.1, §10.2). */
export class SenderCheck {
  readonly #users: Users;
  readonly #passwords: PasswordCheck;

  constructor(users: Users, passwords: PasswordCheck) {
    this.#users = users;
    this.#passwords = passwords;
  }

  /** `proved` is the user of the HTTP credentials. @throws {Refusal} {CodedRefusal} */
  identify(request: CcmpRequest, proved: Principal | undefined, facts: RequestFacts): Sender | Promise<Sender> {
    if (request.subject !== undefined) return this.#identifyBySubject(request, request.subject, proved, facts);
    return proved ? this.#bind(request, proved) : unproved(request);
  }

  async #identifyBySubject(
    request: CcmpRequest,
    subject: Subject,
    proved: Principal | undefined,
    facts: RequestFacts,
  ): Promise<Sender> {
    const principal = await this.#authenticate(subject, facts);
    if (proved && proved.userId !== principal.userId)
      throw new Refusal('authentication-required', 'The subject and the HTTP credentials must be of one user.');
    return this.#bind(request, principal);
  }

  async #authenticate({ username, password }: Subject, { source, secure, loopback }: RequestFacts): Promise<Principal> {
    if (!secure && !loopback)
      throw new Refusal('authentication-required', 'A subject is only taken over TLS: anybody could read it here.');
    const outcome = await this.#passwords.password(username, password, source, { sip: true });
    if (outcome.kind === 'user') return outcome.principal;
    const wait = outcome.kind === 'refused' ? outcome.retryAfter : undefined;
    const advice = wait === undefined ? 'Check' : `Wait ${wait} seconds, then check`;
    throw new Refusal('authentication-required', `${advice} username and password of the subject.`);
  }

  /** The confUserID must be an id or an address of the authenticated user. */
  #bind(request: CcmpRequest, principal: Principal): Sender | Promise<Sender> {
    const caller = { kind: 'user', principal } as const;
    if (request.confUserID === undefined) {
      // Only a newcomer may leave it out (RFC 6503 §5.3.6); one who logs in instead has an id and learns it here.
      if (entersWithoutId(request)) return { caller, confUserID: principal.userId };
      throw new Refusal('malformed', 'Say in confUserID who sends the request.');
    }
    const userId = request.confUserID === principal.userId ? principal.userId : parseXconUserId(request.confUserID);
    if (userId === principal.userId) return { caller, confUserID: request.confUserID };
    if (userId !== undefined && principal.addresses.some((address) => userIdOf(address) === userId))
      return { caller, confUserID: principal.userId };
    return this.#refuse(userId);
  }

  async #refuse(userId: XconUserId | undefined): Promise<never> {
    if (userId === undefined || !(await this.#isKnown(userId)))
      throw new Refusal('unknown-sender', 'Check confUserID: there is no such user.');
    throw new CodedRefusal(401, 'Send your own XCON-USERID in confUserID, or log in as that user.');
  }

  async #isKnown(userId: XconUserId): Promise<boolean> {
    if (await this.#users.principalById(userId)) return true;
    const bare = userId.slice('xcon-userid:'.length);
    const found = await Promise.all(SCHEMES.map((scheme) => this.#users.principalByAddress(scheme + bare)));
    return found.some((principal) => principal !== undefined);
  }
}

/** Clients make an XCON-USERID of the SIP identity that they have. */
const SCHEMES = ['sip:', 'sips:', 'tel:'] as const;

function userIdOf(address: string): XconUserId | undefined {
  const scheme = SCHEMES.find((one) => address.startsWith(one));
  return scheme && parseXconUserId(`xcon-userid:${address.slice(scheme.length)}`);
}

const entersWithoutId = ({ type, operation, confUserID }: CcmpRequest): boolean =>
  type === 'user' && operation === 'create' && confUserID === undefined;

/** A guest sees her conference and acts for herself in it. */
const guestsMaySend = ({ type, operation }: CcmpRequest): boolean =>
  type === 'user' || ((type === 'conf' || type === 'users') && operation === 'retrieve');

/** Without credentials one may enter as a newcomer or act under the id that a guest was given; the rules decide. */
function unproved(request: CcmpRequest): Sender {
  if (entersWithoutId(request)) return { caller: { kind: 'newcomer' }, confUserID: '' };
  const userId = guestsMaySend(request) ? parseXconUserId(request.confUserID ?? '') : undefined;
  if (userId === undefined || request.confUserID === undefined)
    throw new Refusal('authentication-required', 'Log in to send this request.');
  return { caller: { kind: 'guest', userId }, confUserID: request.confUserID };
}
