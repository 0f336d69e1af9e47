import { setTimeout as pause } from 'node:timers/promises';
import { makeConference } from '../ccmp/data.ts';
import type { Figure } from '../figures.ts';
import { Load } from '../sip/load.ts';
import { IDENTITY, ORGANIZER, Server, sipUri } from './server.ts';
import type { Setting } from './setting.ts';

const SUBSCRIPTIONS = 100_000;
const CONFERENCES = 200;
const WINDOW = 200;
/** Subscriptions before the first look: code and pools are there then. */
const BEFORE = 2_000;
/** Longer than transactions last, in milliseconds (RFC 3261 table 4: 64·T1, 32 s). */
const QUIET = 36_000;

/** What an idle subscription holds in the whole server, which has stored it. */
export async function measureMemory(setting: Setting): Promise<Figure[]> {
  const server = await Server.start(setting);
  const lines: { uri: string; identity: string }[] = [];
  for (let made = 0; made < CONFERENCES; made++)
    lines.push({ uri: sipUri(await makeConference(server.url, ORGANIZER, 2)), identity: IDENTITY });
  const { port, pids } = server;
  const load = Load.start({ scratch: setting.scratch, port, pids, lines, body: '' });
  await load.subscribe(BEFORE, WINDOW);
  await pause(QUIET);
  const before = await server.memory();
  const { notified } = await load.subscribe(SUBSCRIPTIONS, WINDOW);
  await pause(QUIET);
  const after = await server.memory();
  await load.stop();
  await server.stop();
  const kilobytes = (more: number): number => more / notified / 1_024;
  return [
    {
      name: `subscription, ${notified} of them`,
      value: kilobytes(after.memory - before.memory),
      unit: 'KB',
      target: { atMost: 8 },
      behind: `of it ${kilobytes(after.heap - before.heap).toFixed(2)} KB in the heap`,
    },
  ];
}
