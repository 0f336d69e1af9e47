import { join } from 'node:path';
import { BUCKET, Steps } from '../../lib/conference/booking.ts';
import { Capacity, capacityDefaults } from '../../lib/conference/capacity.ts';
import type { ChangeSet } from '../../lib/conference/repository.ts';
import { timeDefaults } from '../../lib/conference/times.ts';
import { emptyObject } from '../../lib/model/conference-object.ts';
import type { XconUri } from '../../lib/model/identifiers.ts';
import { openSqliteStore } from '../../lib/store/sqlite/store.ts';
import { inTurn, median, type Figure } from '../figures.ts';
import type { Setting } from './setting.ts';

const [FEW, MANY] = [1_000, 1_000_000];
const USERS = 1_000;
const AT_ONCE = 5_000;
/** Checks of one round. */
const CHECKS = 500;
const HOUR = 3_600_000;
const NOW = Date.UTC(2030, 0, 7);
const HOURS = 399 * 24;

const uriOf = (name: string): XconUri => `xcon:${name}@example.com` as XconUri;
const ownerOf = (index: number): string => `xcon-userid:user${String(index % USERS)}@example.com`;
/** Spread over the time up to the horizon. */
const startOf = (index: number): number => NOW + ((index * 7_919) % HOURS) * HOUR;

/** A reservation of an hour for ten people. */
function reservation(index: number): ChangeSet {
  const steps = new Steps(0);
  steps.add(startOf(index) / BUCKET, (startOf(index) + HOUR) / BUCKET, 1, 10);
  const header = { kind: 'conference', active: false, anonymous: 0 } as const;
  const [uri, owner] = [uriOf(`reservation${String(index)}`), ownerOf(index)];
  return [
    { uri, expected: 0, version: 1, header, parts: [], by: owner, at: NOW, booking: { owner, steps: steps.list } },
  ];
}

/** Gives the microseconds that a check takes in a store of so many reservations, of days that are not in memory. */
async function checking(
  setting: Setting,
  count: number,
): Promise<{ check: () => Promise<number>; close: () => Promise<void> }> {
  const store = await openSqliteStore({ directory: join(setting.scratch, `reservations-${String(count)}`) });
  let now = NOW;
  const limits = { ...capacityDefaults, remembered: 100 };
  const capacity = new Capacity({ repository: store, limits, rules: timeDefaults, clock: () => now });
  await capacity.open();
  for (let from = 0; from < count; from += AT_ONCE)
    await store.write(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) => reservation(from + index)));
  let asked = 0;
  const check = async (): Promise<number> => {
    const begun = performance.now();
    for (let round = 0; round < CHECKS; round++) {
      asked += 12_347;
      now = startOf(asked);
      const plan = { people: 10, until: (now + 400 * HOUR) / BUCKET };
      const after = emptyObject(uriOf('asking'), {
        ...{ kind: 'conference', active: true, anonymous: 0 },
        occurrence: { id: 'now', start: now, ends: now + HOUR },
        booked: { era: capacity.era ?? 0, owner: ownerOf(asked), plan },
      });
      const proposal = capacity.propose([{ after, touched: [] }]);
      await proposal.reading;
      proposal.take(false);
      proposal.giveBack();
      proposal.release();
    }
    return ((performance.now() - begun) / CHECKS) * 1000;
  };
  return { check, close: () => store.close() };
}

/** Whether there is room for one more hour, among few reservations and among many. */
export async function measureCapacity(setting: Setting): Promise<Figure[]> {
  const [few, many] = [await checking(setting, FEW), await checking(setting, MANY)];
  const took = await inTurn(setting.rounds, { few: few.check, many: many.check });
  await Promise.all([few.close(), many.close()]);
  const [amongFew, amongMany] = [median(took.few), median(took.many)];
  return [
    {
      name: `capacity check with ${MANY.toLocaleString('en')} reservations ÷ with ${FEW.toLocaleString('en')}`,
      value: amongMany / amongFew,
      unit: '×',
      target: { atMost: 3 },
      behind: `${amongMany.toFixed(0)} µs and ${amongFew.toFixed(0)} µs`,
    },
  ];
}
