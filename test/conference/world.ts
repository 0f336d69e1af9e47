import type { Call } from '../../lib/conference/calls.ts';
import { defaultBlueprintUri, shippedBlueprints } from '../../lib/conference/blueprints.ts';
import { commitDefaults } from '../../lib/conference/commits.ts';
import { ConferenceControl } from '../../lib/conference/control.ts';
import { controlDefaults, type ControlLimits, type ControlParts } from '../../lib/conference/control-parts.ts';
import { Refusal, type Reason } from '../../lib/conference/refusal.ts';
import type { ConferenceRepository } from '../../lib/conference/repository.ts';
import { Attempts } from '../../lib/directory/attempts.ts';
import type { Principal } from '../../lib/directory/principal.ts';
import { normaliseAddress, type XconUri, type XconUserId } from '../../lib/model/identifiers.ts';
import { PREFIXES } from '../../lib/model/names.ts';
import { MemoryStore } from '../../lib/store/memory.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { parseFragment } from '../../lib/xml/parse.ts';

export const DOMAIN = 'example.com';
export const idOf = (name: string): XconUserId => `xcon-userid:${name}@${DOMAIN}` as XconUserId;
export const sipOf = (name: string): string => `sip:${name}@${DOMAIN}`;

const NAMES = ['root', 'alice', 'bob', 'carol', 'dave', 'erin', 'frank'];
/** Somebody of the directory; root administers the system. */
export const person = (name: string): Principal => ({
  userId: idOf(name),
  addresses: [sipOf(name)],
  systemAdministrator: name === 'root',
  displayText: name.toUpperCase(),
});
const PRINCIPALS: readonly Principal[] = NAMES.map(person);

export const principal = (name: string): Principal => {
  const found = PRINCIPALS.find(({ userId }) => userId === idOf(name));
  if (found === undefined) throw new Error(`nobody is ${name}`);
  return found;
};

export const as = (name: string, password?: string): Call => ({
  caller: { kind: 'user', principal: principal(name) },
  source: '192.0.2.1',
  profile: 'standard',
  ...(password !== undefined && { password }),
});
export const newcomer: Call = { caller: { kind: 'newcomer' }, source: '192.0.2.2', profile: 'standard' };
export const guest = (userId: XconUserId): Call => ({ ...newcomer, caller: { kind: 'guest', userId } });

type MoreParts = Partial<Pick<ControlParts, 'dialsOut' | 'clock' | 'times' | 'capacity'>>;

/** A conference control over a repository, with the people of the directory `example.com`. */
export function controlOver(
  repository: ConferenceRepository,
  limits: Partial<ControlLimits> = {},
  people: readonly Principal[] = PRINCIPALS,
  more: MoreParts = {},
): ConferenceControl {
  return new ConferenceControl({
    repository,
    people: {
      domain: DOMAIN,
      servesDomain: (domain) => domain === DOMAIN,
      principalById: (id) => Promise.resolve(people.find(({ userId }) => userId === id)),
      principalByAddress: (address) =>
        Promise.resolve(people.find(({ addresses }) => addresses.includes(normaliseAddress(address)))),
    },
    attempts: new Attempts(() => 0),
    clock: () => 0,
    limits: { ...commitDefaults, ...controlDefaults, ...limits },
    defaultBlueprint: defaultBlueprintUri(DOMAIN),
    ...more,
  });
}

/** A control on a fresh memory store that has the shipped blueprints. */
export async function world(
  limits?: Partial<ControlLimits>,
  people?: readonly Principal[],
  more?: MoreParts,
): Promise<{ store: MemoryStore; control: ConferenceControl }> {
  const store = new MemoryStore();
  const control = controlOver(store, limits, people, more);
  for (const blueprint of shippedBlueprints(DOMAIN)) await control.createBlueprint(as('root'), blueprint);
  return { store, control };
}

/** An element as text has it, in the prefixes of the model. */
export const xml = (text: string): XmlElement => parseFragment(Buffer.from(text), PREFIXES);

export const conference = (inside: string, entity = `xcon:AUTO_GENERATE_1@${DOMAIN}`): XmlElement =>
  xml(`<info:conference-info entity="${entity}">${inside}</info:conference-info>`);
export const changes = (inside: string): XmlElement => xml(`<info:conference-info>${inside}</info:conference-info>`);
export const roster = (inside: string): XmlElement => xml(`<info:users>${inside}</info:users>`);
export const user = (entity: string, inside = ''): XmlElement =>
  xml(`<info:user entity="${entity}">${inside}</info:user>`);
export const endpoint = (entity: string, inside = ''): string =>
  `<info:endpoint entity="${entity}">${inside}</info:endpoint>`;
export const settings = (inside: string): XmlElement => changes(`<info:users>${inside}</info:users>`);
export const title = (text: string): XmlElement =>
  changes(`<info:conference-description><info:display-text>${text}</info:display-text></info:conference-description>`);

/** What a reader is shown of a conference, as a document of its own. */
export async function shown(control: ConferenceControl, call: Call, uri: XconUri): Promise<string> {
  const { view } = await control.retrieve(call, uri);
  const declared = PREFIXES.map(({ prefix, namespace }) => ` xmlns:${prefix}="${namespace}"`).join('');
  const content = Buffer.concat([...view.content]).toString();
  return `<info:conference-info${declared} entity="${uri}">${content}</info:conference-info>`;
}

/** Why a call is refused; undefined when it is not. */
export async function refusalOf(call: Promise<unknown>): Promise<Reason | undefined> {
  try {
    await call;
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return error.reason;
    throw error;
  }
}
