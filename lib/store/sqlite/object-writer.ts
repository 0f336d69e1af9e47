import type { Database } from 'better-sqlite3';
import type { ObjectHeader, PartName } from '../../model/conference-object.ts';
import type { XconUri } from '../../model/identifiers.ts';
import { SECTIONS_FIRST, UNKNOWN } from '../layout.ts';
import { Cutter, setsIn, textLength, type Batch, type ChangeEntry, type PartEntry } from './batch.ts';
import type { BookingWriter } from './booking-writer.ts';
import type { LogWriter } from './log-writer.ts';
import type { TimerWriter } from './timer-writer.ts';

interface ObjectRow {
  readonly id: number;
  readonly version: number;
  readonly kind: string;
  readonly parent: string | null;
}

interface PartRow {
  readonly id: number;
  readonly identities: string;
}

type Statements = ReturnType<typeof prepare>;

const prepare = (db: Database) => ({
  find: db.prepare<[string], ObjectRow>('SELECT id, version, kind, parent FROM object WHERE uri = ?'),
  make: db.prepare<[string, string, number, string | null, string]>(
    'INSERT INTO object (uri, kind, version, parent, header) VALUES (?, ?, ?, ?, ?)',
  ),
  change: db.prepare<[number, string, string, number], Omit<ObjectRow, 'version'>>(
    'UPDATE object SET version = ?, header = ? WHERE uri = ? AND version = ? RETURNING id, kind, parent',
  ),
  adopt: db.prepare<[string | null, number]>('UPDATE object SET parent = ? WHERE id = ?'),
  remove: db.prepare<[number]>('DELETE FROM object WHERE id = ?'),
  removeParts: db.prepare<[number]>('DELETE FROM part WHERE object = ?'),
  removeMembers: db.prepare<[{ uri: string; object: number }]>(
    `DELETE FROM member WHERE (identity, uri, part) IN (
       SELECT json_each.value, :uri, part.id FROM part, json_each(part.identities) WHERE part.object = :object
       UNION ALL SELECT '${UNKNOWN}', :uri, part.id FROM part WHERE part.object = :object)`,
  ),
  findPart: db.prepare<[number, number, string], PartRow>(
    'SELECT id, identities FROM part WHERE object = ? AND kind = ? AND key = ?',
  ),
  makePart: db.prepare<[number, number, string, string | null, string, Buffer]>(
    'INSERT INTO part (object, kind, key, facts, identities, bytes) VALUES (?, ?, ?, ?, ?, ?)',
  ),
  changePart: db.prepare<[string | null, string, Buffer, number]>(
    'UPDATE part SET facts = ?, identities = ?, bytes = ? WHERE id = ?',
  ),
  // Most changes leave a part's identities as they are.
  changeText: db.prepare<[string | null, Buffer, number, number, string, string]>(
    'UPDATE part SET facts = ?, bytes = ? WHERE object = ? AND kind = ? AND key = ? AND identities = ?',
  ),
  removePart: db.prepare<[number]>('DELETE FROM part WHERE id = ?'),
  join: db.prepare<[string, string, number | bigint]>('INSERT OR IGNORE INTO member VALUES (?, ?, ?)'),
  leave: db.prepare<[string, string, number]>('DELETE FROM member WHERE identity = ? AND uri = ? AND part = ?'),
});

/** Thrown inside a set to undo it; the sets before it stay. */
class Conflict extends Error {
  readonly uri: XconUri;

  constructor(uri: XconUri) {
    super();
    this.uri = uri;
  }
}

/** Writes changes of conference objects. */
export class ObjectWriter {
  readonly #sql: Statements;
  readonly #log: LogWriter;
  readonly #bookings: BookingWriter;
  readonly #timers: TimerWriter;
  readonly #writeBatch: (batch: Batch) => XconUri | undefined;
  readonly #writeSet: (set: readonly ChangeEntry[], texts: Cutter) => void;

  constructor(db: Database, log: LogWriter, bookings: BookingWriter, timers: TimerWriter) {
    this.#sql = prepare(db);
    this.#log = log;
    this.#bookings = bookings;
    this.#timers = timers;
    this.#writeSet = db.transaction((set: readonly ChangeEntry[], texts: Cutter) => {
      for (const change of set) this.#write(change, texts);
    });
    const writeBatch = db.transaction((batch: Batch) => this.#writeSets(batch));
    this.#writeBatch = (batch) => writeBatch.immediate(batch);
  }

  /** One transaction, one flush. The object whose version did not fit, if any: its set and later ones are not written. */
  write(batch: Batch): XconUri | undefined {
    return this.#writeBatch(batch);
  }

  #writeSets(batch: Batch): XconUri | undefined {
    const texts = new Cutter(batch.bytes);
    try {
      for (const set of setsIn(batch)) {
        const [change, ...others] = set;
        // A change of one object that meets another version has written nothing that would have to be undone.
        if (change !== undefined && others.length === 0) this.#write(change, texts);
        else this.#writeSet(set, texts);
      }
      return undefined;
    } catch (error) {
      if (error instanceof Conflict) return error.uri;
      throw error;
    }
  }

  #write(change: ChangeEntry, texts: Cutter): void {
    const { uri, version, header, parts } = change;
    const bytes = texts.cut(textLength(parts));
    const headerText = JSON.stringify(header);
    if (version === 0) this.#remove(change);
    else {
      const object = this.#put(change, headerText);
      const cutter = new Cutter(bytes);
      for (const part of parts) {
        cutter.next(part.before);
        this.#putPart(uri, object, part, cutter.next(part.after));
      }
    }
    if (change.booking !== undefined) this.#bookings.take(change.booking);
    this.#log.append(change, headerText, bytes);
  }

  /** The row of the object. */
  #put({ uri, expected, version, header }: ChangeEntry, headerText: string): number {
    if (expected === 0) {
      if (this.#sql.find.get(uri) !== undefined) throw new Conflict(uri);
      return this.#make(uri, version, header, headerText);
    }
    const object = this.#sql.change.get(version, headerText, uri, expected);
    if (object === undefined) throw new Conflict(uri);
    if (object.kind !== header.kind) throw new Error(`${uri} is a ${object.kind} and stays one`);
    // Apart, because naming an indexed column writes its index even when the value stays.
    if (object.parent !== parentOf(header)) this.#sql.adopt.run(parentOf(header), object.id);
    this.#timers.giveBack(object.id);
    return object.id;
  }

  #make(uri: XconUri, version: number, header: ObjectHeader, headerText: string): number {
    return Number(this.#sql.make.run(uri, header.kind, version, parentOf(header), headerText).lastInsertRowid);
  }

  #remove({ uri, expected }: ChangeEntry): void {
    const object = this.#sql.find.get(uri);
    if ((object?.version ?? 0) !== expected) throw new Conflict(uri);
    if (object === undefined) return;
    this.#sql.removeMembers.run({ uri, object: object.id });
    this.#sql.removeParts.run(object.id);
    this.#sql.remove.run(object.id);
  }

  #putPart(uri: XconUri, object: number, part: PartEntry, text: Buffer | undefined): void {
    const { kind, key, before, facts, identities } = part;
    const factsText = facts === undefined ? null : JSON.stringify(facts);
    const identitiesText = JSON.stringify(identities);
    if (before !== undefined && text !== undefined) {
      const { changes } = this.#sql.changeText.run(factsText, text, object, rank(kind), key, identitiesText);
      if (changes > 0) return;
    }
    const old = this.#sql.findPart.get(object, rank(kind), key);
    if (text === undefined) {
      if (old === undefined) return;
      for (const identity of [...identitiesOf(old), UNKNOWN]) this.#sql.leave.run(identity, uri, old.id);
      this.#sql.removePart.run(old.id);
      return;
    }
    if (old === undefined) {
      const made = this.#sql.makePart.run(object, rank(kind), key, factsText, identitiesText, text).lastInsertRowid;
      for (const identity of identities) this.#sql.join.run(identity, uri, made);
      return;
    }
    this.#sql.changePart.run(factsText, identitiesText, text, old.id);
    if (old.identities !== identitiesText) this.#rename(uri, old, identities);
  }

  #rename(uri: XconUri, part: PartRow, identities: readonly string[]): void {
    const before = new Set(identitiesOf(part));
    if (before.size === 0) this.#sql.leave.run(UNKNOWN, uri, part.id);
    const after = new Set(identities);
    for (const identity of before) if (!after.has(identity)) this.#sql.leave.run(identity, uri, part.id);
    for (const identity of after) if (!before.has(identity)) this.#sql.join.run(identity, uri, part.id);
  }
}

const rank = (kind: PartName['kind']): number => SECTIONS_FIRST.indexOf(kind);
const identitiesOf = (part: PartRow): string[] => JSON.parse(part.identities) as string[];
const parentOf = ({ parent }: ObjectHeader): string | null =>
  parent === undefined || parent.independent ? null : parent.uri;
