import { setImmediate as turn } from 'node:timers/promises';
import {
  type ConferenceObject,
  ObjectEdit,
  type ObjectHeader,
  objectWith,
  type PartName,
} from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { Part } from '../model/part.ts';
import { AddressTaken, type UserFacts, type UserRecord, userRecord } from '../model/user.ts';
import type { ConferenceRepository, PartChange } from './repository.ts';

/** An object as it was, and which parts changed since. */
export interface Past {
  readonly object: ConferenceObject;
  readonly touched: readonly PartName[];
}

interface Logged {
  readonly header: ObjectHeader;
  /** The first change of each part after the version. */
  readonly first: readonly PartChange[];
}

/** Entries of the log that are read without a turn of the event loop. */
const PAGE = 50;

/**
 * The object at one of its former versions, by taking back what the change log has of it since then. Undefined when the
 * log does not reach back so far, or more than `most` parts changed.
 */
export async function objectAt(
  now: ConferenceObject,
  version: number,
  log: Pick<ConferenceRepository, 'changes'>,
  most: number,
): Promise<Past | undefined> {
  if (version === now.version) return { object: now, touched: [] };
  const logged = await readLog(now, version, log, most);
  if (logged === undefined) return undefined;
  const edit = new ObjectEdit(now);
  edit.setHeader(logged.header);
  try {
    // What was not there goes first, so that nobody's address is still another's.
    for (const change of logged.first.toSorted((one, other) => Number(!!one.before) - Number(!!other.before))) {
      takeBack(edit, change);
    }
  } catch (error) {
    if (error instanceof AddressTaken) return undefined;
    throw error;
  }
  return { object: objectWith(edit.now, { version }), touched: logged.first.map(({ kind, key }) => ({ kind, key })) };
}

/** Every version from the asked one to the newest must be there: its own entry has the header, the later ones the parts. */
async function readLog(
  now: ConferenceObject,
  version: number,
  log: Pick<ConferenceRepository, 'changes'>,
  most: number,
): Promise<Logged | undefined> {
  const first = new Map<string, PartChange>();
  let header: ObjectHeader | undefined;
  let reached = version - 1;
  for (let after = 0; reached < now.version;) {
    const page = await log.changes({ after, limit: PAGE, uri: now.uri, from: version });
    for (const change of page) {
      if (change.version > now.version) break;
      // The log may still know an object of the same URI that was deleted since.
      if (change.version <= reached) first.clear();
      if (change.version === version) header = change.header;
      else if (change.expected !== reached) return undefined;
      else for (const part of change.parts) remember(first, part);
      reached = change.version;
    }
    if (page.length === 0 || first.size > most) return undefined;
    after = page.at(-1)?.position ?? after;
    if (reached < now.version) await turn();
  }
  return header && { header, first: [...first.values()] };
}

function remember(first: Map<string, PartChange>, part: PartChange): void {
  const name = `${part.kind} ${part.key}`;
  if (!first.has(name)) first.set(name, part);
}

function takeBack(edit: ObjectEdit, change: PartChange): void {
  const part = change.before && Part.ofBytes(change.before);
  if (change.kind === 'section') edit.setSection(change.key, part);
  else if (change.kind === 'sidebar') edit.setSidebar(change.key as XconUri, part);
  else edit.setUser(change.key as XconUserId, part && recordBefore(part, change));
}

/** What does not follow from the element is logged where it changed. */
function recordBefore(part: Part, { facts, factsBefore }: PartChange): UserRecord {
  if (factsBefore !== undefined) return { part, facts: factsBefore };
  return userRecord(part.element, keptOf(facts ?? { origin: 'named' }), part);
}

type Kept = Pick<UserFacts, 'origin' | 'number' | 'alias'>;

const keptOf = ({ origin, number, alias }: Kept): Kept => ({
  origin,
  ...(number !== undefined && { number }),
  ...(alias !== undefined && { alias }),
});
