import type { Database } from 'better-sqlite3';
import { UNKNOWN } from '../layout.ts';

/** What must hold beyond SQLite's own rules; each query names, in words, the rows that break its rule. */
const RULES: readonly string[] = [
  `SELECT 'object ' || uri || ' has version ' || version || ', the log says ' || logged FROM (
     SELECT object.uri, object.version,
       (SELECT log.version FROM log WHERE log.uri = object.uri ORDER BY position DESC LIMIT 1) AS logged FROM object)
   WHERE logged <> version`,
  `SELECT 'object ' || uri || ' is gone, the log says version ' || version FROM log AS last
   WHERE version > 0 AND uri NOT IN (SELECT uri FROM object)
     AND position = (SELECT max(position) FROM log WHERE log.uri = last.uri)`,
  `SELECT 'object ' || uri || ' has a header that is not its own' FROM object
   WHERE CASE WHEN json_valid(header) THEN kind IS NOT header ->> '$.kind' OR parent IS NOT
     CASE WHEN header ->> '$.parent.independent' THEN NULL ELSE header ->> '$.parent.uri' END ELSE TRUE END`,
  `SELECT 'part ' || id || ' belongs to no object' FROM part WHERE object NOT IN (SELECT id FROM object)`,
  `SELECT 'part ' || id || ' is of the unknown kind ' || kind FROM part WHERE kind NOT BETWEEN 0 AND 2`,
  `SELECT 'part ' || id || ' has facts that do not parse' FROM part WHERE facts IS NOT NULL AND NOT json_valid(facts)`,
  `SELECT 'part ' || id || ' has identities that do not parse' FROM part WHERE NOT json_valid(identities)`,
  `SELECT 'part ' || part.id || ' is not listed under ' || json_each.value
   FROM part JOIN object ON object.id = part.object, json_each(CASE WHEN json_valid(identities) THEN identities ELSE '[]' END)
   WHERE NOT EXISTS (SELECT 1 FROM member WHERE identity = json_each.value AND uri = object.uri AND part = part.id)`,
  `SELECT 'part ' || member.part || ' is listed under ' || identity || ', which it does not name' FROM member
   WHERE identity <> '${UNKNOWN}' AND NOT EXISTS (
     SELECT 1 FROM part JOIN object ON object.id = part.object,
       json_each(CASE WHEN json_valid(identities) THEN identities ELSE '[]' END)
     WHERE part.id = member.part AND object.uri = member.uri AND json_each.value = member.identity)`,
  `SELECT 'there are ' || found || ' objects of kind ' || kind || ', counted as ' || counted FROM (
     SELECT kind, count(*) AS found, coalesce((SELECT objects FROM census WHERE census.kind = object.kind), 0) AS counted
     FROM object GROUP BY kind
     UNION SELECT kind, 0, objects FROM census WHERE kind NOT IN (SELECT kind FROM object))
   WHERE found <> counted`,
  `SELECT 'log entry ' || position || ' does not parse' FROM log
   WHERE CASE WHEN json_valid(header) AND json_valid(parts) THEN length(bytes) <> (
     SELECT coalesce(sum(coalesce(value ->> '$.before', 0) + coalesce(value ->> '$.after', 0)), 0) FROM json_each(parts))
     ELSE TRUE END`,
  `SELECT 'bookings of ' || owner || ' do not end' FROM booking
   GROUP BY owner HAVING sum(conferences) <> 0 OR sum(participants) <> 0`,
  `SELECT 'follower ' || name || ' is at ' || position || ', beyond the log' FROM follower
   WHERE position > coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'log'), 0)`,
];

/** What is wrong with the database, at most `limit` findings per rule; empty when it is good. */
export function check(db: Database, limit: number): string[] {
  const integrity = db.pragma(`integrity_check(${limit})`) as { integrity_check: string }[];
  const damage = integrity.map((row) => row.integrity_check).filter((text) => text !== 'ok');
  const dangling = (db.pragma('foreign_key_check') as { table: string; rowid: number; parent: string }[]).map(
    ({ table, rowid, parent }) => `row ${rowid} of ${table} refers to a missing ${parent}`,
  );
  const broken = RULES.flatMap((rule) => db.prepare<[number], string>(`${rule} LIMIT ?`).pluck().all(limit));
  return [...damage, ...dangling.slice(0, limit), ...broken];
}
