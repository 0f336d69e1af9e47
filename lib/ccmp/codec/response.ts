import type { XmlElement } from '../../xml/element.ts';
import { open } from './envelope.ts';
import type { MessageName, Operation } from './messages.ts';
import { extensionPieces, frame, infoPieces, parameter, type Content } from './writer.ts';

/** A CCMP response (RFC 6503 §5.2). */
export interface CcmpResponse<Info = XmlElement> {
  readonly type: MessageName;
  /** The XCON-USERID of the requester; `''` for one who has none. */
  readonly confUserID: string;
  readonly confObjID?: string | undefined;
  readonly operation?: Operation | undefined;
  readonly code: number;
  readonly string?: string | undefined;
  readonly version?: number | undefined;
  /** The conference data, named as in the data model; `uris` for lists, `options` for options. */
  readonly info?: Info | undefined;
  readonly extensionName?: string | undefined;
  /** What extensions add to the specialised element. */
  readonly extension?: readonly XmlElement[];
}

/** Writes a response; content that is UTF-8 already is copied, not read. */
export function encodeResponse(response: CcmpResponse<XmlElement | Content>): Buffer {
  const { type } = response;
  const parameters = [
    parameter('confUserID', response.confUserID),
    parameter('confObjID', response.confObjID),
    parameter('operation', response.operation),
    parameter('response-code', response.code),
    parameter('response-string', response.string),
    parameter('version', response.version),
  ];
  return frame('Response', type, parameters.join(''), [
    parameter('extensionName', response.extensionName ?? (type === 'extended' ? '' : undefined)),
    ...infoPieces(type, response.info),
    ...extensionPieces(response.extension),
  ]);
}

/** @throws {UnreadableMessage} */
export function decodeResponse(document: XmlElement): CcmpResponse {
  const { type, text, inner, operation, info, unreadable, extension } = open(document, 'Response');
  const added = extension();
  const code = text('response-code');
  if (code === undefined || !/^\d{3}$/.test(code)) throw unreadable('response-code must have three digits.');
  const version = text('version');
  if (version !== undefined && !/^\d+$/.test(version)) throw unreadable('version must be a number.');
  return {
    type,
    confUserID: text('confUserID') ?? '',
    confObjID: text('confObjID'),
    operation: operation(),
    code: Number(code),
    string: text('response-string'),
    version: version === undefined ? undefined : Number(version),
    info: info(),
    extensionName: inner('extensionName')?.text.trim() || undefined,
    ...(added.length > 0 && { extension: added }),
  };
}
