import type { Attempts } from '../directory/attempts.ts';
import type { Directory } from '../directory/directory.ts';
import { formatParameters, quoted } from './authorization.ts';
import type { Authorization } from './authorization.ts';
import { digestProof, digestResponse, isSameResponse, readDigestCredentials } from './digest-response.ts';
import type { DigestCredentials } from './digest-response.ts';
import type { Nonces } from './nonce.ts';
import { refused } from './scheme.ts';
import type { Outcome, RequestFacts, Scheme } from './scheme.ts';

/** HTTP Digest (RFC 7616) with SHA-256 and MD5, qop auth; also without qop, then a nonce serves once. */
export class DigestScheme implements Scheme {
  readonly name = 'digest';
  readonly #directory: Directory;
  readonly #attempts: Attempts;
  readonly #nonces: Nonces;

  constructor(directory: Directory, attempts: Attempts, nonces: Nonces) {
    this.#directory = directory;
    this.#attempts = attempts;
    this.#nonces = nonces;
  }

  /** The stronger algorithm first (RFC 7616 §3.7). */
  challenges(_request: RequestFacts, realm: string, stale: boolean): string[] {
    return ['SHA-256', 'MD5'].map((algorithm) => {
      const parameters = {
        realm: quoted(realm),
        nonce: quoted(this.#nonces.issue()),
        qop: '"auth"',
        algorithm,
        ...(stale && { stale: 'true' }),
        charset: 'UTF-8',
      };
      return `Digest ${formatParameters(parameters)}`;
    });
  }

  async authenticate(request: RequestFacts, _realm: string, { parameters }: Authorization): Promise<Outcome> {
    const sent = readDigestCredentials(parameters);
    // RFC 7616 §3.4.6: the response is for this request only.
    if (sent?.uri !== request.url) return refused;
    if (!this.#nonces.isCurrent(sent.nonce)) return { kind: 'refused', stale: true };
    const subject = this.#directory.subjectOf(sent.username, { domain: sent.realm, sip: true });
    const { found, retryAfter } = await this.#attempts.limit(subject, request.source, () => this.#check(request, sent));
    if (found === undefined) return { kind: 'refused', ...(retryAfter !== undefined && { retryAfter }) };
    const count = sent.auth && Number.parseInt(sent.auth.nc, 16);
    return this.#nonces.use(sent.nonce, count) ? found : { kind: 'refused', stale: true };
  }

  async #check(request: RequestFacts, sent: DigestCredentials): Promise<Outcome | undefined> {
    const { secret, principal } = await this.#directory.digestCredential(sent.username, sent.realm, sent.algorithm);
    const right = isSameResponse(digestResponse(sent, secret, request.method), sent.response);
    if (!right || principal === undefined) return undefined;
    return { kind: 'user', principal, scheme: `Digest ${sent.algorithm}`, ...infoOf(sent, secret) };
  }
}

/** RFC 7616 §3.5; a client without qop can't read it. */
function infoOf(sent: DigestCredentials, secret: Buffer): { info?: string } {
  if (sent.auth === undefined) return {};
  const { nc, cnonce } = sent.auth;
  const info = { qop: 'auth', rspauth: quoted(digestProof(sent, secret)), cnonce: quoted(cnonce), nc };
  return { info: formatParameters(info) };
}
