import { USER } from '../model/definitions.ts';
import type { XconUserId } from '../model/identifiers.ts';
import { CONFERENCE_INFO, info } from '../model/names.ts';
import { userRecord } from '../model/user.ts';
import { XmlElement } from '../xml/element.ts';
import { arrivalOf } from './arrivals.ts';
import type { Work } from './control-parts.ts';
import { withState } from './endpoint-state.ts';
import type { Refusal } from './refusal.ts';
import { merge } from './update.ts';

/** Whether it is the rules of who is added, or of who adds her, that refuse it: those that guards know. */
export const isRefusedAdd = ({ reason }: Refusal): boolean => reason === 'barred' || reason === 'anonymity-disallowed';

/**
 * Who was to be added by a change and may not come stays to be seen: her endpoint has failed (RFC 4575 §5.7.6).
 * @param when milliseconds since 1970
 * @throws {Refusal} `refusal`, where she comes by herself or has no address
 */
export function showRefused({ edit, call, standing }: Work, key: XconUserId, refusal: Refusal, when: number): void {
  const arrival = arrivalOf({ edit, call, standing }, key);
  if (arrival === undefined || arrival.joins) throw refusal;
  const { record, endpoints } = arrival;
  const [address] = record.facts.addresses;
  const added = endpoints.length > 0 || address === undefined ? endpoints : [info('endpoint', { entity: address })];
  if (added.length === 0) throw refusal;
  const entities = new Set(added.map((one) => one.attribute('entity')));
  const element = merge(USER, record.part.element, info('user', {}, added)) ?? record.part.element;
  const disconnectionInfo = { when, reason: refusal.message };
  const failed = { status: 'disconnected', disconnectionMethod: 'failed', disconnectionInfo } as const;
  const children = element.children.map((child) => {
    const isAdded = child instanceof XmlElement && child.is(CONFERENCE_INFO, 'endpoint');
    return isAdded && entities.has(child.attribute('entity')) ? withState(child, failed) : child;
  });
  edit.setUser(key, userRecord(element.withChildren(children), record.facts));
}
