import { fromUtf8, quoted } from './authorization.ts';
import type { Authorization } from './authorization.ts';
import type { Principal } from '../directory/principal.ts';
import { refused } from './scheme.ts';
import type { Outcome, RequestFacts, Scheme } from './scheme.ts';
import type { VerifiedCredentials } from './verified.ts';

/** Checks a name and a password; a name without domain is of the realm. */
export type PasswordCheck = (name: string, password: string, realm: string, source: string) => Promise<Outcome>;

/** Whether a password may travel in clear text inside the request. */
export const isPrivate = ({ secure, loopback }: Pick<RequestFacts, 'secure' | 'loopback'>): boolean =>
  secure || loopback;

/** HTTP Basic (RFC 7617) with UTF-8, over TLS or inside this machine only. */
export class BasicScheme implements Scheme {
  readonly name = 'basic';
  readonly #check: PasswordCheck;
  readonly #verified: VerifiedCredentials;

  constructor(check: PasswordCheck, verified: VerifiedCredentials) {
    this.#check = check;
    this.#verified = verified;
  }

  challenges(request: RequestFacts, realm: string): string[] {
    return isPrivate(request) ? [`Basic realm=${quoted(realm)}, charset="UTF-8"`] : [];
  }

  /** The outcome for a connection that shows again what it showed before. */
  again(request: RequestFacts): Outcome | undefined {
    return isPrivate(request) ? outcomeOf(this.#verified.again(request)) : undefined;
  }

  authenticate(request: RequestFacts, realm: string, { token }: Authorization): Outcome | Promise<Outcome> {
    if (token === undefined || !isPrivate(request)) return refused;
    return outcomeOf(this.#verified.known(request, realm, token)) ?? this.#verify(request, realm, token);
  }

  async #verify({ source }: RequestFacts, realm: string, token: string): Promise<Outcome> {
    let outcome: Outcome = refused;
    await this.#verified.remember(realm, token, async () => {
      const read = readUserPass(token);
      if (read) outcome = await this.#check(read.name, read.password, realm, source);
      return outcome.kind === 'user' ? outcome.principal : undefined;
    });
    return outcome;
  }
}

const outcomeOf = (principal: Principal | undefined): Outcome | undefined =>
  principal && { kind: 'user', principal, scheme: 'Basic' };

/** The name ends at the first colon; neither part has control characters (RFC 7617 §2). */
export function readUserPass(token: string): { name: string; password: string } | undefined {
  const text = fromUtf8(Buffer.from(token, 'base64').toString('latin1'));
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 0 || /\p{Cc}/u.test(text)) return undefined;
  return { name: text.slice(0, colon), password: text.slice(colon + 1) };
}
