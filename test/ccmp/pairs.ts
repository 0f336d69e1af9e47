import type { MessageName, Operation } from '../../lib/ccmp/codec/messages.ts';
import { allowed, confInfo, endpoint, title, userInfo, users, usersInfo, type Request } from '../support/messages.ts';
import type { Answer, Party } from '../support/party.ts';
import { idOf, made, sipOf, type TestSystem } from '../support/system.ts';

/** A request with its operation (RFC 6503 Table 1); lists and options retrieve. */
export type Pair = `${MessageName}/${Operation}`;

const OPERATIONS: readonly Operation[] = ['retrieve', 'create', 'update', 'delete'];
const LISTS = ['blueprints', 'confs', 'sidebarsByVal', 'sidebarsByRef', 'options', 'extended'] as const;
const OBJECTS = ['blueprint', 'conf', 'users', 'user', 'sidebarByVal', 'sidebarByRef'] as const;

export const PAIRS: readonly Pair[] = [
  ...LISTS.map((name): Pair => `${name}/retrieve`),
  ...OBJECTS.flatMap((name) => OPERATIONS.map((operation): Pair => `${name}/${operation}`)),
];
/** RFC 6503 §5.3.5: `users` is neither created nor deleted. */
export const NOT_SERVED: readonly Pair[] = ['users/create', 'users/delete'];
export const SERVED = PAIRS.filter((pair) => !NOT_SERVED.includes(pair));

export const all = (operation: Operation): Pair[] => SERVED.filter((pair) => pair.endsWith(`/${operation}`));
export const split = (pair: Pair): [MessageName, Operation] => pair.split('/') as [MessageName, Operation];

const DEFAULT_BLUEPRINT = 'xcon:default@example.com';

/** What a pair's request names: a conference of Alice, with Bob in it as participant, or a sidebar or blueprint. */
export interface World {
  readonly main: string;
  readonly target: string | undefined;
}

const kindOf = (name: MessageName): 'Val' | 'Ref' | undefined =>
  name === 'sidebarByVal' ? 'Val' : name === 'sidebarByRef' ? 'Ref' : undefined;

/** The conference data of a message under the name of its parameter. */
export function inside(name: MessageName, content: string, entity: string): string {
  if (name === 'users') return usersInfo(content);
  if (name === 'user') return userInfo(entity, content);
  return confInfo(entity, content).replaceAll('confInfo', `${name}Info`);
}

/** Makes a fresh object for a pair; `content` describes the main conference. */
export async function worldFor(system: TestSystem, pair: Pair, content?: string, password?: string): Promise<World> {
  const alice = system.as('alice');
  const [name, operation] = split(pair);
  const main = made(await alice.creates(content));
  const joined = await system.as('bob').joins(main, endpoint(sipOf('bob')), { ...(password && { password }) });
  if (joined.code !== 200) throw new Error(`Bob did not come in: ${joined.xml}`);
  const kind = kindOf(name);
  if (kind !== undefined && operation !== 'create') {
    const sidebar = made(await alice.asks(name, { operation: 'create', confObjID: main }));
    const brought = users(`<info:user entity="${idOf('bob')}">${endpoint(sipOf('bob'))}</info:user>`);
    await alice.asks(name, { operation: 'update', confObjID: sidebar, inside: inside(name, brought, sidebar) });
    return { main, target: sidebar };
  }
  if (name === 'blueprint') return { main, target: operation === 'create' ? undefined : await blueprint(system, pair) };
  if (['blueprints', 'confs', 'options'].includes(name) || pair === 'conf/create') return { main, target: undefined };
  return { main, target: main };
}

let serial = 0;
const freshBlueprint = (): string => `xcon:blueprint-${++serial}@example.com`;

async function blueprint(system: TestSystem, pair: Pair): Promise<string> {
  if (pair === 'blueprint/retrieve') return DEFAULT_BLUEPRINT;
  const request = { operation: 'create', inside: inside('blueprint', title('x'), freshBlueprint()) } as const;
  return made(await system.as('root').asks('blueprint', request));
}

/** A request that its object's owner may send and that does what it says. */
export function valid(pair: Pair, party: Party, { target }: World): Request {
  const [name, operation] = split(pair);
  const request: Request = { confObjID: target, ...(LISTS.every((list) => list !== name) && { operation }) };
  if (pair === 'extended/retrieve')
    return { ...request, operation, inside: '<extensionName>confSummaryRequest</extensionName>' };
  if (pair === 'blueprint/create') return { ...request, inside: inside(name, title('x'), freshBlueprint()) };
  if (pair === 'users/update') return { ...request, inside: usersInfo(allowed(['sip:x@example.org', 'dial-in'])) };
  if (pair === 'user/update') return { ...request, inside: userInfo(idOf('bob'), endpoint(sipOf('bob'))) };
  if (pair === 'user/create')
    return { ...request, inside: userInfo(party.id, endpoint(party.id.replace('xcon-userid', 'sip'))) };
  if (pair === 'user/retrieve' || pair === 'user/delete') return { ...request, inside: userInfo(idOf('bob')) };
  if (operation === 'update') return { ...request, inside: inside(name, title('Changed'), target ?? '') };
  return request;
}

export const send = (party: Party, pair: Pair, request: Request): Promise<Answer> =>
  party.asks(split(pair)[0], request);
