import type { Call } from '../../conference/calls.ts';
import { Refusal } from '../../conference/refusal.ts';
import { messageType, specialised, type MessageName } from '../codec/messages.ts';
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

type Operations = Extension['operations'];

/** What this server serves: the pairs of RFC 6503 by name, extensions by theirs; what is not here answers 501. */
export class Requests {
  readonly #pairs: ReadonlyMap<MessageName, Operations>;
  readonly #extensions: ReadonlyMap<string, Operations>;

  /** `schemas` is the path under which the schemas of the extensions are served. */
  constructor(control: Control, extensions: readonly Extension[], schemas: string) {
    const pairs = [...standard, options(standard, extensions, schemas)];
    this.#pairs = new Map(pairs.map((pair) => [pair.name, operationsOn(control, pair)]));
    this.#extensions = new Map(
      extensions.flatMap(({ name, alias = name, operations }) =>
        [name, alias].map((one) => [one, operations] as const),
      ),
    );
  }

  /** @throws {Refusal} when there is no such request or operation, a parameter is missing, or the rules refuse. */
  perform(call: Call, request: CcmpRequest): Promise<Outcome> {
    const { type, extensionName = '' } = request;
    const operations = type === 'extended' ? this.#extensions.get(extensionName) : this.#pairs.get(type);
    if (operations === undefined)
      throw new Refusal('not-implemented', `Ask for something else: ${nameOf(request)} is not served here.`);
    const operation = messageType(type).operation ? request.operation : 'retrieve';
    if (operation === undefined) throw new Refusal('malformed', `Say in operation what ${nameOf(request)} should do.`);
    const perform = operations[operation];
    if (perform === undefined)
      throw new Refusal('not-for-this-object', `A ${nameOf(request)} can't ${operation}; it has no such operation.`);
    return perform(call, request);
  }
}

const nameOf = ({ type, extensionName }: CcmpRequest): string => extensionName ?? specialised(type, 'Request');

const operationsOn = (control: Control, { operations }: RequestPair): Operations =>
  Object.fromEntries(Object.entries(operations).map(([name, handler]) => [name, handler.bind(undefined, control)]));
