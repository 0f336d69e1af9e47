import { makeConference } from '../ccmp/data.ts';
import { rename } from '../ccmp/messages.ts';
import { median, type Figure } from '../figures.ts';
import { Kamailio } from '../sip/kamailio.ts';
import { Load, type Costly } from '../sip/load.ts';
import { DOCUMENT } from '../sip/messages.ts';
import { conferencesAt } from '../sip/notifier.ts';
import { IDENTITY, ORGANIZER, Server, sipUri } from './server.ts';
import type { Setting } from './setting.ts';

const WATCHERS = 20_000;
const CONFERENCES = 200;
const WINDOW = 200;
/** CCMP requests under way at once. */
const CLIENTS = 8;
/** With their telephones they fill 3 KB of conference-info+xml. */
const PARTICIPANTS = 9;
/**
 * Rounds of both that do not count: ours are compiled meanwhile, and kamailio's memory becomes what it is after a while, with
 * which it is half as fast as on its first day.
 */
const EARLY_ROUNDS = 10;

/**
 * From a CCMP change to the last NOTIFY of 20,000 watchers, beside kamailio from PUBLISH to the last NOTIFY, one round of each
 * after the other.
 */
export async function measureFanout(setting: Setting): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const conferences of [CONFERENCES, 1]) {
    const [ours, theirs] = await sideBySide(setting, conferences);
    const name = conferences === 1 ? 'one conference of 20,000' : `${conferences} conferences of 100`;
    const behind = `${say(ours)}; kamailio ${say(theirs)}`;
    figures.push(
      {
        name: `${name}: NOTIFY/s to kamailio`,
        value: rate(ours) / rate(theirs),
        unit: '',
        target: { atLeast: 3 },
        behind,
      },
      {
        name: `${name}: CPU per NOTIFY to kamailio`,
        value: cpu(ours) / cpu(theirs),
        unit: '',
        target: { atMost: 1 / 3 },
      },
    );
  }
  return figures;
}

/** A server whose watchers have subscribed. */
interface Watched {
  readonly round: () => Promise<Costly>;
  readonly stop: () => Promise<void>;
}

async function sideBySide(setting: Setting, conferences: number): Promise<[Costly[], Costly[]]> {
  const ours = await plenary(setting, conferences);
  const theirs = await kamailio(setting, conferences);
  for (let round = 0; round < EARLY_ROUNDS; round++) {
    await ours.round();
    await theirs.round();
  }
  const seen: [Costly[], Costly[]] = [[], []];
  for (let round = 0; round < setting.rounds; round++) {
    seen[0].push(await ours.round());
    seen[1].push(await theirs.round());
  }
  await Promise.all([ours.stop(), theirs.stop()]);
  return seen;
}

async function plenary(setting: Setting, conferences: number): Promise<Watched> {
  const { scratch } = setting;
  const server = await Server.start(setting);
  const uris: string[] = [];
  for (let made = 0; made < conferences; made++) uris.push(await makeConference(server.url, ORGANIZER, PARTICIPANTS));
  const lines = uris.map((uri) => ({ uri: sipUri(uri), identity: IDENTITY }));
  const load = Load.start({ ...{ scratch, lines }, port: server.port, pids: server.pids, body: '' });
  await load.subscribe(WATCHERS, WINDOW);
  let rounds = 0;
  return {
    round: () => load.expect(WATCHERS, () => changeAll(server, uris, `Round ${rounds++}`)),
    stop: async () => {
      await load.stop();
      await server.stop();
    },
  };
}

async function changeAll(server: Server, uris: readonly string[], subject: string): Promise<void> {
  const left = [...uris];
  const client = async (): Promise<void> => {
    for (let uri = left.pop(); uri !== undefined; uri = left.pop()) await server.send(rename(ORGANIZER, uri, subject));
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
}

async function kamailio({ scratch }: Setting, conferences: number): Promise<Watched> {
  const server = await Kamailio.start(scratch);
  const { port, pids } = server;
  const load = Load.start({ scratch, port, pids, lines: conferencesAt(port, conferences), body: DOCUMENT });
  await load.subscribe(WATCHERS, WINDOW);
  return {
    round: () => load.publish(1, WATCHERS),
    stop: async () => {
      await load.stop();
      await server.stop();
    },
  };
}

const rate = (seen: readonly Costly[]): number => median(seen.map(({ notified, seconds }) => notified / seconds));
const cpu = (seen: readonly Costly[]): number => median(seen.map((one) => one.cpu));

function say(seen: readonly Costly[]): string {
  const told = Math.min(...seen.map(({ notified }) => notified));
  const bytes = median(seen.map((one) => one.bytes / one.notified));
  return `${rate(seen).toFixed(0)}/s at ${cpu(seen).toFixed(0)} µs, ${bytes.toFixed(0)} bytes, ${told} at least`;
}
