import { CONFERENCE_INFO } from '../../model/names.ts';
import type { XmlElement } from '../../xml/element.ts';
import { parse } from '../../xml/parse.ts';
import { CALLBACK, decodeCallback, decodeCallbacks, encodeCallback } from '../codec/callbacks.ts';
import type { Callback, NewCallback } from '../codec/callbacks.ts';
import { CONF_SUMMARY, decodeSummary, type ConferenceSummary } from '../codec/conf-summary.ts';
import { CHANGES_SINCE, decodeChanges, encodeSince, type ConferenceChanges } from '../codec/conference-changes.ts';
import {
  type AskedOccurrences,
  type AskedSteering,
  decodeChildren,
  decodeOccurrences,
  type AskedChange,
  encodeAsked,
  encodeChange,
  encodeSteering,
  type Occurrence,
  type OccurrenceChild,
  OCCURRENCES,
} from '../codec/occurrences.ts';
import { decodeFreeBusy, encodeAskedFreeBusy, FREE_BUSY } from '../codec/free-busy.ts';
import type { AskedFreeBusy, BusyTime } from '../codec/free-busy.ts';
import type { MessageName, Operation } from '../codec/messages.ts';
import type { CcmpResponse } from '../codec/response.ts';
import { entriesOf, named, present, versioned, type ListEntry, type Versioned } from './answers.ts';
import { CcmpExchange, type CallOptions } from './exchange.ts';

export type { CallOptions, ClientOptions } from './exchange.ts';

/** A document or a part of one: as an element of the data model, or as its XML text. */
export type Document = XmlElement | string;

/** A conference or blueprint: its XCON-URI, its version, the document `conference-info` as the server shows it. */
export interface ConferenceAnswer extends Versioned {
  readonly uri: string;
  readonly document: XmlElement | undefined;
  /** What was made or changed with it to stand for occurrences that its times tell apart. */
  readonly children?: readonly OccurrenceChild[];
}

/** Whether a sidebar stands in its main conference by value or by reference. */
export type SidebarBy = 'Val' | 'Ref';

/**
 * A conferencing client (RFC 6503). Each method is one request; it throws `CcmpError` with the response code when the
 * server refuses and `TransportError` when no CCMP answer comes.
 */
export class ConferenceControlClient extends CcmpExchange {
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

  /** When somebody is in conferences: oneself, or who has this XCON-USERID or address. */
  async freeBusy(asked: AskedFreeBusy): Promise<BusyTime[]> {
    const answer = await this.extended(FREE_BUSY, { operation: 'retrieve', extension: [encodeAskedFreeBusy(asked)] });
    return present(decodeFreeBusy(answer.extension), 'busy-times');
  }

  /** Changes some occurrences of a series; `uri` of the answer is that of what stands for them. */
  async changeOccurrences(uri: string, asked: AskedChange, call?: CallOptions): Promise<Versioned & { uri: string }> {
    const request = { operation: 'update', confObjID: uri, extension: [encodeChange(asked)] } as const;
    const { version, confObjID } = await this.extended(OCCURRENCES, request, call);
    return { version, uri: confObjID ?? uri };
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
    const children = decodeChildren(response.extension);
    const answer = { uri: response.confObjID ?? '', version: response.version, document: response.info };
    return { ...answer, ...(children && { children }) };
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
