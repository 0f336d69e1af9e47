import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ObjectChange } from '../../lib/conference/repository.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { pack } from '../../lib/store/sqlite/batch.ts';
import { openSqliteStore } from '../../lib/store/sqlite/store.ts';
import { Writer } from '../../lib/store/sqlite/writer.ts';
import { info, xcon } from '../../lib/model/names.ts';
import type { XmlElement } from '../../lib/xml/element.ts';
import { addUsers, clientOf } from './data.ts';
import { MeasuredProcess } from './measured-process.ts';
import { DOMAIN, named, participant } from './messages.ts';
import { newData, type Setting } from './setting.ts';

/** Conferences of the user `worker`, on which changes are measured, and of the user `lister`. */
export const WORKING_SET = 1_000;
export const LISTED = 50;
const OTHERS = 20_000;
const AT_ONCE = 1_000;
const WRITER = { checkpointPages: 100_000, maximumPages: 2 ** 28, cacheKilobytes: 1_000_000, logVersions: 1_000 };

/** The XCON-URI of a stored conference: spread over the store as random ones are. */
const idOf = (index: number): string => createHash('sha256').update(`conference ${index}`).digest('hex').slice(0, 24);
const uriOf = (index: number): XconUri => `xcon:${idOf(index)}@${DOMAIN}` as XconUri;

const isWorkers = (index: number, count: number): boolean => index % (count / WORKING_SET) === 0;

/** The conferences of the working set in a store of so many. */
export const workingSet = (count: number): XconUri[] =>
  Array.from({ length: WORKING_SET }, (_, index) => uriOf((index * count) / WORKING_SET));

function ownerOf(index: number, count: number): string {
  if (isWorkers(index, count)) return 'worker';
  return index % (count / LISTED) === 1 ? 'lister' : `user${index % OTHERS}`;
}

/**
 * The data directory of a store with so many conferences, each with its organizer and two participants as the server
 * itself makes and logs them; made when it is not there. Those of the user `lister` go on, have a subject, video and a
 * day; the others are reservations. The store's own writer writes them, many at once.
 */
export async function storeOf(setting: Setting, count: number): Promise<string> {
  const directory = join(setting.keep, `reservations-${count}`);
  if (existsSync(directory)) return directory;
  const draft = `${directory}.draft`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true });
  await addUsers(draft, ['worker', 'lister']);
  await addUsers(draft, ['root'], true);
  const [reserved, special] = [await logged(setting, undefined, named), await logged(setting, REVIEW, participant)];
  const writer = new Writer({ file: join(draft, 'plenary.db'), ...WRITER });
  for (let from = 0; from < count; from += AT_ONCE) {
    const sets = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) => {
      const owner = ownerOf(from + index, count);
      return [conference(owner === 'lister' ? special : reserved, from + index, owner)];
    });
    writer.write(pack(sets), 0);
    // Conferences of long ago are no longer in the change log.
    while (writer.trim(Date.now()));
  }
  await writer.close();
  renameSync(draft, directory);
  return directory;
}

const MAKER = 'maker';
export const REVIEWED = { subject: 'Quarterly review', medium: 'video', day: '20200101' } as const;

/** A document that says more than most. */
const REVIEW = info('conference-info', { entity: `xcon:AUTO_GENERATE_1@${DOMAIN}` }, [
  info('conference-description', {}, [
    info('subject', {}, [REVIEWED.subject]),
    info(
      'available-media',
      {},
      ['audio', REVIEWED.medium].map((type, index) =>
        info('entry', { label: String(index + 1) }, [info('type', {}, [type])]),
      ),
    ),
    xcon('conference-time', {}, [xcon('entry', {}, [xcon('base', {}, [calendar(REVIEWED.day)])])]),
  ]),
]);

function calendar(day: string): string {
  // Open whenever it is looked at.
  const times = [`DTSTART:${day}T000000Z`, 'DURATION:P1D', 'RRULE:FREQ=DAILY'];
  const event = ['UID:1', 'DTSTAMP:20260101T000000Z', ...times];
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:bench', 'BEGIN:VEVENT', ...event, 'END:VEVENT'];
  return [...lines, 'END:VCALENDAR', ''].join('\r\n');
}

/** What the server logs of a new conference with two users beside its organizer, as one change. */
async function logged(
  setting: Setting,
  document: XmlElement | undefined,
  user: (name: string) => XmlElement,
): Promise<ObjectChange> {
  const data = newData(setting);
  await addUsers(data, [MAKER]);
  const plenary = await MeasuredProcess.plenary(setting.program, data);
  const client = clientOf(plenary.url, MAKER);
  const { uri } = await client.create(document && { document });
  await client.updateUsers(uri, info('users', {}, ['p0', 'p1'].map(user)));
  client.close();
  await plenary.stop();
  const store = await openSqliteStore({ directory: data });
  const changes = await store.changes({ after: 0, limit: 10, uri: uri as XconUri });
  await store.close();
  const [made, last] = [changes[0], changes.at(-1)];
  if (made === undefined || last === undefined) throw new Error('the conference was not made');
  return { ...made, header: last.header, parts: changes.flatMap(({ parts }) => parts) };
}

/** The change under other names. */
function conference(template: ObjectChange, index: number, owner: string): ObjectChange {
  const id = template.uri.slice('xcon:'.length, template.uri.indexOf('@'));
  const rename = (text: string): string =>
    text
      .replaceAll(id, idOf(index))
      .replaceAll(`${MAKER}@`, `${owner}@`)
      .replaceAll(/\bp([01])@/g, (_, participant) => `guest${(index * 2 + Number(participant)) % OTHERS}@`);
  const renameBytes = (bytes: Buffer): Buffer => Buffer.from(rename(bytes.toString()));
  return {
    ...template,
    uri: uriOf(index),
    parts: template.parts.map((part) => ({
      ...part,
      key: rename(part.key),
      ...(part.after && { after: renameBytes(part.after) }),
      ...(part.facts && { facts: JSON.parse(rename(JSON.stringify(part.facts))) as typeof part.facts }),
      identities: part.identities.map(rename),
    })),
  };
}
