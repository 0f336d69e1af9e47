import type { Call, ObjectAnswer, View } from '../../conference/calls.ts';
import type { ConferenceControl } from '../../conference/control.ts';
import { Refusal } from '../../conference/refusal.ts';
import { parseXconUri, parseXconUserId, type XconUri, type XconUserId } from '../../model/identifiers.ts';
import type { XmlElement } from '../../xml/element.ts';
import { encodeChildren } from '../codec/occurrences.ts';
import { messageType, type MessageName, type Operation } from '../codec/messages.ts';
import type { CcmpRequest } from '../codec/request.ts';
import type { Content } from '../codec/writer.ts';

/** What is asked of the conference control. */
export type Control = Pick<
  ConferenceControl,
  | 'blueprints'
  | 'retrieveBlueprint'
  | 'createBlueprint'
  | 'updateBlueprint'
  | 'deleteBlueprint'
  | 'conferences'
  | 'retrieve'
  | 'create'
  | 'update'
  | 'delete'
  | 'sidebars'
  | 'retrieveSidebar'
  | 'createSidebar'
  | 'updateSidebar'
  | 'deleteSidebar'
  | 'retrieveUsers'
  | 'updateUsers'
  | 'retrieveUser'
  | 'createUser'
  | 'updateUser'
  | 'deleteUser'
>;

/** What an operation adds to the answer beside what each answer repeats of its request. */
export interface Outcome {
  /** The XCON-USERID that the requester has from now on. */
  readonly confUserID?: XconUserId;
  /** The object that was made. */
  readonly confObjID?: XconUri;
  readonly version?: number;
  readonly info?: XmlElement | Content;
  /** What the response-string says beside success. */
  readonly note?: string | undefined;
  /** What extensions answer. */
  readonly extension?: readonly XmlElement[];
}

export type Handler = (control: Control, call: Call, request: CcmpRequest) => Promise<Outcome>;

/** A pair of request and response with the operations that this server performs for it (RFC 6503 Table 1). */
export interface RequestPair {
  readonly name: MessageName;
  /** A pair without an operation of its own retrieves. */
  readonly operations: Readonly<Partial<Record<Operation, Handler>>>;
}

/** The object that must be named; what is no XCON-URI names nothing that could exist (RFC 6503 §5.4, 404). */
export function target(request: CcmpRequest): XconUri {
  if (request.confObjID === undefined) throw new Refusal('malformed', 'Say in confObjID which object you mean.');
  const uri = parseXconUri(request.confObjID);
  if (uri === undefined) throw new Refusal('no-such-conference', 'Check confObjID: there is no such object.');
  return uri;
}

/** The conference data that must be there. */
export function changes(request: CcmpRequest): XmlElement {
  if (request.info !== undefined) return request.info;
  throw new Refusal(
    'malformed',
    `Say in ${messageType(request.type).info?.parameter ?? 'the request'} what to change.`,
  );
}

/** The user that userInfo names, the sender when there is no userInfo (RFC 6503 §5.3.6). */
export function targetUser(request: CcmpRequest): XconUserId | undefined {
  if (request.info === undefined) return undefined;
  const entity = request.info.attribute('entity')?.trim();
  if (!entity) throw new Refusal('malformed', 'Say in the entity of userInfo which user you mean.');
  const userId = parseXconUserId(entity);
  if (userId === undefined) throw new Refusal('no-such-user', 'Check the entity of userInfo: there is no such user.');
  return userId;
}

const documents = new WeakMap<View, Content>();

/** What was retrieved: the whole document under its XCON-URI (RFC 6501 §4.1); the same of the same view. */
export function retrieved(answer: ObjectAnswer): Outcome {
  let document = documents.get(answer.view);
  if (document === undefined) documents.set(answer.view, (document = documentOf(answer)));
  return outcomeOf(answer, document);
}

/** The same of an object that was changed: nobody is shown that view again. */
export const changed = (answer: ObjectAnswer): Outcome => outcomeOf(answer, documentOf(answer));

/** The same of an object that was made. */
export const made = (answer: ObjectAnswer): Outcome => ({ confObjID: answer.uri, ...changed(answer) });

const documentOf = ({ uri, view }: ObjectAnswer): Content => ({
  attributes: [{ namespace: '', local: 'entity', value: uri }, ...view.attributes],
  content: view.content,
});

function outcomeOf({ version, note, children }: ObjectAnswer, info: Content): Outcome {
  const extension = children === undefined ? undefined : [encodeChildren(children)];
  return { version, info, note, ...(extension && { extension }) };
}
