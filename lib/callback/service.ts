import { randomBytes } from 'node:crypto';
import type { Call } from '../conference/calls.ts';
import type { Change } from '../conference/changes.ts';
import { beyond, Refusal } from '../conference/refusal.ts';
import type { LoggedChange } from '../conference/repository.ts';
import type { Principal } from '../directory/principal.ts';
import { ForbiddenTarget } from '../http/outbound.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { Courier } from '../outbox/courier.ts';
import { LogFollower } from '../outbox/follower.ts';
import { Letterbox } from '../outbox/letterbox.ts';
import type { CallbackParts, Farewell } from './parts.ts';
import { post } from './post.ts';
import { callbackDefaults, type CallbackLimits, type Letter, type Registration, sorting } from './registration.ts';
import type { RegistrationView, Scope } from './registration.ts';
import { reportOf, reportOfDeletion, reportOfReminder } from './report.ts';
import { secretOf, signatureOf } from './signature.ts';

/**
 * Tells the URLs that users registered what happens in conferences: each change that is in the change log, in the order
 * of each conference, once or more, as the user may see it when it is delivered.
 */
export class CallbackService {
  readonly #parts: CallbackParts;
  readonly #limits: CallbackLimits;
  readonly #registrations = new Map<string, Registration>();
  readonly #farewells = new Map<XconUri, Farewell>();
  readonly #letterbox: Letterbox<Letter>;
  readonly #courier: Courier<Letter>;
  readonly #follower: LogFollower;
  readonly #ended = new AbortController();
  #isOpen = false;

  constructor(parts: CallbackParts) {
    this.#parts = parts;
    this.#limits = { ...callbackDefaults, ...parts.limits };
    this.#letterbox = new Letterbox(parts.letters, sorting, this.#limits, parts.wall);
    this.#courier = new Courier(
      {
        deliver: (letter) => this.#deliver(letter),
        forget: (letter) => this.#letterbox.forget(letter),
        giveUp: (letter, reason) => this.#letterbox.giveUp(letter, reason),
      },
      sorting,
      parts,
      this.#limits,
    );
    this.#follower = new LogFollower('callback', parts.log, this.#limits.page, (changes) => this.#post(changes));
    parts.control.onChange(() => this.#wake());
    parts.control.addGuard((proposal) => this.#beforeDeletion(proposal));
  }

  /** Goes on where an earlier life stopped. */
  async open(): Promise<void> {
    for await (const slice of this.#parts.registrations.all())
      for (const registration of slice) this.#registrations.set(registration.id, registration);
    for await (const slice of this.#parts.farewells.all())
      for (const farewell of slice) this.#farewells.set(farewell.uri, farewell);
    for (const letter of await this.#letterbox.open((id) => this.#registrations.has(id))) this.#courier.take(letter);
    // What was dealt with and not yet passed is read again, before a letter of it has gone out: so none goes out twice.
    if (this.#registrations.size > 0) await this.#follower.wake().catch(this.#parts.onError);
    else await this.#follower.skip();
    this.#courier.open();
    this.#isOpen = true;
    this.#wake();
  }

  /** What is under way is broken off; it is delivered again in the next life. */
  async close(): Promise<void> {
    this.#isOpen = false;
    this.#courier.close();
    this.#ended.abort();
    await this.#follower.close();
  }

  /** Letters that wait, and those that were given up. */
  get counts(): { readonly waiting: number; readonly dead: number } {
    return this.#letterbox.counts;
  }

  /** Letters that were ever given up in this life of the process. */
  get givenUp(): number {
    return this.#letterbox.givenUp;
  }

  /**
   * From now on the URL is told. The secret is shown this once.
   * @throws {Refusal} when the caller may not watch, or the URL can not be called
   */
  async register(call: Call, scope: Scope, url: string): Promise<{ readonly id: string; readonly secret: string }> {
    const principal = requireUser(call);
    const checked = this.#checkUrl(url);
    if (scope.kind === 'conference') await this.#parts.control.watch(call, scope.uri);
    if (scope.kind === 'all' && !principal.systemAdministrator)
      throw new Refusal('not-allowed', 'Only a system administrator is told of all conferences.');
    const owner = principal.userId;
    this.#checkRoom(owner);
    const id = randomBytes(12).toString('hex');
    const after = await this.#parts.log.newestPosition();
    if (this.#registrations.size === 0) await this.#follower.skip();
    this.#checkRoom(owner);
    const registration = { id, owner, scope, url: checked, after, created: this.#parts.wall() };
    this.#registrations.set(id, registration);
    await this.#parts.registrations.keep(id, registration);
    return { id, secret: secretOf(this.#parts.key, id) };
  }

  /** Tells a user's URLs that an occurrence of a conference begins soon; resolves when that is sure. */
  async remind(owner: XconUserId, uri: XconUri, reminds: Required<Letter>['reminds'], before: number): Promise<void> {
    for (const registration of this.#registrations.values()) {
      const { id, scope } = registration;
      if (registration.owner !== owner || scope.kind === 'all') continue;
      if (scope.kind === 'conference' && scope.uri !== uri) continue;
      const at = this.#parts.wall();
      const letter = {
        id: `reminder.${reminds.occurrence}.${before}.${uri}.${id}`,
        registration: id,
        uri,
        version: 0,
        at,
        reminds,
      };
      if (await this.#letterbox.keep(letter)) this.#courier.take(letter);
    }
  }

  /** The caller's registrations; everybody's for a system administrator. */
  list(call: Call): RegistrationView[] {
    const { userId, systemAdministrator } = requireUser(call);
    return [...this.#registrations.values()]
      .filter(({ owner }) => systemAdministrator || owner === userId)
      .map((registration) => {
        const failure = this.#courier.failure(registration.id);
        const letters = this.#letterbox.of(registration.id);
        return { ...registration, ...letters, ...(failure !== undefined && { failure }) };
      });
  }

  /** @throws {Refusal} when the caller has no such registration */
  async remove(call: Call, id: string): Promise<void> {
    const { userId, systemAdministrator } = requireUser(call);
    const registration = this.#registrations.get(id);
    if (registration === undefined || (registration.owner !== userId && !systemAdministrator))
      throw new Refusal('no-such-conference', 'Check the id: there is no such callback.');
    await this.#end(registration);
  }

  async #end({ id }: Registration): Promise<void> {
    this.#registrations.delete(id);
    this.#courier.drop(id);
    await this.#parts.registrations.forget(id);
    await this.#letterbox.drop(id);
  }

  #checkUrl(text: string): string {
    if (!URL.canParse(text) || text.length > 2_000) throw new Refusal('malformed', 'The url is not a URL.');
    const url = new URL(text);
    url.hash = '';
    try {
      this.#parts.outbound.check(url);
    } catch (error) {
      if (error instanceof ForbiddenTarget) throw new Refusal('malformed', `Choose another URL: ${error.message}.`);
      throw error;
    }
    return url.href;
  }

  #checkRoom(owner: XconUserId): void {
    const own = [...this.#registrations.values()].filter((one) => one.owner === owner).length;
    const why = 'There are too many callbacks: remove others first.';
    if (own >= this.#limits.perUser) throw beyond('callbacks.perUser', why);
    if (this.#registrations.size >= this.#limits.registrations) throw beyond('callbacks.registrations', why);
  }

  #wake(): void {
    if (!this.#isOpen) return;
    if (this.#registrations.size > 0) this.#follower.wake().catch(this.#parts.onError);
    else this.#follower.rest(this.#parts.clock, this.#parts.onError);
  }

  /** Puts changes into the letterbox of each registration that they may concern. */
  async #post(changes: readonly LoggedChange[]): Promise<() => void> {
    const letters: Letter[] = [];
    const gone: XconUri[] = [];
    for (const change of changes) {
      if (change.header.kind !== 'conference') continue;
      if (change.version === 0) gone.push(change.uri);
      for (const registration of this.#registrations.values()) {
        if (change.position <= registration.after || !(await this.#concerns(change, registration))) continue;
        letters.push(letterOf(change, registration.id));
      }
    }
    const isNew = await Promise.all(letters.map((letter) => this.#letterbox.keep(letter)));
    return () => {
      for (const [index, letter] of letters.entries())
        if (isNew[index] === true && this.#registrations.has(letter.registration)) this.#courier.take(letter);
      for (const uri of gone) {
        this.#farewells.delete(uri);
        this.#parts.farewells.forget(uri).catch(this.#parts.onError);
      }
    };
  }

  async #concerns({ uri, version }: LoggedChange, registration: Registration): Promise<boolean> {
    const { scope, id } = registration;
    if (scope.kind === 'all') return true;
    if (scope.kind === 'conference' && scope.uri !== uri) return false;
    if (version === 0) return this.#farewells.get(uri)?.registrations.includes(id) === true;
    return this.#mayWatch(registration, uri);
  }

  async #mayWatch(registration: Registration, uri: XconUri): Promise<boolean> {
    const call = await this.#callOf(registration);
    return call !== undefined && this.#parts.control.mayWatch(call, uri);
  }

  #beforeDeletion({ uri, before, after }: Change): Promise<void> | undefined {
    if (after !== undefined || before?.header.kind !== 'conference') return undefined;
    const scoped = [...this.#registrations.values()].filter(
      ({ scope }) => scope.kind === 'mine' || (scope.kind === 'conference' && scope.uri === uri),
    );
    return scoped.length === 0 ? undefined : this.#noteFarewell(uri, scoped);
  }

  async #noteFarewell(uri: XconUri, scoped: readonly Registration[]): Promise<void> {
    const registrations: string[] = [];
    for (const one of scoped) if (await this.#mayWatch(one, uri)) registrations.push(one.id);
    const farewell = { uri, registrations };
    this.#farewells.set(uri, farewell);
    await this.#parts.farewells.keep(uri, farewell);
  }

  /** As whom a registration sees; undefined where its owner has lost what it asks for. It ends with its owner. */
  async #callOf(registration: Registration): Promise<Call | undefined> {
    const { owner, scope } = registration;
    const principal = await this.#parts.people.principalById(owner);
    if (principal === undefined) await this.#end(registration);
    if (principal === undefined || (scope.kind === 'all' && !principal.systemAdministrator)) return undefined;
    // To an administrator only those are his that would be without it.
    const systemAdministrator = principal.systemAdministrator && scope.kind !== 'mine';
    const caller = { kind: 'user', principal: { ...principal, systemAdministrator } } as const;
    return { caller, source: 'callback', profile: 'standard' };
  }

  async #deliver(letter: Letter): Promise<void> {
    const registration = this.#registrations.get(letter.registration);
    const call = registration && (await this.#callOf(registration));
    if (registration === undefined || call === undefined) return;
    const body = await this.#bodyOf(call, letter);
    if (body === undefined) return;
    const timestamp = String(Math.floor(this.#parts.wall() / 1_000));
    const signature = signatureOf(secretOf(this.#parts.key, registration.id), timestamp, body);
    await post(this.#parts.outbound, {
      url: new URL(registration.url),
      headers: {
        'Content-Type': 'application/json',
        'Content-Length': String(body.length),
        'User-Agent': 'plenary',
        'Idempotency-Key': `"${letter.uri};${letter.id.slice(0, letter.id.indexOf('.'))};${letter.version}"`,
        'Plenary-Callback': registration.id,
        'Plenary-Timestamp': timestamp,
        'Plenary-Signature': `sha256=${signature}`,
      },
      body,
      time: this.#limits.time,
      ended: this.#ended.signal,
    });
    // Of a conference that is no more there will be no news.
    if (letter.version === 0 && letter.reminds === undefined && registration.scope.kind === 'conference')
      await this.#end(registration);
  }

  #bodyOf(call: Call, letter: Letter): Buffer | Promise<Buffer | undefined> {
    const { reminds } = letter;
    if (reminds !== undefined) return reportOfReminder({ ...letter, reminds });
    return letter.version === 0 ? reportOfDeletion(letter) : this.#report(call, letter);
  }

  async #report(call: Call, letter: Letter): Promise<Buffer | undefined> {
    const seen = await this.#parts.control.seenChange(call, letter.uri, letter.version);
    return seen && reportOf(letter, seen);
  }
}

/** Positions of one length, so that letters sort by them. */
const letterOf = ({ position, uri, version, at }: LoggedChange, registration: string): Letter => ({
  id: `${String(position).padStart(16, '0')}.${registration}`,
  ...{ registration, uri, version, at },
});

function requireUser({ caller }: Call): Principal {
  if (caller.kind === 'user') return caller.principal;
  throw new Refusal('authentication-required', 'Authenticate to be called back.');
}
