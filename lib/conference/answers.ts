import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import type { ObjectAccess } from './access.ts';
import { unknownTo } from './admission.ts';
import { roomNote } from './booking.ts';
import type { Call, ObjectAnswer, UserAnswer } from './calls.ts';
import type { ControlParts } from './control-parts.ts';
import { Refusal } from './refusal.ts';
import type { Standing } from './standing.ts';
import { type Reader, readerOf, type SidebarSections, userElement, viewOf } from './views.ts';

/** What is told of an object that was changed. */
export const versionOf = ({ version }: ConferenceObject): { version: number } => ({ version });

/** The object as its reader may see it. */
export async function answer(
  object: ConferenceObject,
  reader: Reader,
  sidebars?: SidebarSections,
): Promise<ObjectAnswer> {
  return { uri: object.uri, version: object.version, view: await viewOf(object, reader, sidebars) };
}

/** The object with its times read and its sidebars, as its reader may see it. */
export async function wholeAnswer(
  access: ObjectAccess,
  { times: rules }: Pick<ControlParts, 'times'>,
  call: Call,
  object: ConferenceObject,
  reader: Reader,
): Promise<ObjectAnswer> {
  return answer(object, { rules, ...reader }, await access.sidebarSections(object, call));
}

/** What somebody who made or changed an object is shown of it. */
export async function changedAnswer(
  access: ObjectAccess,
  parts: Pick<ControlParts, 'times'>,
  call: Call,
  after: ConferenceObject,
): Promise<ObjectAnswer> {
  const reader = { firstUriOnly: true, ...readerOf(call, await access.standing(after, call)) };
  const shown = await wholeAnswer(access, parts, call, after, reader);
  const note = roomNote(after);
  return note === undefined ? shown : { ...shown, note };
}

/** One of its users, by the key that she has in it. @throws {Refusal} no-such-user */
export function userAnswer(
  object: ConferenceObject,
  call: Call,
  standing: Standing,
  key: XconUserId | undefined,
): UserAnswer {
  const record = key === undefined ? undefined : object.users.get(key);
  const user = key && record && userElement(object, key, record, readerOf(call, standing));
  if (user === undefined) throw new Refusal('no-such-user', 'There is no such user in this conference.');
  return { version: object.version, caller: callerId(call, standing), user };
}

/** The XCON-USERID that the caller has in an object. */
export function callerId({ caller }: Call, { self }: Standing): XconUserId {
  const id = caller.kind === 'user' ? caller.principal.userId : self;
  if (id === undefined) throw unknownTo(caller);
  return id;
}
