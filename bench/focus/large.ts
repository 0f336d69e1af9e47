import { median, type Figure } from '../figures.ts';
import { Server } from '../notify/server.ts';
import type { Setting } from '../notify/setting.ts';
import { Callers } from './callers.ts';
import { openConference } from './conference.ts';

const PARTICIPANTS = 10_000;
const WINDOW = 200;
const JOINS = 300;

/** What the next participant's join costs in a conference of 10,000, beside one in an empty conference, in turn. */
export async function measureLarge(setting: Setting): Promise<Figure[]> {
  const server = await Server.start(setting);
  const callers = await Callers.open(server.port);
  try {
    const [large, small] = [await openConference(server), await openConference(server)];
    await callers.joinAll(large, PARTICIPANTS, WINDOW);
    const times = { large: [] as number[], small: [] as number[] };
    for (let turn = 0; turn < JOINS; turn++)
      for (const [name, conference] of [['large', large] as const, ['small', small] as const])
        times[name].push(await joinAndLeave(callers, conference));
    const [ours, empty] = [median(times.large), median(times.small)];
    return [
      {
        name: 'joining 10,000 participants, beside joining nobody',
        value: ours / empty,
        unit: '×',
        target: { atMost: 2 },
        behind: `${ours.toFixed(2)} ms, ${empty.toFixed(2)} ms from INVITE to 200`,
      },
    ];
  } finally {
    await callers.close();
    await server.stop();
  }
}

async function joinAndLeave(callers: Callers, conference: string): Promise<number> {
  const began = performance.now();
  const session = await callers.join(conference);
  const took = performance.now() - began;
  await session.bye();
  return took;
}
