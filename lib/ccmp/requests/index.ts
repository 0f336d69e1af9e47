import type { Call } from '../../conference/calls.ts';
import { Refusal } from '../../conference/refusal.ts';
import { messageType, specialised, type MessageName } from '../codec/messages.ts';
import type { CcmpRequest } from '../codec/request.ts';
import { blueprint } from './blueprint.ts';
import { blueprints } from './blueprints.ts';
import { conf } from './conf.ts';
import { confs } from './confs.ts';
import { options } from './options.ts';
import type { Control, Outcome, RequestPair } from './pair.ts';
import { sidebarByRef, sidebarByVal } from './sidebar.ts';
import { sidebarsByRef, sidebarsByVal } from './sidebars.ts';
import { user } from './user.ts';
import { users } from './users.ts';

const standard: readonly RequestPair[] = [
  ...[blueprints, blueprint, confs, conf, users, user],
  ...[sidebarsByVal, sidebarByVal, sidebarsByRef, sidebarByRef],
];

/** What this server serves, by name; what is not here answers 501. */
export const requests: ReadonlyMap<MessageName, RequestPair> = new Map(
  [...standard, options(standard)].map((pair) => [pair.name, pair]),
);

/** @throws {Refusal} when there is no such request or operation, a parameter is missing, or the rules refuse. */
export async function perform(control: Control, call: Call, request: CcmpRequest): Promise<Outcome> {
  const pair = requests.get(request.type);
  const name = specialised(request.type, 'Request');
  if (pair === undefined) throw new Refusal('not-implemented', `Ask for something else: ${name} is not served here.`);
  const operation = messageType(request.type).operation ? request.operation : 'retrieve';
  if (operation === undefined) throw new Refusal('malformed', `Say in operation what ${name} should do.`);
  const handler = pair.operations[operation];
  if (handler === undefined)
    throw new Refusal('not-for-this-object', `A ${name} can't ${operation}; it has no such operation.`);
  return handler(control, call, request);
}
