import type { XmlElement } from '../../xml/element.ts';
import { open } from './envelope.ts';
import { messageType, type MessageName, type Operation } from './messages.ts';
import { extensionPieces, frame, infoPieces, parameter } from './writer.ts';

/** The credentials of RFC 6503 §5.1; what is missing is `''`. */
export interface Subject {
  readonly username: string;
  readonly password: string;
}

/** A CCMP request (RFC 6503 §5.1); an empty parameter counts as absent. */
export interface CcmpRequest {
  readonly type: MessageName;
  readonly subject?: Subject | undefined;
  readonly confUserID?: string | undefined;
  readonly confObjID?: string | undefined;
  readonly operation?: Operation | undefined;
  readonly conferencePassword?: string | undefined;
  /** The conference data, named as in the data model: `conference-info`, `users` or `user`. */
  readonly info?: XmlElement | undefined;
  readonly xpathFilter?: string | undefined;
  /** What prefixes mean in `xpathFilter`; not written. */
  readonly xpathPrefixes?: ReadonlyMap<string, string>;
  readonly extensionName?: string | undefined;
  /** What an extension adds to its extendedRequest. */
  readonly extension?: readonly XmlElement[];
}

/** @throws {UnreadableMessage} */
export function decodeRequest(document: XmlElement): CcmpRequest {
  const { type, text, element, inner, prefixesIn, operation, info, unreadable, extension } = open(document, 'Request');
  const filter = inner('xpathFilter');
  const extensionName = inner('extensionName')?.text.trim() || undefined;
  const added = extension();
  if (type === 'extended' && extensionName === undefined) throw unreadable('extensionName is missing.');
  return {
    type,
    subject: subjectOf(element('subject')),
    confUserID: text('confUserID'),
    confObjID: messageType(type).object ? text('confObjID') : undefined,
    operation: operation(),
    conferencePassword: text('conference-password'),
    info: info(),
    xpathFilter: filter?.text.trim() || undefined,
    ...(filter && { xpathPrefixes: prefixesIn(filter) }),
    extensionName,
    ...(added.length > 0 && { extension: added }),
  };
}

export function encodeRequest(request: CcmpRequest): Buffer {
  const { type, subject } = request;
  const credentials = subject && parameter('username', subject.username) + parameter('password', subject.password);
  const parameters = [
    credentials === undefined ? '' : `<subject>${credentials}</subject>`,
    parameter('confUserID', request.confUserID),
    parameter('confObjID', request.confObjID),
    parameter('operation', request.operation),
    parameter('conference-password', request.conferencePassword),
  ];
  return frame('Request', type, parameters.join(''), [
    parameter('xpathFilter', request.xpathFilter),
    parameter('extensionName', request.extensionName),
    ...infoPieces(type, request.info),
    ...extensionPieces(request.extension),
  ]);
}

function subjectOf(subject: XmlElement | undefined): Subject | undefined {
  if (subject === undefined) return undefined;
  const value = (name: string) => subject.elements.find(({ local }) => local === name)?.text.trim();
  // RFC 6504 §6.2 writes the password as conference-password.
  return { username: value('username') ?? '', password: value('password') ?? value('conference-password') ?? '' };
}
