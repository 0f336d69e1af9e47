import type { ConferenceObject, ObjectEdit } from '../model/conference-object.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info } from '../model/names.ts';
import { endpointsOf, isPresent, statusOf, userRecord, type UserRecord } from '../model/user.ts';
import { XmlElement } from '../xml/element.ts';
import type { Call } from './calls.ts';
import type { Arrival, ArrivalGuard } from './changes.ts';
import { isPublished } from './people.ts';
import type { Refusal } from './refusal.ts';
import type { Standing } from './standing.ts';

/** A change that may bring people in. */
export interface Bringing {
  readonly edit: ObjectEdit;
  readonly call: Call;
  readonly standing: Standing;
  /** Of a sidebar: who is in there already is not called for it. */
  readonly main?: ConferenceObject | undefined;
  /** What was asked for. */
  readonly element?: XmlElement | undefined;
}

/**
 * Asks the guards of each user whom a change brings in. Who may not come is refused; of the users that a list or a whole
 * conference names each is judged alone, and the endpoints of who may not come have failed (RFC 4575 §5.7.6).
 * @throws {Refusal} of a guard
 */
export function judgeArrivals(guards: readonly ArrivalGuard[], bringing: Bringing): void {
  if (guards.length === 0) return;
  const { edit, element } = bringing;
  const isOne = element?.is(CONFERENCE_INFO, 'user') === true;
  for (const { kind, key } of edit.touched) {
    const arrival = kind === 'user' ? arrivalOf(bringing, key as XconUserId) : undefined;
    const refusal = arrival && firstRefusal(guards, arrival);
    if (arrival === undefined || refusal === undefined) continue;
    if (isOne || arrival.joins || arrival.endpoints.length === 0) throw refusal;
    edit.setUser(arrival.user, withFailed(arrival, refusal.message));
  }
}

/** The same of one who is not in the edit. @throws {Refusal} of a guard */
export function judgeArrival(
  guards: readonly ArrivalGuard[],
  { edit, call, standing }: Bringing,
  arrival: Omit<Arrival, 'object' | 'caller' | 'callersRecord'>,
): void {
  const { caller } = call;
  const refusal = firstRefusal(guards, { ...arrival, object: edit.now, caller, callersRecord: standing.record });
  if (refusal !== undefined) throw refusal;
}

function firstRefusal(guards: readonly ArrivalGuard[], arrival: Arrival): Refusal | undefined {
  for (const guard of guards) {
    const refusal = guard(arrival);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** How a user comes in by the change, if she does. */
export function arrivalOf({ edit, call, standing, main }: Bringing, user: XconUserId): Arrival | undefined {
  const record = edit.now.users.get(user);
  if (record === undefined || isPublished(record.part.element)) return undefined;
  if (main !== undefined && [user, ...record.facts.addresses].some((name) => isIn(main, name))) return undefined;
  const before = edit.before.users.get(user);
  const endpoints = newEndpoints(record, before);
  const wasIn = before !== undefined && (isPresent(before.facts) || before.facts.pending);
  if (endpoints.length === 0 && (wasIn || !isPresent(record.facts))) return undefined;
  const { caller } = call;
  const joins =
    caller.kind === 'newcomer' ||
    user === standing.self ||
    user === (caller.kind === 'user' ? caller.principal.userId : caller.userId);
  return { user, record, endpoints, object: edit.now, caller, callersRecord: standing.record, joins };
}

function isIn(main: ConferenceObject, name: string): boolean {
  const facts = (main.users.get(name as XconUserId) ?? main.users.get(main.addresses.get(name) ?? ('' as XconUserId)))
    ?.facts;
  return facts !== undefined && isPresent(facts);
}

const AWAY = new Set(['', 'disconnecting', 'disconnected']);

function newEndpoints({ part }: UserRecord, before: UserRecord | undefined): readonly XmlElement[] {
  if (before?.part === part) return [];
  const there = (before === undefined ? [] : endpointsOf(before.part.element))
    .filter((one) => !AWAY.has(statusOf(one)))
    .map((one) => one.attribute('entity'));
  return endpointsOf(part.element).filter(
    (one) => !AWAY.has(statusOf(one)) && !there.includes(one.attribute('entity')),
  );
}

function withFailed({ record: { part, facts }, endpoints }: Arrival, why: string): UserRecord {
  const children = part.element.children.map((child) =>
    child instanceof XmlElement && endpoints.includes(child) ? failed(child, why) : child,
  );
  return userRecord(part.element.withChildren(children), facts);
}

const BEFORE_STATUS = new Set(['display-text', 'referred']);
const OF_DISCONNECTION = new Set(['status', 'disconnection-method', 'disconnection-info']);
const AFTER_DISCONNECTION = new Set(['media', 'call-info']);

/** The endpoint of a communication that was refused (RFC 4575 §5.7.3, §5.7.6, §5.7.7). */
function failed(endpoint: XmlElement, why: string): XmlElement {
  const kept = endpoint.elements.filter(({ local }) => !OF_DISCONNECTION.has(local));
  const isAfter = ({ namespace, local }: XmlElement): boolean =>
    namespace !== CONFERENCE_INFO || AFTER_DISCONNECTION.has(local);
  return endpoint.withChildren([
    ...kept.filter(({ local }) => BEFORE_STATUS.has(local)),
    info('status', {}, ['disconnected']),
    ...kept.filter((one) => !BEFORE_STATUS.has(one.local) && !isAfter(one)),
    info('disconnection-method', {}, ['failed']),
    info('disconnection-info', {}, [info('reason', {}, [why])]),
    ...kept.filter(isAfter),
  ]);
}
