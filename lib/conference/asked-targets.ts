import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { info, XCON } from '../model/names.ts';
import type { Part } from '../model/part.ts';
import { isPresent, type UserRecord } from '../model/user.ts';
import { calledAt, IS_CALLABLE } from './calling.ts';
import { enrol } from './enrolment.ts';
import { isPerson, normaliseTarget, USERS_SECTION } from './lists.ts';
import type { Work } from './control-parts.ts';
import { findUser } from './people.ts';

/** Somebody on the allowed-users-list whom the conference asks to come, instead of waiting for her (RFC 6501 §4.6.3). */
export interface AskedTarget {
  /** As it is compared. */
  readonly name: string;
  readonly method: 'dial-out' | 'refer';
}

const remembered = new WeakMap<Part, readonly AskedTarget[]>();
const NONE: readonly AskedTarget[] = [];

/** In the order of the list, each person once; made once for each value of the section. */
export function askedTargets(object: ConferenceObject): readonly AskedTarget[] {
  const part = object.sections.get(USERS_SECTION);
  if (part === undefined) return NONE;
  let targets = remembered.get(part);
  if (targets === undefined) {
    const asked = new Map<string, AskedTarget>();
    for (const target of part.element.first(XCON, 'allowed-users-list')?.all(XCON, 'target') ?? []) {
      const method = target.attribute('method')?.trim();
      const name = normaliseTarget(target.attribute('uri') ?? '');
      if (!isPerson(name) || (method !== 'dial-out' && method !== 'refer')) continue;
      // Who is named for both is called.
      if (asked.get(name)?.method !== 'dial-out') asked.set(name, { name, method });
    }
    remembered.set(part, (targets = [...asked.values()]));
  }
  return targets;
}

/** When those on the list are asked in the occurrence that goes on; undefined while none does (RFC 6501 §4.2.5 request-user). */
export function whenAsked({ header: { active, occurrence } }: ConferenceObject): number | undefined {
  if (!active) return undefined;
  return occurrence === undefined ? 0 : (occurrence.asks ?? occurrence.start);
}

/** Gives an endpoint that is being called to each of these who is on the list for it, and neither in nor called already. */
export function callTargets({ edit, identities }: Work, names: readonly string[]): void {
  const wanted = new Set(names);
  for (const { name, method } of askedTargets(edit.now)) {
    if (method !== 'dial-out' || !wanted.has(name)) continue;
    const key = findUser(edit.now, name);
    const record = key === undefined ? undefined : edit.now.users.get(key);
    if (key === undefined || record === undefined || record.facts.endpoints > 0 || isPresent(record.facts)) continue;
    const address = addressIn(name, record);
    if (address === undefined) continue;
    const { element } = record.part;
    const endpoint = calledAt(info('endpoint', { entity: address }));
    const { origin, alias } = record.facts;
    enrol(
      edit,
      key,
      element.withChildren([...element.children, endpoint]),
      { origin, ...(alias && { alias }) },
      identities,
    );
  }
}

/** A target as one of the conference: who it is, where it is known, and where she is reached. */
export function targetIn(object: ConferenceObject, name: string): { user?: XconUserId; address?: string } {
  const user = findUser(object, name);
  const record = user && object.users.get(user);
  const address = record && addressIn(name, record);
  return { ...(user !== undefined && { user }), ...(address !== undefined && { address }) };
}

/** Where somebody of the list is called: at the address that it names, or at the first of hers. */
const addressIn = (name: string, { facts }: UserRecord): string | undefined =>
  [name, ...facts.addresses].find((one) => IS_CALLABLE.test(one));
