import { median, type Figure } from '../figures.ts';
import { Echo } from './echo.ts';
import { Kamailio } from './kamailio.ts';
import { Load, type Costly, type Line } from './load.ts';
import { DOCUMENT } from './messages.ts';
import type { Setting } from './setting.ts';

const CONFERENCES = 200;
const WATCHERS = 20_000;
/** SUBSCRIBEs without their first NOTIFY, and PUBLISHs without their answer, at once. */
const WINDOW = 200;
/** Watchers of other conferences who come first, so that no code is new. */
const EARLY = 10_000;
/** Fan-outs of one server. */
const ROUNDS = 3;

interface Notifier {
  readonly port: number;
  readonly pids: readonly number[];
  stop(): Promise<void>;
}

interface Measured {
  readonly subscribed: Costly;
  readonly many: Costly[];
  readonly one: Costly[];
}

/** A notifier without rules beside kamailio: subscribing, and telling 200 conferences of 100 watchers and one of 20,000. */
export async function measureNotifier(setting: Setting): Promise<Figure[]> {
  const ours: Measured[] = [];
  const theirs: Measured[] = [];
  for (let turn = 0; turn < Math.ceil(setting.rounds / ROUNDS); turn++) {
    ours.push(await measure(setting, () => Echo.start(setting, DOCUMENT)));
    theirs.push(await measure(setting, () => Kamailio.start(setting.scratch)));
  }
  const [subscribed, kamailio] = [ours, theirs].map((all) => all.map((one) => one.subscribed)) as [Costly[], Costly[]];
  return [
    { ...perSecond('subscriptions', subscribed, kamailio), target: { atLeast: 1 } },
    {
      name: 'CPU per subscription to kamailio',
      value: cpu(subscribed) / cpu(kamailio),
      unit: '',
      target: { atMost: 0.9 },
      behind: `${cpu(subscribed).toFixed(0)} µs; kamailio ${cpu(kamailio).toFixed(0)} µs`,
    },
    {
      ...perSecond(`NOTIFY, ${CONFERENCES} conferences`, all(ours, 'many'), all(theirs, 'many')),
      target: { atLeast: 4 },
    },
    { ...perSecond('NOTIFY, one conference', all(ours, 'one'), all(theirs, 'one')), target: { atLeast: 4 } },
  ];
}

async function measure(setting: Setting, start: () => Promise<Notifier>): Promise<Measured> {
  const many = await withLoad(setting, await start(), CONFERENCES);
  const one = await withLoad(setting, await start(), 1);
  return { subscribed: many.subscribed, many: many.rounds, one: one.rounds };
}

async function withLoad(
  { scratch }: Setting,
  notifier: Notifier,
  conferences: number,
): Promise<{ readonly subscribed: Costly; readonly rounds: Costly[] }> {
  const { port, pids } = notifier;
  const early = Load.start({ scratch, port, pids, lines: conferencesAt(port, conferences, 'early'), body: DOCUMENT });
  await early.subscribe(EARLY, WINDOW);
  await early.publish(1, EARLY);
  const load = Load.start({ scratch, port, pids, lines: conferencesAt(port, conferences), body: DOCUMENT });
  const subscribed = await load.subscribe(WATCHERS, WINDOW);
  const rounds: Costly[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await load.publish(1, WATCHERS));
  for (const one of [early, load]) await one.stop();
  await notifier.stop();
  return { subscribed, rounds };
}

/** The resources of a notifier of the benchmark. */
export const conferencesAt = (port: number, count: number, name = 'conf'): Line[] =>
  Array.from({ length: count }, (_, index) => ({ uri: `sip:${name}${index}@127.0.0.1:${port}` }));

const all = (measured: readonly Measured[], which: 'many' | 'one'): Costly[] => measured.flatMap((one) => one[which]);

const rateOf = (seen: readonly Costly[]): number => median(seen.map(({ notified, seconds }) => notified / seconds));
const cpu = (seen: readonly Costly[]): number => median(seen.map((one) => one.cpu));

function perSecond(name: string, ours: readonly Costly[], theirs: readonly Costly[]): Omit<Figure, 'target'> {
  const say = (seen: readonly Costly[]): string => `${rateOf(seen).toFixed(0)}/s at ${cpu(seen).toFixed(0)} µs`;
  return {
    name: `${name}: rate to kamailio`,
    value: rateOf(ours) / rateOf(theirs),
    unit: '',
    behind: `${say(ours)}; kamailio ${say(theirs)}`,
  };
}
