import type { Call, ObjectAnswer, ObjectEntry, UserAnswer } from '../../lib/conference/calls.ts';
import type { AskedFilter } from '../../lib/conference/filter.ts';
import type { Control } from '../../lib/ccmp/requests/pair.ts';
import type { SidebarKind } from '../../lib/model/conference-object.ts';
import { parseXconUri, parseXconUserId, type XconUri, type XconUserId } from '../../lib/model/identifiers.ts';
import { info, PREFIXES } from '../../lib/model/names.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { serialize } from '../../lib/xml/serialize.ts';

export const URI = parseXconUri('xcon:1@example.com')!;
export const GUEST = parseXconUserId('xcon-userid:guest@example.com')!;

export interface Asked {
  readonly method: string;
  readonly call: Call;
  readonly arguments: readonly unknown[];
}

/** A conference control without rules: it remembers what it was asked and answers with one conference, or throws. */
export class StandInControl implements Control {
  readonly asked: Asked[] = [];
  /** Thrown by the next calls. */
  failure: Error | undefined;
  title = 'Jour fixe';
  /** What lists of sidebars hold. */
  entries: XmlElement[] = [];

  get last(): Asked {
    return this.asked.at(-1)!;
  }

  blueprints = (call: Call, filter?: AskedFilter) => this.#did('blueprints', call, [] as ObjectEntry[], filter);
  retrieveBlueprint = (call: Call, uri: XconUri) => this.#did('retrieveBlueprint', call, this.#object(uri), uri);
  createBlueprint = (call: Call, document: XmlElement) =>
    this.#did('createBlueprint', call, this.#object(URI), document);
  updateBlueprint = (call: Call, uri: XconUri, changes: XmlElement) =>
    this.#did('updateBlueprint', call, this.#object(uri), uri, changes);
  deleteBlueprint = (call: Call, uri: XconUri) => this.#did('deleteBlueprint', call, undefined, uri);

  conferences = (call: Call, filter?: AskedFilter) =>
    this.#did('conferences', call, [{ uri: URI, displayText: 'A & B' }], filter);
  retrieve = (call: Call, uri: XconUri) => this.#did('retrieve', call, this.#object(uri), uri);
  create = (call: Call, source: { parent?: XconUri; document?: XmlElement }) =>
    this.#did('create', call, this.#object(URI), source);
  update = (call: Call, uri: XconUri, changes: XmlElement) =>
    this.#did('update', call, this.#object(uri), uri, changes);
  delete = (call: Call, uri: XconUri) => this.#did('delete', call, undefined, uri);

  sidebars = (call: Call, uri: XconUri, kind: SidebarKind, filter?: AskedFilter) =>
    this.#did('sidebars', call, { version: 7, entries: text(...this.entries) }, uri, kind, filter);
  retrieveSidebar = (call: Call, uri: XconUri, kind: SidebarKind) =>
    this.#did('retrieveSidebar', call, this.#object(uri), uri, kind);
  createSidebar = (call: Call, uri: XconUri, kind: SidebarKind, document?: XmlElement) =>
    this.#did('createSidebar', call, this.#object(URI), uri, kind, document);
  updateSidebar = (call: Call, uri: XconUri, kind: SidebarKind, changes: XmlElement) =>
    this.#did('updateSidebar', call, this.#object(uri), uri, kind, changes);
  deleteSidebar = (call: Call, uri: XconUri, kind: SidebarKind) =>
    this.#did('deleteSidebar', call, undefined, uri, kind);

  retrieveUsers = (call: Call, uri: XconUri) => this.#did('retrieveUsers', call, this.#roster(uri), uri);
  updateUsers = (call: Call, uri: XconUri, changes: XmlElement) =>
    this.#did('updateUsers', call, { version: 7 }, uri, changes);

  retrieveUser = (call: Call, uri: XconUri, entity?: XconUserId) =>
    this.#did('retrieveUser', call, this.#user(call), uri, entity);
  createUser = (call: Call, uri: XconUri, user?: XmlElement) =>
    this.#did('createUser', call, this.#user(call), uri, user);
  updateUser = (call: Call, uri: XconUri, user: XmlElement) => this.#did('updateUser', call, { version: 7 }, uri, user);
  deleteUser = (call: Call, uri: XconUri, entity?: XconUserId) =>
    this.#did('deleteUser', call, { version: 7 }, uri, entity);

  #did<T>(method: string, call: Call, answer: T, ...rest: unknown[]): Promise<T> {
    this.asked.push({ method, call, arguments: rest });
    return this.failure === undefined ? Promise.resolve(answer) : Promise.reject(this.failure);
  }

  #object(uri: XconUri): ObjectAnswer {
    const description = info('conference-description', {}, [info('display-text', {}, [this.title])]);
    return {
      uri,
      version: 7,
      view: { attributes: [], content: text(description) },
    };
  }

  #roster(uri: XconUri): ObjectAnswer {
    return { uri, version: 7, view: { attributes: [], content: text(info('user', { entity: GUEST })) } };
  }

  #user({ caller }: Call): UserAnswer {
    const id = caller.kind === 'user' ? caller.principal.userId : caller.kind === 'guest' ? caller.userId : GUEST;
    return { version: 7, caller: id, user: info('user', { entity: id }, [info('display-text', {}, ['Some One'])]) };
  }
}

const text = (...elements: XmlElement[]) =>
  elements.map((element) => Buffer.from(serialize(element, { scope: PREFIXES }), 'utf8'));
