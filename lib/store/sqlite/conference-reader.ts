import { setImmediate as turn } from 'node:timers/promises';
import type { Database } from 'better-sqlite3';
import type { ConferenceRepository, ListedObject, StoredObject, StoredPart } from '../../conference/repository.ts';
import type { ObjectHeader, ObjectKind } from '../../model/conference-object.ts';
import type { XconUri } from '../../model/identifiers.ts';
import type { UserFacts } from '../../model/user.ts';
import { DESCRIPTION, SECTIONS_FIRST } from '../layout.ts';
import { limited } from './limited.ts';
import type { Snapshots } from './snapshots.ts';

interface ObjectRow {
  readonly id: number;
  readonly version: number;
  readonly header: string;
}

interface PartRow {
  readonly kind: number;
  readonly key: string;
  readonly facts: string | null;
  readonly bytes: Buffer;
}

interface ListedRow {
  readonly uri: XconUri;
  readonly header: string;
  readonly description: Buffer | null;
}

type Listed = Parameters<ConferenceRepository['list']>[0];
type Loaded = Awaited<ReturnType<ConferenceRepository['load']>>;

const LISTED = `SELECT uri, header, (SELECT bytes FROM part
  WHERE object = object.id AND kind = ${SECTIONS_FIRST.indexOf(DESCRIPTION.kind)} AND key = '${DESCRIPTION.key}') AS description
  FROM object`;

const prepareLoad = (db: Database) => ({
  object: db.prepare<[string], ObjectRow>('SELECT id, version, header FROM object WHERE uri = ?'),
  parts: db.prepare<[number, number], PartRow>(
    `SELECT kind, key, facts, bytes FROM part WHERE object = ? ORDER BY kind, id ${limited()}`,
  ),
});

const prepareLists = (db: Database) => ({
  all: db.prepare<[string, string, number], ListedRow>(
    `${LISTED} WHERE kind = ? AND uri > ? ORDER BY uri ${limited()}`,
  ),
  one: db.prepare<[string], ListedRow>(`${LISTED} WHERE uri = ?`),
  ofIdentity: db.prepare<[string, string, string, number], { uri: XconUri }>(
    `SELECT DISTINCT member.uri FROM member CROSS JOIN object ON object.uri = member.uri AND object.kind = ?
     WHERE member.identity = ? AND member.uri > ? ORDER BY member.uri ${limited()}`,
  ),
  count: db.prepare<[string], { objects: number }>('SELECT objects FROM census WHERE kind = ?'),
  dependants: db.prepare<[string, number], { uri: XconUri }>(
    `SELECT uri FROM object WHERE parent = ? ORDER BY uri ${limited()}`,
  ),
});

/** Reads conference objects on the main thread, at most a slice of rows without a turn of the event loop. */
export class ConferenceReader {
  readonly #load: ReturnType<typeof prepareLoad>;
  readonly #lists: ReturnType<typeof prepareLists>;
  readonly #snapshots: Snapshots;
  readonly #slice: number;
  readonly #loadFirst: (uri: XconUri) => { row: ObjectRow; rows: PartRow[] } | undefined;
  readonly #listFirst: (query: Listed) => ListedRow[];

  constructor(db: Database, snapshots: Snapshots, slice: number) {
    this.#load = prepareLoad(db);
    this.#lists = prepareLists(db);
    this.#snapshots = snapshots;
    this.#slice = slice;
    this.#loadFirst = db.transaction((uri: XconUri) => {
      const row = this.#load.object.get(uri);
      return row && { row, rows: this.#load.parts.all(row.id, slice) };
    });
    this.#listFirst = db.transaction((query: Listed) => this.#listSlice(query));
  }

  /** An object of one slice is read at once; a larger one from a snapshot, so that writes in between do not show. */
  async load(uri: XconUri): Promise<Loaded> {
    const first = this.#loadFirst(uri);
    if (first === undefined) return undefined;
    if (first.rows.length < this.#slice) return loaded(uri, first.row, [first.rows.map(part)]);
    return this.#snapshots.read((db) => this.#loadSlices(db, uri));
  }

  async #loadSlices(db: Database, uri: XconUri): Promise<Loaded> {
    const { object, parts } = prepareLoad(db);
    const row = object.get(uri);
    if (row === undefined) return undefined;
    const slices: StoredPart[][] = [[]];
    for (const next of parts.iterate(row.id, -1)) {
      if (slices.at(-1)?.length === this.#slice) {
        await turn();
        slices.push([]);
      }
      slices.at(-1)?.push(part(next));
    }
    return loaded(uri, row, slices);
  }

  async list(query: Listed): Promise<ListedObject[]> {
    const listed: ListedObject[] = [];
    let { after = '' } = query;
    while (listed.length < query.limit) {
      const limit = Math.min(this.#slice, query.limit - listed.length);
      const rows = this.#listFirst({ ...query, after, limit });
      listed.push(...rows.map(entry));
      if (rows.length < limit) break;
      after = rows.at(-1)?.uri ?? after;
      await turn();
    }
    return listed;
  }

  #listSlice({ kind, identities, after = '', limit }: Listed): ListedRow[] {
    if (identities === undefined) return this.#lists.all.all(kind, after, limit);
    const found = identities.flatMap((identity) => this.#lists.ofIdentity.all(kind, identity, after, limit));
    const uris = [...new Set(found.map(({ uri }) => uri))].sort().slice(0, limit);
    return uris.flatMap((uri) => this.#lists.one.get(uri) ?? []);
  }

  count(kind: ObjectKind): number {
    return this.#lists.count.get(kind)?.objects ?? 0;
  }

  dependants(uri: XconUri, limit: number): XconUri[] {
    return this.#lists.dependants.all(uri, limit).map((row) => row.uri);
  }
}

function loaded(uri: XconUri, { version, header }: ObjectRow, slices: readonly StoredPart[][]): Loaded {
  const object: StoredObject = { uri, version, header: JSON.parse(header) as ObjectHeader };
  return { object, parts: withTurns(slices) };
}

async function* withTurns(slices: readonly StoredPart[][]): AsyncGenerator<readonly StoredPart[]> {
  for (const [index, slice] of slices.entries()) {
    if (index > 0) await turn();
    if (slice.length > 0) yield slice;
  }
}

function part({ kind, key, facts, bytes }: PartRow): StoredPart {
  const name = SECTIONS_FIRST[kind];
  if (name === undefined) throw new Error(`a part is stored under the unknown kind ${kind}`);
  return { kind: name, key, bytes, ...(facts !== null && { facts: JSON.parse(facts) as UserFacts }) };
}

const entry = ({ uri, header, description }: ListedRow): ListedObject => ({
  uri,
  header: JSON.parse(header) as ObjectHeader,
  ...(description && { description }),
});
