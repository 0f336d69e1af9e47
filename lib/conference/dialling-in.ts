import type { ConferenceObject } from '../model/conference-object.ts';
import { USER } from '../model/definitions.ts';
import { generateXconUserId, type XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info } from '../model/names.ts';
import { entityOf, isPresent, type Origin } from '../model/user.ts';
import type { XmlElement } from '../xml/element.ts';
import { admit, type Entry } from './admission.ts';
import type { Work } from './control-parts.ts';
import { asInDirectory, enrol } from './enrolment.ts';
import { refuse, room, withoutEnded } from './joining.ts';
import type { Standing } from './standing.ts';
import { merge } from './update.ts';

/** Who comes in by himself, and whether she has to wait. */
export interface Came {
  readonly key: XconUserId;
  readonly entry: Entry;
}

/** Somebody who comes by a call. */
export interface Comer extends Came {
  /** As she is in the conference; else as the directory has her. */
  readonly user: XmlElement;
  readonly kept: { readonly origin: Origin; readonly alias?: XconUserId };
}

/**
 * Lets somebody come by a call, by the rules of userRequest/create (RFC 6503 §5.3.6) and whatever she comes with. A guest brings an id
 * that nobody else knows. @throws {Refusal}
 */
export function letCome(
  work: Work,
  isDirected: boolean,
  checkPassword: (object: ConferenceObject, standing: Standing) => void,
): Comer {
  const { edit, standing, people, identities } = work;
  const { caller } = work.call;
  const entry = admit(edit.before, caller, standing, isDirected);
  checkPassword(edit.before, standing);
  const own = caller.kind === 'user' ? caller.principal.userId : caller.kind === 'guest' ? caller.userId : undefined;
  const key = standing.self ?? own ?? generateXconUserId(people.domain);
  const there = edit.now.users.get(key);
  if (there === undefined || !isPresent(there.facts)) room(work, there?.facts.pending === true);
  if (there !== undefined) {
    const { origin, alias } = there.facts;
    return { key, entry, user: withoutEnded(there.part.element), kept: { origin, ...(alias && { alias }) } };
  }
  const user = asInDirectory(info('user', { entity: key }), key, identities);
  const alias = caller.kind === 'user' ? {} : { alias: generateXconUserId(people.domain) };
  return { key, entry, user, kept: { origin: 'joined', ...alias } };
}

/**
 * Her call, which proves where she can be reached, takes its place among her endpoints.
 * @param says what she says of herself: children of `user`
 * @throws {Refusal}
 */
export function takeIn(
  work: Work,
  { key, user, kept }: Comer,
  says: readonly XmlElement[],
  endpoint: XmlElement,
): void {
  const known = says.length === 0 ? user : (merge(USER, user, info('user', { entity: key }, says)) ?? user);
  refuse(work, user, known, true);
  enrol(work.edit, key, withEndpoint(known, endpoint), kept, work.identities);
}

/** Whatever stood there of an earlier call is over. */
function withEndpoint(user: XmlElement, endpoint: XmlElement): XmlElement {
  const { elements } = user;
  const entity = entityOf(endpoint);
  const at = elements.findIndex((one) => one.is(CONFERENCE_INFO, 'endpoint') && entityOf(one) === entity);
  if (at >= 0) return user.withChildren(elements.with(at, endpoint));
  // Extensions stand behind (RFC 4575 §8).
  const end = elements.findLastIndex(({ namespace }) => namespace === CONFERENCE_INFO) + 1;
  return user.withChildren(elements.toSpliced(end, 0, endpoint));
}
