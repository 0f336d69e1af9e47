import { integer, type Setting } from './setting.ts';
import { bytes, count, seconds } from './units.ts';

/** Where things live, and the change log. */
export const STORE_SETTINGS = {
  'store.maximumBytes': integer('Size of the database at which changes are refused.', {
    ...bytes(2 ** 40),
    min: 1_000_000,
  }),
  'store.cacheKilobytes': integer('Memory for pages of the database, for reading and for writing each.', {
    ...count(16_384),
    unit: 'KiB',
  }),
  'store.checkpointPages': integer('Write-ahead log that starts a checkpoint.', {
    ...count(4_000),
    unit: 'pages of 4 KiB',
  }),
  'store.sliceRows': integer('Rows that are read without a turn of the event loop.', count(250)),
  'store.checkFindings': integer('Findings per rule that `plenary check` names.', count(100)),
  'log.retention': integer(
    'How long a change stays in the change log, at most. What a follower of the log still needs stays longer.',
    { ...seconds(3_600), min: 1 },
  ),
  'log.versions': integer(
    'Versions of an object that stay in the change log, and up to 32 more until they are counted again.',
    count(1_000),
  ),
  'log.trimInterval': integer('Between two looks for what may leave the change log.', { ...seconds(60), min: 1 }),
} satisfies Record<string, Setting<unknown>>;
