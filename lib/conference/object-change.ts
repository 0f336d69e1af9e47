import type { ConferenceObject, PartName } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { Part } from '../model/part.ts';
import type { UserFacts } from '../model/user.ts';
import { identitiesOf } from './identities.ts';
import { DESCRIPTION_SECTION } from './lists.ts';
import type { Booking, ObjectChange, PartChange } from './repository.ts';

/** One object of a set: new without `before`, deleted without `after`. */
export interface Edited {
  readonly before?: ConferenceObject;
  readonly after?: ConferenceObject;
  readonly touched: readonly PartName[];
}

/** An edit as the store takes it. */
export function objectChange(
  uri: XconUri,
  { before, after, touched }: Edited,
  by: string,
  at: number,
  booking?: Booking,
): ObjectChange {
  const header = (after ?? before)?.header;
  if (header === undefined) throw new Error('an edit has an object before or after');
  return {
    uri,
    expected: before?.version ?? 0,
    version: after?.version ?? 0,
    header,
    parts: indexed(touched, before, after).map((name) => partChange(name, before, after)),
    by,
    at,
    ...(booking && { booking }),
  };
}

/** The parts with those whose tokens tell of the header. */
const indexed = (
  touched: readonly PartName[],
  before: ConferenceObject | undefined,
  after: ConferenceObject | undefined,
): readonly PartName[] => {
  const isSame = before === undefined || after === undefined || before.header.active === after.header.active;
  const description: PartName = { kind: 'section', key: DESCRIPTION_SECTION };
  return isSame || touched.some(({ key }) => key === DESCRIPTION_SECTION) ? touched : [...touched, description];
};

function partChange(
  name: PartName,
  before: ConferenceObject | undefined,
  after: ConferenceObject | undefined,
): PartChange {
  const [old, now] = [partOf(before, name), partOf(after, name)];
  const [factsBefore, facts] = [before, after].map((object) => factsOf(object, name));
  return {
    kind: name.kind,
    key: name.key,
    ...(old && { before: old.bytes }),
    ...(now && { after: now.bytes }),
    ...(facts && { facts }),
    ...(factsBefore && !follows(factsBefore, facts) && { factsBefore }),
    identities: after === undefined || now === undefined ? [] : identitiesOf(after, name),
  };
}

const factsOf = (object: ConferenceObject | undefined, { kind, key }: PartName): UserFacts | undefined =>
  kind === 'user' ? object?.users.get(key as XconUserId)?.facts : undefined;

/** Whether facts can be told from the text and the facts after it. */
const follows = (before: UserFacts, after: UserFacts | undefined): boolean =>
  before.origin === after?.origin && before.number === after.number && before.alias === after.alias;

function partOf(object: ConferenceObject | undefined, { kind, key }: PartName): Part | undefined {
  if (kind === 'section') return object?.sections.get(key);
  return kind === 'user' ? object?.users.get(key as XconUserId)?.part : object?.sidebars.get(key as XconUri);
}
