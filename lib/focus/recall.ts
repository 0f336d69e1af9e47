import type { Callee } from './dial-out.ts';
import type { Gate } from './gate.ts';
import { InviteNames } from './invite-names.ts';
import type { Ways } from './ways.ts';

/**
 * Tells the telephones of somebody who was being called in an earlier life of the server that nobody wants her any more. Whoever
 * rings has an INVITE whose names are made again; who has none answers 481, and does not ring. Who was called where a
 * redirection led, or after a challenge, is not found by it.
 */
export async function recall(
  { gate, ways }: { readonly gate: Gate; readonly ways: Ways },
  callee: Callee,
): Promise<void> {
  const destination = gate.destination(callee.endpoint);
  const devices = destination === undefined ? [] : ways.to(destination);
  const names = new InviteNames(callee.seed);
  await Promise.all(
    devices.flatMap((device) => device.ways).map((way) => ways.cancel(way, callee.conference, names, UNWANTED)),
  );
}

/** Why a call of ours is cancelled: a value of Reason (RFC 3326). */
export const UNWANTED = 'SIP;cause=487;text="No longer wanted"';
