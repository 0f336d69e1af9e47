import { median, type Figure } from '../figures.ts';
import { IDENTITY, Server } from '../notify/server.ts';
import type { Setting } from '../notify/setting.ts';
import { Callers } from './callers.ts';
import { openConference } from './conference.ts';

const PEOPLE = 400;
const DIFFERENCES = 'application/xcon-conference-info-diff+xml, application/xcon-conference-info+xml';
const EARLY_ROUNDS = 3;

/** From 400 INVITEs at once to the NOTIFY by which the first watcher knows of all of them. */
export async function measureRoom(setting: Setting): Promise<Figure[]> {
  const server = await Server.start(setting);
  const callers = await Callers.open(server.port, 'tcp');
  try {
    const times: number[] = [];
    for (let round = 0; round < EARLY_ROUNDS + setting.rounds; round++) times.push(await fill(server, callers));
    const took = median(times.slice(EARLY_ROUNDS));
    return [
      {
        name: 'a room of 400 at once, until its first watcher knows all',
        value: took / 1_000,
        unit: 's',
        target: { atMost: 1 },
        behind: times.map((time) => `${time.toFixed(0)} ms`).join(', '),
      },
    ];
  } finally {
    await callers.close();
    await server.stop();
  }
}

async function fill(server: Server, callers: Callers): Promise<number> {
  const conference = await openConference(server);
  let told: (body: string) => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    told = (body) => {
      const counts = [...body.matchAll(/user-count[^<]*?>(?:<[^>]+>)?(\d+)</g)].map(([, count]) => Number(count));
      if (counts.at(-1) === PEOPLE) resolve();
    };
  });
  const watcher = await callers.watch(conference, IDENTITY, DIFFERENCES, (body) => told(body));
  const began = performance.now();
  const sessions = callers.joinAll(conference, PEOPLE, PEOPLE);
  await all;
  const took = performance.now() - began;
  watcher.stop();
  for (const session of await sessions) void session.bye();
  return took;
}
