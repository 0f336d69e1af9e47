import { CONFERENCE_INFO } from '../../model/names.ts';
import type { XmlElement } from '../../xml/element.ts';
import { parse, type XmlLimits } from '../../xml/parse.ts';
import { CALLBACK, decodeCallback, decodeCallbacks, encodeCallback } from '../codec/callbacks.ts';
import type { Callback, NewCallback } from '../codec/callbacks.ts';
import { CONF_SUMMARY, decodeSummary, type ConferenceSummary } from '../codec/conf-summary.ts';
import { CHANGES_SINCE, decodeChanges, encodeSince, type ConferenceChanges } from '../codec/conference-changes.ts';
import {
  type AskedOccurrences,
  type AskedSteering,
  decodeOccurrences,
  encodeAsked,
  encodeSteering,
  type Occurrence,
  OCCURRENCES,
} from '../codec/occurrences.ts';
import type { MessageName, Operation } from '../codec/messages.ts';
import { encodeRequest, type CcmpRequest } from '../codec/request.ts';
import { decodeResponse, type CcmpResponse } from '../codec/response.ts';
import { entriesOf, named, present, servedMessages, versioned, type ListEntry } from './answers.ts';
import type { ServedMessage, Versioned } from './answers.ts';
import { HttpCredentials } from './credentials.ts';
import { CcmpError, TransportError } from './errors.ts';
import { Transport, transportDefaults, type TransportOptions } from './transport.ts';

export interface ClientOptions extends Omit<TransportOptions, 'from'> {
  /** Where the server takes requests, for example `https://conference.example.com/ccmp`. */
  readonly url: string | URL;
  /** The login name, best as `alice@example.com`. Without it one can only enter conferences that let anybody in. */
  readonly user?: string;
  readonly password?: string;
  /** How user and password are shown: as HTTP asks for them, or as `subject` in each message. */
  readonly show?: 'http' | 'subject';
  /** The XCON-USERID; made of a login name with a domain when absent. */
  readonly confUserID?: string;
}

export interface CallOptions {
  /** The password of the conference, where it has one. */
  readonly conferencePassword?: string;
}

/** A document or a part of one: as an element of the data model, or as its XML text. */
export type Document = XmlElement | string;

/** A conference or blueprint: its XCON-URI, its version, the document `conference-info` as the server shows it. */
export interface ConferenceAnswer extends Versioned {
  readonly uri: string;
  readonly document: XmlElement | undefined;
}

/** Whether a sidebar stands in its main conference by value or by reference. */
export type SidebarBy = 'Val' | 'Ref';

/**
 * A conferencing client (RFC 6503). Each method is one request; it throws `CcmpError` with the response code when the
 * server refuses and `TransportError` when no CCMP answer comes.
 */
export class ConferenceControlClient {
  readonly #transport: Transport;
  readonly #common: Pick<CcmpRequest, 'confUserID' | 'subject'>;
  readonly #limits: Partial<XmlLimits>;

  constructor(options: ClientOptions) {
    const { url, user, password = '', show = 'http' } = options;
    const address = user?.replace(/^sips?:/, '');
    const from = address?.includes('@') === true ? address : undefined;
    if (user !== undefined && from === undefined && options.confUserID === undefined) {
      throw new TypeError(`the user ${user} needs a domain (${user}@example.com) or an explicit confUserID`);
    }
    const credentials = user !== undefined && show === 'http' ? new HttpCredentials(user, password) : undefined;
    this.#transport = new Transport(new URL(url), credentials, { ...options, ...(from !== undefined && { from }) });
    this.#common = {
      confUserID: options.confUserID ?? (from === undefined ? undefined : `xcon-userid:${from}`),
      subject: user !== undefined && show === 'subject' ? { username: user, password } : undefined,
    };
    this.#limits = { bytes: options.answerBytes ?? transportDefaults.answerBytes, elements: Infinity };
  }

  blueprints(filter?: string): Promise<ListEntry[]> {
    return this.#list('blueprints', filter);
  }

  retrieveBlueprint(uri: string): Promise<ConferenceAnswer> {
    return this.#object('blueprint', 'retrieve', uri);
  }

  createBlueprint(document: Document): Promise<ConferenceAnswer> {
    return this.#object('blueprint', 'create', undefined, document);
  }

  updateBlueprint(uri: string, changes: Document): Promise<ConferenceAnswer> {
    return this.#object('blueprint', 'update', uri, changes);
  }

  async deleteBlueprint(uri: string): Promise<void> {
    await this.#object('blueprint', 'delete', uri);
  }

  /** The conferences that the user organises, takes part in or is invited to. */
  conferences(filter?: string): Promise<ListEntry[]> {
    return this.#list('confs', filter);
  }

  /** Clones `parent`, or makes what the document describes, or clones the default blueprint. */
  create(
    { parent, document }: { parent?: string; document?: Document } = {},
    call?: CallOptions,
  ): Promise<ConferenceAnswer> {
    return this.#object('conf', 'create', parent, document, call);
  }

  retrieve(uri: string, call?: CallOptions): Promise<ConferenceAnswer> {
    return this.#object('conf', 'retrieve', uri, undefined, call);
  }

  /** `changes` is a `conference-info` with only what changes; an empty element removes (RFC 6503 §5.3.4). */
  update(uri: string, changes: Document, call?: CallOptions): Promise<ConferenceAnswer> {
    return this.#object('conf', 'update', uri, changes, call);
  }

  async delete(uri: string, call?: CallOptions): Promise<void> {
    await this.#object('conf', 'delete', uri, undefined, call);
  }

  /** The sidebars of a conference by value: each a whole document; `version` is the conference's. */
  async sidebarsByVal(
    uri: string,
    filter?: string,
    call?: CallOptions,
  ): Promise<Versioned & { sidebars: XmlElement[] }> {
    const { version, info: list } = await this.#sidebars('sidebarsByVal', uri, filter, call);
    return { version, sidebars: list?.all(CONFERENCE_INFO, 'entry') ?? [] };
  }

  /** The XCON-URIs of the sidebars of a conference by reference; `version` is the conference's. */
  async sidebarsByRef(uri: string, filter?: string, call?: CallOptions): Promise<Versioned & { sidebars: string[] }> {
    const { version, info: list } = await this.#sidebars('sidebarsByRef', uri, filter, call);
    return { version, sidebars: entriesOf(list).map((entry) => entry.uri) };
  }

  retrieveSidebar(by: SidebarBy, uri: string, call?: CallOptions): Promise<ConferenceAnswer> {
    return this.#object(`sidebarBy${by}`, 'retrieve', uri, undefined, call);
  }

  /** Clones the main conference, or makes in it what the document describes. */
  createSidebar(by: SidebarBy, main: string, document?: Document, call?: CallOptions): Promise<ConferenceAnswer> {
    return this.#object(`sidebarBy${by}`, 'create', main, document, call);
  }

  updateSidebar(by: SidebarBy, uri: string, changes: Document, call?: CallOptions): Promise<ConferenceAnswer> {
    return this.#object(`sidebarBy${by}`, 'update', uri, changes, call);
  }

  async deleteSidebar(by: SidebarBy, uri: string, call?: CallOptions): Promise<void> {
    await this.#object(`sidebarBy${by}`, 'delete', uri, undefined, call);
  }

  async retrieveUsers(uri: string, call?: CallOptions): Promise<Versioned & { users: XmlElement }> {
    const { version, info: content } = await this.#operate('users', 'retrieve', uri, undefined, call);
    return { version, users: present(content, 'usersInfo') };
  }

  async updateUsers(uri: string, changes: Document, call?: CallOptions): Promise<Versioned> {
    return versioned(await this.#operate('users', 'update', uri, changes, call));
  }

  /** The user of this XCON-USERID; without one, oneself. */
  async retrieveUser(uri: string, entity?: string, call?: CallOptions): Promise<Versioned & { user: XmlElement }> {
    const { version, info: content } = await this.#operate('user', 'retrieve', uri, named(entity), call);
    return { version, user: present(content, 'userInfo') };
  }

  /** Adds a user; without one, oneself. `confUserID` is one's own id, new for who had none. */
  async createUser(
    uri: string,
    user?: Document,
    call?: CallOptions,
  ): Promise<Versioned & { confUserID: string; user: XmlElement | undefined }> {
    const { version, confUserID, info: content } = await this.#operate('user', 'create', uri, user, call);
    return { version, confUserID, user: content };
  }

  /** The entity of `user` says whom to change. */
  async updateUser(uri: string, user: Document, call?: CallOptions): Promise<Versioned> {
    return versioned(await this.#operate('user', 'update', uri, user, call));
  }

  /** Removes the user of this XCON-USERID; without one, oneself. */
  async deleteUser(uri: string, entity?: string, call?: CallOptions): Promise<Versioned> {
    return versioned(await this.#operate('user', 'delete', uri, named(entity), call));
  }

  /** The conference in brief (RFC 6503 §6.9). */
  async summary(uri: string, call?: CallOptions): Promise<Versioned & ConferenceSummary> {
    const { version, extension } = await this.extended(CONF_SUMMARY, { operation: 'retrieve', confObjID: uri }, call);
    return { version, ...present(decodeSummary(extension), 'confSummary') };
  }

  /**
   * What changed after a version that one has: the `changes` lead from the document as one retrieved it to that of the
   * answer's version. Without them, the server does not know any more: retrieve it.
   */
  async changesSince(
    uri: string,
    since: number,
    call?: CallOptions,
  ): Promise<Versioned & { changes: ConferenceChanges | undefined }> {
    const request = { operation: 'retrieve', confObjID: uri, extension: [encodeSince(since)] } as const;
    const { version, extension } = await this.extended(CHANGES_SINCE, request, call);
    const changes = present(decodeChanges(extension), 'changes');
    return { version, changes: changes === 'retrieve' ? undefined : changes };
  }

  /** When the conference takes place; from now on where nothing is said. */
  async occurrences(
    uri: string,
    asked: AskedOccurrences = {},
    call?: CallOptions,
  ): Promise<Versioned & { occurrences: Occurrence[] }> {
    const request = { operation: 'retrieve', confObjID: uri, extension: [encodeAsked(asked)] } as const;
    const { version, extension } = await this.extended(OCCURRENCES, request, call);
    return { version, occurrences: present(decodeOccurrences(extension), 'occurrences') };
  }

  /** Starts, ends, extends or cancels an occurrence. */
  async steer(uri: string, asked: AskedSteering, call?: CallOptions): Promise<Versioned> {
    const request = { operation: 'update', confObjID: uri, extension: [encodeSteering(asked)] } as const;
    const { version } = await this.extended(OCCURRENCES, request, call);
    return { version };
  }

  /** Has a URL called when conferences change; the secret, under which calls are signed, is not shown again. */
  async addCallback(callback: NewCallback): Promise<Required<Pick<Callback, 'id' | 'secret'>> & NewCallback> {
    const answer = await this.extended(CALLBACK, { operation: 'create', extension: [encodeCallback(callback)] });
    const { id = '', secret = '' } = present(decodeCallback(answer.extension), 'callback');
    return { id, secret, ...callback };
  }

  /** One's own callbacks; a system administrator's are all. */
  async callbacks(): Promise<Callback[]> {
    const { extension } = await this.extended(CALLBACK, { operation: 'retrieve' });
    return present(decodeCallbacks(extension), 'callbacks') as Callback[];
  }

  async removeCallback(id: string): Promise<void> {
    await this.extended(CALLBACK, { operation: 'delete', extension: [encodeCallback({ id })] });
  }

  /** Asks something of an extension (RFC 6503 §5.3.11); which there are, `options` tells. */
  extended(
    extensionName: string,
    request: Pick<CcmpRequest, 'operation' | 'confObjID' | 'extension'>,
    { conferencePassword }: CallOptions = {},
  ): Promise<CcmpResponse> {
    return this.send({ type: 'extended', extensionName, conferencePassword, ...request });
  }

  /** What the server serves, its extensions among it. */
  async options(): Promise<ServedMessage[]> {
    return servedMessages((await this.send({ type: 'options' })).info);
  }

  /** Sends any request, with this client's confUserID and subject where it has none. @throws {CcmpError} */
  async send(request: CcmpRequest): Promise<CcmpResponse> {
    const sent = { ...this.#common, ...request };
    const secret = sent.subject !== undefined || sent.conferencePassword !== undefined;
    const body = await this.#transport.exchange(encodeRequest(sent), { secret });
    const response = this.#read(body);
    if (response.code !== 200) throw new CcmpError(response);
    return response;
  }

  /** Sends a request as it is written and gives back the answer as it is written. @throws {TransportError} */
  sendText(request: string | Buffer): Promise<Buffer> {
    return this.#transport.exchange(typeof request === 'string' ? Buffer.from(request) : request, { secret: true });
  }

  /** Ends the connections that wait for another request. */
  close(): void {
    this.#transport.close();
  }

  #read(body: Buffer): CcmpResponse {
    try {
      return decodeResponse(parse(body, this.#limits));
    } catch (error) {
      throw new TransportError(`the answer is no CCMP response: ${(error as Error).message}`, { cause: error });
    }
  }

  async #list(type: MessageName, xpathFilter: string | undefined): Promise<ListEntry[]> {
    const { info: list } = await this.send({ type, xpathFilter });
    return entriesOf(list);
  }

  #sidebars(
    type: MessageName,
    confObjID: string,
    xpathFilter: string | undefined,
    { conferencePassword }: CallOptions = {},
  ): Promise<CcmpResponse> {
    return this.send({ type, confObjID, xpathFilter, conferencePassword });
  }

  async #object(
    type: MessageName,
    operation: Operation,
    confObjID: string | undefined,
    document?: Document,
    call?: CallOptions,
  ): Promise<ConferenceAnswer> {
    const response = await this.#operate(type, operation, confObjID, document, call);
    return { uri: response.confObjID ?? '', version: response.version, document: response.info };
  }

  #operate(
    type: MessageName,
    operation: Operation,
    confObjID: string | undefined,
    document?: Document,
    { conferencePassword }: CallOptions = {},
  ): Promise<CcmpResponse> {
    const content = typeof document === 'string' ? parse(document) : document;
    return this.send({ type, operation, confObjID, conferencePassword, info: content });
  }
}
