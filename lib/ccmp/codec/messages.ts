import { CONFERENCE_INFO } from '../../model/names.ts';
import type { XmlName } from '../../xml/element.ts';

/** RFC 6503 §12.3. */
export const MEDIA_TYPE = 'application/ccmp+xml';
/** RFC 6503 §12.1. */
export const CCMP = 'urn:ietf:params:xml:ns:xcon-ccmp';
/** The namespace that RFC 6504 prints by mistake; understood, never sent. */
export const CCMP_MISPRINTED = 'urn:ietf:params:xml:ns:xcon:ccmp';
export const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

export const OPERATIONS = ['retrieve', 'create', 'update', 'delete'] as const;
export type Operation = (typeof OPERATIONS)[number];

/** What one pair of request and response carries (RFC 6503 §5.3, §11). */
export interface MessageType {
  /** Lists and options take no operation: one that is sent is ignored and not repeated. */
  readonly operation: boolean;
  /** Whether the request names an object; otherwise a confObjID in it is ignored. */
  readonly object: boolean;
  /** The parameter with the conference data and the name that the data model has for its content. */
  readonly info?: { readonly parameter: string; readonly element: XmlName };
}

const info = (parameter: string, local: string) => ({ parameter, element: { namespace: CONFERENCE_INFO, local } });

const list = { operation: false, object: false } as const;
const sidebars = { operation: false, object: true } as const;
const object = { operation: true, object: true } as const;

/** Every message of RFC 6503; requests and responses are read and written by it. */
export const MESSAGES = {
  blueprints: { ...list, info: info('blueprintsInfo', 'uris') },
  blueprint: { ...object, info: info('blueprintInfo', 'conference-info') },
  confs: { ...list, info: info('confsInfo', 'uris') },
  conf: { ...object, info: info('confInfo', 'conference-info') },
  users: { ...object, info: info('usersInfo', 'users') },
  user: { ...object, info: info('userInfo', 'user') },
  sidebarsByVal: { ...sidebars, info: info('sidebarsByValInfo', 'sidebars-by-val') },
  sidebarByVal: { ...object, info: info('sidebarByValInfo', 'conference-info') },
  sidebarsByRef: { ...sidebars, info: info('sidebarsByRefInfo', 'sidebars-by-ref') },
  sidebarByRef: { ...object, info: info('sidebarByRefInfo', 'conference-info') },
  extended: object,
  options: { ...list, info: { parameter: 'options', element: { namespace: '', local: 'options' } } },
} as const satisfies Record<string, MessageType>;

export type MessageName = keyof typeof MESSAGES;
export const MESSAGE_NAMES = Object.keys(MESSAGES) as MessageName[];
export const messageType = (name: MessageName): MessageType => MESSAGES[name];

export type Direction = 'Request' | 'Response';

/** `confRequest`: the specialised element of a message. */
export const specialised = (name: MessageName, direction: Direction): string => name + direction;
/** `ccmp-conf-request-message-type`: what `xsi:type` says of a message. */
export const schemaType = (name: MessageName, direction: Direction): string =>
  `ccmp-${name}-${direction.toLowerCase()}-message-type`;

/** Well-formed XML that is no readable CCMP message; what could be read of it lets the server answer in kind. */
export class UnreadableMessage extends Error {
  readonly type: MessageName;
  readonly confUserID: string | undefined;

  constructor(message: string, type: MessageName, confUserID?: string) {
    super(message);
    this.name = 'UnreadableMessage';
    this.type = type;
    this.confUserID = confUserID;
  }
}
