import { createHash, randomBytes } from 'node:crypto';

/** A challenge of `WWW-Authenticate` (RFC 9110 §11.3); scheme and parameter names in lower case. */
interface Challenge {
  readonly scheme: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const ALGORITHMS: Readonly<Record<string, string>> = { 'SHA-256': 'sha256', MD5: 'md5' };

/** Answers challenges of one server for one user: Basic where nobody can listen, else Digest (RFC 7617, RFC 7616). */
export class HttpCredentials {
  readonly #user: string;
  readonly #password: string;
  #challenge: Challenge | undefined;
  #uses = 0;

  constructor(user: string, password: string) {
    this.#user = user;
    this.#password = password;
  }

  /**
   * Takes the best of the challenges of a 401. False when none can be met, or the request showed credentials already
   * that were not just stale.
   */
  accept(headers: readonly string[], { confidential, shown }: { confidential: boolean; shown: boolean }): boolean {
    const challenges = headers.flatMap(readChallenges);
    const basic = challenges.find(({ scheme }) => scheme === 'basic');
    const digests = challenges.filter(isDigest).sort((one, other) => strength(other) - strength(one));
    const best = (confidential ? basic : undefined) ?? digests[0];
    const stale = digests.some(({ parameters }) => parameters.get('stale')?.toLowerCase() === 'true');
    this.#challenge = shown && !stale ? undefined : best;
    this.#uses = 0;
    return this.#challenge !== undefined;
  }

  /** The value of `Authorization`, once a challenge is known. */
  authorization(method: string, target: string): string | undefined {
    if (this.#challenge === undefined) return undefined;
    this.#uses += 1;
    if (this.#challenge.scheme === 'digest') return this.#digest(this.#challenge.parameters, method, target);
    return `Basic ${Buffer.from(`${this.#user}:${this.#password}`, 'utf8').toString('base64')}`;
  }

  #digest(challenge: ReadonlyMap<string, string>, method: string, target: string): string {
    const [realm = '', nonce = '', opaque, algorithm] = ['realm', 'nonce', 'opaque', 'algorithm'].map((name) =>
      challenge.get(name),
    );
    const hash = (text: string) =>
      createHash(hashOf(algorithm) ?? 'md5')
        .update(text, 'utf8')
        .digest('hex');
    const a1 = hash(`${this.#user}:${realm}:${this.#password}`);
    const a2 = hash(`${method}:${target}`);
    const nc = this.#uses.toString(16).padStart(8, '0');
    const cnonce = randomBytes(12).toString('hex');
    const qop = challenge.has('qop');
    const response = hash(qop ? `${a1}:${nonce}:${nc}:${cnonce}:auth:${a2}` : `${a1}:${nonce}:${a2}`);
    return `Digest ${[
      ...Object.entries({ username: this.#user, realm, nonce, uri: target, response }).map(quotedPair),
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(opaque === undefined ? [] : [quotedPair(['opaque', opaque])]),
      ...(qop ? ['qop=auth', `nc=${nc}`, quotedPair(['cnonce', cnonce])] : []),
    ].join(', ')}`;
  }
}

const quotedPair = ([name, value]: [string, string]): string => `${name}="${value.replace(/["\\]/g, '\\$&')}"`;
const hashOf = (algorithm = 'MD5'): string | undefined => ALGORITHMS[algorithm.toUpperCase()];
const strength = ({ parameters }: Challenge): number => (hashOf(parameters.get('algorithm')) === 'sha256' ? 2 : 1);

function isDigest({ scheme, parameters }: Challenge): boolean {
  const qop = parameters.get('qop');
  const auth = qop === undefined || qop.split(',').some((one) => one.trim().toLowerCase() === 'auth');
  return scheme === 'digest' && auth && parameters.has('nonce') && hashOf(parameters.get('algorithm')) !== undefined;
}

const PARAMETER = /([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/y;

/** One header may hold several challenges. */
function readChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  let at = 0;
  while (at < header.length) {
    PARAMETER.lastIndex = at;
    const parameter = PARAMETER.exec(header);
    if (parameter !== null) {
      const [, name = '', quoted, token = ''] = parameter;
      challenges.at(-1)?.parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, '$1') ?? token);
      at = PARAMETER.lastIndex;
      continue;
    }
    const [word = ''] = /^[^\s,=]+/.exec(header.slice(at)) ?? [];
    if (word !== '') challenges.push({ scheme: word.toLowerCase(), parameters: new Map() });
    at += Math.max(word.length, 1);
  }
  return challenges;
}
