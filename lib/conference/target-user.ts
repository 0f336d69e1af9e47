import type { ConferenceObject } from '../model/conference-object.ts';
import { parseXconUserId, type XconUserId } from '../model/identifiers.ts';
import { anonymousEntity } from '../model/user.ts';
import type { XmlElement } from '../xml/element.ts';
import { findUser } from './people.ts';
import { Refusal } from './refusal.ts';
import type { Standing } from './standing.ts';
import { hidesAttendees } from './views.ts';
import { appearanceOf } from './visibility.ts';

export const noSuchUser = (): Refusal => new Refusal('no-such-user', 'There is no such user in this conference.');

/**
 * The user whom a request names, if its sender may know of her; himself where it names none. Who appears to him without
 * a name is found under her anonymous identity alone, or a guess at her own would tell who she is.
 * @throws {Refusal} no-such-user
 */
export function targetUser(object: ConferenceObject, standing: Standing, entity: XconUserId | undefined): XconUserId {
  const key = knownUser(object, standing, entity);
  if (key === undefined) throw noSuchUser();
  return key;
}

/** The same; undefined where there is nobody whom the sender may know of. */
export function knownUser(
  object: ConferenceObject,
  { self, level = 'invited' }: Standing,
  entity: XconUserId | undefined,
): XconUserId | undefined {
  const key = entity === undefined || entity === self ? self : findUser(object, entity);
  const record = key === undefined ? undefined : object.users.get(key);
  if (record === undefined || key === self) return record && key;
  const { facts } = record;
  const appearance = appearanceOf(facts, level, hidesAttendees(object));
  const named = appearance !== 'anonymous' || entity === anonymousEntity(facts.number ?? 0);
  return appearance === 'absent' || !named ? undefined : key;
}

/** Whether a `user` element names somebody of the conference otherwise than its sender may know her. */
export function isUnseen(
  object: ConferenceObject,
  { self, level = 'invited' }: Standing,
  key: XconUserId,
  user: XmlElement,
): boolean {
  const facts = object.users.get(key)?.facts;
  if (facts === undefined || key === self) return false;
  const appearance = appearanceOf(facts, level, hidesAttendees(object));
  if (appearance !== 'anonymous') return appearance === 'absent';
  return parseXconUserId(user.attribute('entity') ?? '') !== anonymousEntity(facts.number ?? 0);
}
