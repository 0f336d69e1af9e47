import type { Database } from 'better-sqlite3';
import { DESCRIPTION, SECTIONS_FIRST, UNKNOWN } from '../layout.ts';

/** Marks the file as a store of ours (`PRAGMA application_id`): "plen". */
const APPLICATION = 0x706c656e;

/** When the clock has something to do for an object, as its index has it. */
export const DUE = "(CASE WHEN json_valid(header) THEN header ->> '$.due' END)";

/** From when on there is more to book for an object, as its index has it. */
export const BOOKABLE = "(CASE WHEN json_valid(header) THEN header ->> '$.booked.plan.more' END)";

/**
 * Each step leads from the schema of its index to the next; a step that was released is never edited.
 * Parts and log entries are rowid tables, for their texts are long. `part.kind` is the place in `SECTIONS_FIRST`, and
 * its text comes last, so that the columns before it are read without its overflow pages.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE object (
    id INTEGER PRIMARY KEY,
    uri TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    parent TEXT,                          -- only of a child that depends on it
    header TEXT NOT NULL                  -- JSON
  ) STRICT;
  CREATE INDEX object_by_kind ON object (kind, uri);
  CREATE INDEX object_by_parent ON object (parent, uri) WHERE parent IS NOT NULL;

  CREATE TABLE part (
    id INTEGER PRIMARY KEY,               -- the order of making
    object INTEGER NOT NULL REFERENCES object (id),
    kind INTEGER NOT NULL,
    key TEXT NOT NULL,
    facts TEXT,                           -- JSON
    identities TEXT NOT NULL,             -- JSON, as in member
    bytes BLOB NOT NULL,
    UNIQUE (object, kind, key)
  ) STRICT;
  CREATE INDEX part_in_order ON part (object, kind, id);

  -- An index in the form of a table: the objects of an identity, in the order of lists.
  CREATE TABLE member (
    identity TEXT NOT NULL,
    uri TEXT NOT NULL,
    part INTEGER NOT NULL,
    PRIMARY KEY (identity, uri, part)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE log (
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    uri TEXT NOT NULL,
    expected INTEGER NOT NULL,
    version INTEGER NOT NULL,
    by TEXT NOT NULL,
    at INTEGER NOT NULL,
    header TEXT NOT NULL,                 -- JSON
    parts TEXT NOT NULL,                  -- JSON, with the lengths of texts
    bytes BLOB NOT NULL                   -- the texts, one after the other
  ) STRICT;
  CREATE INDEX log_by_object ON log (uri, position);

  CREATE TABLE follower (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT, WITHOUT ROWID;

  -- How many objects there are, for counting a million takes too long.
  CREATE TABLE census (kind TEXT PRIMARY KEY, objects INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TRIGGER object_made AFTER INSERT ON object BEGIN
    INSERT INTO census VALUES (new.kind, 1) ON CONFLICT (kind) DO UPDATE SET objects = objects + 1;
  END;
  CREATE TRIGGER object_gone AFTER DELETE ON object BEGIN
    UPDATE census SET objects = objects - 1 WHERE kind = old.kind;
  END;

  CREATE TABLE user (
    id INTEGER PRIMARY KEY,
    user_id TEXT NOT NULL UNIQUE,
    login TEXT NOT NULL,
    domain TEXT NOT NULL,
    display_text TEXT,
    system_administrator INTEGER NOT NULL,
    created INTEGER NOT NULL,
    secret BLOB NOT NULL,
    UNIQUE (login, domain)
  ) STRICT;
  CREATE TABLE user_address (
    address TEXT PRIMARY KEY,
    user INTEGER NOT NULL REFERENCES user (id) ON DELETE CASCADE,
    place INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX user_address_by_user ON user_address (user, place);
  `,
  // Filters find objects by tokens; what was written before there were any is found by this one until it is written anew.
  `
  INSERT INTO member SELECT '${UNKNOWN}', object.uri, part.id FROM object JOIN part ON part.object = object.id
    WHERE part.kind = ${SECTIONS_FIRST.indexOf(DESCRIPTION.kind)} AND part.key = '${DESCRIPTION.key}';
  `,
  `
  CREATE TABLE record (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    value TEXT NOT NULL,                  -- JSON
    PRIMARY KEY (kind, id)
  ) STRICT, WITHOUT ROWID;
  `,
  `CREATE INDEX object_by_due ON object (${DUE}) WHERE ${DUE} IS NOT NULL;`,
  `
  -- What is taken more from each place in time on, in sum; of each user, and of all under the name ''.
  CREATE TABLE booking (
    owner TEXT NOT NULL,
    place INTEGER NOT NULL,
    conferences INTEGER NOT NULL,
    participants INTEGER NOT NULL,
    PRIMARY KEY (owner, place)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE booking_state (rules TEXT NOT NULL, era INTEGER NOT NULL, counted INTEGER NOT NULL) STRICT;
  CREATE INDEX object_by_bookable ON object (${BOOKABLE}) WHERE ${BOOKABLE} IS NOT NULL;
  `,
  `
  -- Who is about to take the step of an object that is due; the change that it makes ends the lease.
  CREATE TABLE lease (
    object INTEGER PRIMARY KEY REFERENCES object (id) ON DELETE CASCADE,
    owner TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
  ) STRICT;
  `,
];

/** The data directory was written by a later version of the server, or is no store of ours. */
export class UnknownSchema extends Error {
  constructor(file: string, reason: string) {
    super(`${file} ${reason}`);
    this.name = 'UnknownSchema';
  }
}

/**
 * Brings the database to the newest schema, each step whole.
 * @throws {UnknownSchema} when it is newer than the last step, or of another application.
 */
export function migrate(db: Database, migrations: readonly string[] = MIGRATIONS): void {
  const version = Number(db.pragma('user_version', { simple: true }));
  const application = Number(db.pragma('application_id', { simple: true }));
  if (version > 0 ? application !== APPLICATION : application !== 0 || hasTables(db)) {
    throw new UnknownSchema(db.name, 'is not a store of Plenary');
  }
  if (version > migrations.length) {
    throw new UnknownSchema(
      db.name,
      `has schema ${version}, but this version of Plenary knows only up to ${migrations.length}`,
    );
  }
  for (const [index, step] of migrations.entries()) {
    if (index < version) continue;
    db.transaction(() => {
      db.exec(step);
      db.pragma(`application_id = ${APPLICATION}`);
      db.pragma(`user_version = ${index + 1}`);
    }).immediate();
  }
}

const hasTables = (db: Database): boolean => db.prepare('SELECT 1 FROM sqlite_schema LIMIT 1').get() !== undefined;
