import type { XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import { statusOf, userRecord, type UserRecord } from '../model/user.ts';
import { XmlElement } from '../xml/element.ts';
import { arrivalOf, type Bringing } from './arrivals.ts';
import { withState } from './endpoint-state.ts';

/** Endpoints that somebody else than their user has named, at addresses that can be called, are called by the focus. */
export function callArrivals(bringing: Bringing): void {
  const { edit } = bringing;
  for (const { kind, key } of edit.touched) {
    const arrival = kind === 'user' ? arrivalOf(bringing, key as XconUserId) : undefined;
    if (arrival === undefined || arrival.joins) continue;
    const isCalled = (child: unknown): child is XmlElement =>
      child instanceof XmlElement &&
      arrival.endpoints.includes(child) &&
      statusOf(child) === 'connected' &&
      IS_CALLABLE.test(child.attribute('entity')?.trim() ?? '');
    if (arrival.endpoints.some(isCalled)) edit.setUser(arrival.user, withCalled(arrival.record, isCalled));
  }
}

export const IS_CALLABLE = /^(?:sips?|tel):/i;

const withCalled = ({ part, facts }: UserRecord, isCalled: (child: unknown) => child is XmlElement): UserRecord =>
  userRecord(
    part.element.withChildren(part.element.children.map((child) => (isCalled(child) ? calledAt(child) : child))),
    facts,
  );

/** An endpoint that the focus is to call; what was of an earlier call is over. */
export function calledAt(endpoint: XmlElement): XmlElement {
  const kept = endpoint.elements.filter((one) => !(one.namespace === CONFERENCE_INFO && OF_A_CALL.has(one.local)));
  return withState(endpoint.withChildren(kept), { status: 'dialing-out', joiningMethod: 'dialed-out' });
}

const OF_A_CALL = new Set(['joining-info', 'disconnection-method', 'disconnection-info', 'media', 'call-info']);
