import type { Principal } from '../directory/principal.ts';
import type { HttpAuthentication } from '../http/authentication.ts';
import { readBody } from '../http/body.ts';
import type { Service } from '../http/edge.ts';
import type { Exchange } from '../http/exchange.ts';
import { normaliseAddress, parseXconUserId, type XconUserId } from '../model/identifiers.ts';
import { OutdatedDocument, type KeptDocument, type SimservsDocuments } from './documents.ts';
import { UnusableDocument } from './simservs.ts';
import { Conflict, conflictDocument, XCAP_ERROR_TYPE } from './xcap-conflict.ts';
import { resourceOf, type Resource } from './xcap-resource.ts';

export interface XcapParts {
  readonly documents: Pick<SimservsDocuments, 'of' | 'put' | 'remove'>;
  readonly people: {
    principalById(userId: XconUserId): Promise<Principal | undefined>;
    principalByAddress(address: string): Promise<Principal | undefined>;
  };
  readonly authentication: Pick<HttpAuthentication, 'authenticate' | 'refusal'>;
  /** Of a body. */
  readonly bytes: number;
}

interface Answer {
  readonly status: number;
  /** Plain text where nothing is said. */
  readonly type?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
}

const ROOT = '/xcap-root/';
const CAPABILITIES = `${ROOT}xcap-caps/global/index`;
const DOCUMENT = /^\/xcap-root\/simservs\.ngn\.etsi\.org\/users\/([^/]+)\/simservs\.xml(?:\/~~\/(.*))?$/;

/**
 * Supplementary services as phones set them: the user's own simservs document, its elements and attributes, by XCAP
 * (RFC 4825, 3GPP TS 24.623).
 */
export class XcapServer {
  readonly #parts: XcapParts;

  constructor(parts: XcapParts) {
    this.#parts = parts;
  }

  static serves(path: string): boolean {
    return path.startsWith(ROOT);
  }

  readonly serve: Service = async (exchange) => {
    exchange.headers['Cache-Control'] = 'private, no-cache';
    const { status, type = 'text/plain; charset=utf-8', body = '', headers } = await this.#answer(exchange);
    Object.assign(exchange.headers, headers);
    if (status === 304) exchange.response.writeHead(status, exchange.headers).end();
    else exchange.answer(status, type, body);
  };

  async #answer(exchange: Exchange): Promise<Answer> {
    if (exchange.path === CAPABILITIES) return capabilities(exchange);
    const [, name = '', selector] = DOCUMENT.exec(exchange.path) ?? [];
    if (name === '') return nothing;
    const caller = await this.#authenticated(exchange);
    if ('status' in caller) return caller;
    exchange.log['user'] = caller.userId;
    const user = await this.#userOf(decoded(name), caller);
    if (user === undefined) return line(403, 'These are the services of somebody else.');
    const resource = resourceOf(selector, exchange.facts.url);
    if (resource === undefined) return nothing;
    switch (exchange.request.method) {
      case 'GET':
      case 'HEAD':
        return this.#get(exchange, user, resource);
      case 'PUT':
        return this.#put(exchange, user, resource);
      case 'DELETE':
        return this.#delete(exchange, user, resource);
      default:
        return notAllowed('GET, HEAD, PUT, DELETE');
    }
  }

  #get({ request }: Exchange, user: XconUserId, resource: Resource): Answer {
    const document = this.#parts.documents.of(user);
    const body = document && resource.read(document);
    if (document === undefined || body === undefined) return nothing;
    const headers = { ETag: `"${document.tag}"` };
    if (names(request.headers['if-none-match'], document.tag)) return { status: 304, headers };
    return { status: 200, type: resource.type, body, headers };
  }

  async #put(exchange: Exchange, user: XconUserId, resource: Resource): Promise<Answer> {
    const type = exchange.request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
    if (type !== resource.type) return line(415, `Send ${resource.type}.`);
    const body = await readBody(exchange.request, { bytes: this.#parts.bytes });
    return this.#change(exchange, user, resource, async (document, isThere) => {
      const text = resource.written(document, body);
      return { ...(await this.#keep(user, text, document)), status: isThere ? 200 : 201 };
    });
  }

  #delete(exchange: Exchange, user: XconUserId, resource: Resource): Promise<Answer> {
    return this.#change(exchange, user, resource, async (document, isThere) => {
      if (document === undefined || !isThere) return nothing;
      const rest = resource.without(document);
      if (rest !== undefined) return this.#keep(user, rest, document);
      await this.#parts.documents.remove(user, (now) => now === document.tag);
      return { status: 200 };
    });
  }

  async #keep(user: XconUserId, text: string | Uint8Array, before: KeptDocument | undefined): Promise<Answer> {
    const tag = await this.#parts.documents.put(user, text, (now) => now === before?.tag);
    return { status: 200, headers: { ETag: `"${tag}"` } };
  }

  /** A change in the state that its sender names, or why it can not be. */
  async #change(
    exchange: Exchange,
    user: XconUserId,
    resource: Resource,
    change: (document: KeptDocument | undefined, isThere: boolean) => Promise<Answer>,
  ): Promise<Answer> {
    const document = this.#parts.documents.of(user);
    const isThere = document !== undefined && resource.read(document) !== undefined;
    if (!fulfils(exchange, isThere ? document.tag : undefined))
      return line(412, 'The resource is not in the state that you name.');
    try {
      return await change(document, isThere);
    } catch (error) {
      if (error instanceof OutdatedDocument) return line(412, 'The document has changed meanwhile.');
      const conflict = error instanceof UnusableDocument ? new Conflict(error.problem, error.message) : error;
      if (!(conflict instanceof Conflict)) throw error;
      return { status: 409, type: XCAP_ERROR_TYPE, body: conflictDocument(conflict) };
    }
  }

  /** Whose document it is, if the caller may have it: her own; of anybody for a system administrator. */
  async #userOf(name: string, principal: Principal): Promise<XconUserId | undefined> {
    const id = parseXconUserId(name);
    const address = normaliseAddress(name);
    if (id === principal.userId || principal.addresses.includes(address)) return principal.userId;
    if (!principal.systemAdministrator) return undefined;
    const { people } = this.#parts;
    return (id === undefined ? await people.principalByAddress(address) : await people.principalById(id))?.userId;
  }

  async #authenticated({ facts }: Exchange): Promise<Principal | Answer> {
    const outcome = await this.#parts.authentication.authenticate(facts);
    if (outcome.kind === 'user') return outcome.principal;
    const { status, headers } = this.#parts.authentication.refusal(facts, outcome);
    return { ...line(status, 'Log in to see or set your services.'), headers };
  }
}

const line = (status: number, text: string): Answer => ({ status, body: `${text}\n` });
const nothing = line(404, 'There is no such resource.');
const notAllowed = (methods: string): Answer => ({
  ...line(405, 'Method Not Allowed'),
  headers: { Allow: methods },
});

/** RFC 4825 §12.1: what the server knows. */
function capabilities({ request }: Exchange): Answer {
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed('GET, HEAD');
  return { status: 200, type: 'application/xcap-caps+xml', body: CAPABILITIES_DOCUMENT };
}

const CAPABILITIES_DOCUMENT = `<?xml version="1.0" encoding="UTF-8"?>
<xcap-caps xmlns="urn:ietf:params:xml:ns:xcap-caps">
  <auids><auid>xcap-caps</auid><auid>simservs.ngn.etsi.org</auid></auids>
  <namespaces>
    <namespace>urn:ietf:params:xml:ns:xcap-caps</namespace>
    <namespace>urn:ietf:params:xml:ns:xcap-error</namespace>
    <namespace>urn:ietf:params:xml:ns:common-policy</namespace>
    <namespace>http://uri.etsi.org/ngn/params/xml/simservs/xcap</namespace>
  </namespaces>
</xcap-caps>
`;

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return '';
  }
}

/** Whether a list of entity tags names this one (RFC 9110 §13.1). */
const names = (list: string | undefined, tag: string): boolean =>
  list?.split(',').some((one) => ['*', `"${tag}"`].includes(one.trim().replace(/^W\//, ''))) === true;

/** RFC 9110 §13.1.1, §13.1.2; a resource that is not there has no tag. */
function fulfils({ request: { headers } }: Exchange, tag: string | undefined): boolean {
  const { 'if-match': match, 'if-none-match': noMatch } = headers;
  if (match !== undefined && (tag === undefined || !names(match, tag))) return false;
  return noMatch === undefined || tag === undefined || !names(noMatch, tag);
}
