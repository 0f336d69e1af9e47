import type { Call } from '../../conference/calls.ts';
import { Refusal } from '../../conference/refusal.ts';
import { messageType, specialised, type MessageName, type Operation } from '../codec/messages.ts';
import type { CcmpRequest } from '../codec/request.ts';
import type { Extension } from '../extensions/extension.ts';
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

type Perform = (operation: Operation) => (() => Promise<Outcome>) | undefined;

/** What this server serves: the pairs of RFC 6503 by name, extensions by theirs; what is not here answers 501. */
export class Requests {
  readonly #control: Control;
  readonly #pairs: ReadonlyMap<MessageName, RequestPair>;
  readonly #extensions: ReadonlyMap<string, Extension>;

  /** `schemas` is the path under which the schemas of the extensions are served. */
  constructor(control: Control, extensions: readonly Extension[], schemas: string) {
    this.#control = control;
    this.#pairs = new Map([...standard, options(standard, extensions, schemas)].map((pair) => [pair.name, pair]));
    this.#extensions = new Map(
      extensions.flatMap((one) => [one.name, one.alias ?? one.name].map((name) => [name, one] as const)),
    );
  }

  /** @throws {Refusal} when there is no such request or operation, a parameter is missing, or the rules refuse. */
  async perform(call: Call, request: CcmpRequest): Promise<Outcome> {
    const name = request.extensionName ?? specialised(request.type, 'Request');
    const performs = this.#find(call, request);
    if (performs === undefined)
      throw new Refusal('not-implemented', `Ask for something else: ${name} is not served here.`);
    const operation = messageType(request.type).operation ? request.operation : 'retrieve';
    if (operation === undefined) throw new Refusal('malformed', `Say in operation what ${name} should do.`);
    const perform = performs(operation);
    if (perform === undefined)
      throw new Refusal('not-for-this-object', `A ${name} can't ${operation}; it has no such operation.`);
    return perform();
  }

  #find(call: Call, request: CcmpRequest): Perform | undefined {
    if (request.type === 'extended') {
      const extension = this.#extensions.get(request.extensionName ?? '');
      return extension && ((operation) => extension.operations[operation]?.bind(undefined, call, request));
    }
    const pair = this.#pairs.get(request.type);
    return pair && ((operation) => pair.operations[operation]?.bind(undefined, this.#control, call, request));
  }
}
