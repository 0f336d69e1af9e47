import type { ConferenceRepository, ObjectChange, PartChange, StoredPart } from '../../lib/conference/repository.ts';
import type { StoredUser } from '../../lib/directory/repository.ts';
import type { ObjectHeader } from '../../lib/model/conference-object.ts';
import type { XconUri, XconUserId } from '../../lib/model/identifiers.ts';
import type { UserFacts } from '../../lib/model/user.ts';

export const DESCRIPTION = '{urn:ietf:params:xml:ns:conference-info}conference-description';

export const uriOf = (id: string | number): XconUri => `xcon:${id}@example.com` as XconUri;
export const userIdOf = (name: string): XconUserId => `xcon-userid:${name}@example.com` as XconUserId;

export const header = (rest: Partial<ObjectHeader> = {}): ObjectHeader => ({
  kind: 'conference',
  active: false,
  anonymous: 0,
  ...rest,
});

export const section = (key: string, after: string | undefined, identities: string[] = []): PartChange => ({
  kind: 'section',
  key,
  ...(after !== undefined && { after: Buffer.from(after) }),
  identities,
});

export function user(
  name: string,
  after: string | undefined,
  identities: readonly string[] = [userIdOf(name)],
): PartChange {
  const key = userIdOf(name);
  if (after === undefined) return { kind: 'user', key, identities: [] };
  const facts: UserFacts = {
    addresses: [`sip:${name}@example.com`],
    connected: true,
    pending: false,
    endpoints: 1,
    anonymity: 'none',
    origin: 'named',
  };
  return { kind: 'user', key, after: Buffer.from(after), facts, identities };
}

/** The change from `expected` to the next version. */
export const change = (
  uri: XconUri,
  expected: number,
  parts: readonly PartChange[] = [],
  rest: Partial<ObjectChange> = {},
): ObjectChange => ({ uri, expected, version: expected + 1, header: header(), parts, by: 'test', at: 1_000, ...rest });

export const deletion = (uri: XconUri, expected: number): ObjectChange => change(uri, expected, [], { version: 0 });

export const directoryUser = (name: string, rest: Partial<StoredUser> = {}): StoredUser => ({
  userId: userIdOf(name),
  login: name,
  domain: 'example.com',
  addresses: [`sip:${name}@example.com`],
  systemAdministrator: false,
  secret: Buffer.from(`sealed ${name}`),
  created: 1_700_000_000_000,
  ...rest,
});

/** An object with all its parts in one list, and how many slices they came in. */
export async function whole(repository: ConferenceRepository, uri: XconUri) {
  const loaded = await repository.load(uri);
  if (loaded === undefined) return undefined;
  const parts: StoredPart[] = [];
  let slices = 0;
  for await (const slice of loaded.parts) {
    parts.push(...slice);
    slices += 1;
  }
  return { object: loaded.object, parts, slices };
}

/** The texts of an object's parts in their order, or undefined where there is none. */
export const texts = async (repository: ConferenceRepository, uri: XconUri): Promise<string[] | undefined> =>
  (await whole(repository, uri))?.parts.map(({ bytes }) => bytes.toString());

/** What a promise is rejected with; fails when it is not. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome instanceof Error) return outcome;
  throw new Error('expected a rejection');
}
