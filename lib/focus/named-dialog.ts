import type { Caller } from '../conference/calls.ts';
import { dialogId } from '../sip/dialog/dialog.ts';
import type { Refusal } from '../sip/event/package.ts';
import { type DialogReference, JOIN, REPLACES } from '../sip/message/headers/index.ts';
import type { Request } from '../sip/message/request.ts';
import { warning } from './answers.ts';
import type { Call } from './call.ts';
import type { Calls } from './calls.ts';

/** The call of ours whose dialog an INVITE names. */
export interface NamedCall {
  readonly call: Call;
  /** It is to end when the new one is there (RFC 3891); otherwise its conference is to be joined (RFC 3911). */
  readonly isReplaced: boolean;
}

/** Which call an INVITE joins or replaces, if any (RFC 4579 §5.8, §5.9). @throws {BadMessage} 400 */
export function namedCall(request: Request, calls: Pick<Calls, 'ofDialog'>): NamedCall | Refusal | undefined {
  const [replaces, join] = [request.get(REPLACES), request.get(JOIN)];
  if (replaces !== undefined && join !== undefined) return { status: 400, reason: 'Replaces And Join' }; // RFC 3911 §4
  const named = replaces ?? join;
  if (named === undefined) return undefined;
  const call = calls.ofDialog(idOf(named));
  if (call === undefined || call.isOver) return { status: 481 };
  // RFC 3891 §3: our dialogs are confirmed.
  if (replaces?.parameters.has('early-only') === true) return { status: 486 };
  return { call, isReplaced: replaces !== undefined };
}

const idOf = ({ callId, localTag, remoteTag }: DialogReference): string => dialogId(callId, localTag, remoteTag);

/** Whether somebody may take the place of a call: he has made it, or was called by it, himself. */
export const mayReplace = (caller: Caller, { caller: before }: Call): boolean =>
  caller.kind === 'user' && before.kind === 'user' && caller.principal.userId === before.principal.userId;

export const NOT_YOURS: Refusal = { status: 403, fields: [warning('Only the same user takes the place of a call.')] };

/** How the call ends that another of the same user takes the place of. */
export const REPLACED = { method: 'departed', reason: 'SIP;cause=200;text="Replaced"', silently: true } as const;
