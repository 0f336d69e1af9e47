import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inTurn, median, type Figure } from '../figures.ts';
import { Server } from '../notify/server.ts';
import type { Setting } from '../notify/setting.ts';
import { freePort } from '../sip/kamailio.ts';
import { openConference } from './conference.ts';

const CALLS = 3_000;
/** Calls at once with which each is fastest; SIPp's UAS loses datagrams above. */
const AT_ONCE = { plenary: 100, sipp: 30 };
const WARM_UP = 2;

const run = promisify(execFile);

/** Calls that join and leave, by SIPp: at Plenary, and at SIPp's own UAS. */
export async function measureCalls(setting: Setting): Promise<Figure[]> {
  const server = await Server.start(setting);
  try {
    const conference = await openConference(server);
    const { plenary, sipp } = await inTurn(
      setting.rounds,
      {
        plenary: () => callsPerSecond(server.port, conference, AT_ONCE.plenary),
        sipp: besideSipp,
      },
      WARM_UP,
    );
    const [ours, theirs] = [median(plenary), median(sipp)];
    return [
      {
        name: 'calls joined and left, beside SIPp',
        value: ours / theirs,
        unit: '×',
        target: { atLeast: 0.25 },
        behind: `${ours.toFixed(0)}/s, SIPp's UAS ${theirs.toFixed(0)}/s, ${AT_ONCE.plenary} and ${AT_ONCE.sipp} at once`,
      },
    ];
  } finally {
    await server.stop();
  }
}

/** Its UAS runs in its turn only, for it polls while it waits. */
async function besideSipp(): Promise<number> {
  const port = await freePort();
  const uas = answering(port);
  await new Promise((ready) => setTimeout(ready, 300));
  try {
    return await callsPerSecond(port, 'uas', AT_ONCE.sipp);
  } finally {
    uas.kill('SIGKILL');
  }
}

const answering = (port: number): ChildProcess =>
  spawn('sipp', ['-sn', 'uas', '-i', '127.0.0.1', '-p', String(port), '-nostdin'], { stdio: 'ignore' });

async function callsPerSecond(port: number, user: string, atOnce: number): Promise<number> {
  const began = performance.now();
  const scenario = join(import.meta.dirname, 'call.xml');
  const load = ['-m', String(CALLS), '-l', String(atOnce), '-r', '100000'];
  const way = ['-i', '127.0.0.1', '-p', String(await freePort()), '-mp', String(await freePort())];
  await run('sipp', ['-sf', scenario, `127.0.0.1:${port}`, '-s', user, ...load, ...way, '-nostdin', '-timeout', '60'], {
    maxBuffer: 64 * 1_024 * 1_024,
  });
  return (CALLS * 1_000) / (performance.now() - began);
}
