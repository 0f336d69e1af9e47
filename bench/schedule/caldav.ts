import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { Agent, request as send, type IncomingMessage } from 'node:http';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { inTurn, median, type Figure } from '../figures.ts';
import type { Setting } from './setting.ts';

/** Events that the calendar has before anything is measured. */
const THERE = 300;
/** Events of one round: each is put, read and synchronised. */
const PUT = 40;
const AT_ONCE = 4;
const WARM_UP = 1;

/** A CalDAV server with the calendar of one user. */
interface Subject {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly calendar: string;
  readonly agent: Agent;
  token: string;
  put: number;
}

/** PUT, GET and sync-collection against radicale, in one run: requests per second. */
export async function measureCalDav({ scratch, rounds }: Setting): Promise<Figure[]> {
  const plenary = await startPlenary(scratch);
  const radicale = await startRadicale(scratch);
  try {
    for (const subject of [plenary, radicale]) await fill(subject);
    const rates = await inTurn(rounds, { plenary: () => rate(plenary), radicale: () => rate(radicale) }, WARM_UP);
    const [ours, theirs] = [median(rates.plenary), median(rates.radicale)];
    return [
      {
        name: `CalDAV PUT, GET and sync in a calendar of ${THERE} events, beside radicale`,
        value: ours / theirs,
        unit: 'times',
        target: { atLeast: 3 },
        behind: `${ours.toFixed(0)}/s, radicale ${theirs.toFixed(0)}/s`,
      },
    ];
  } finally {
    for (const { child, agent } of [plenary, radicale]) {
      agent.destroy();
      child.kill('SIGTERM');
    }
  }
}

async function fill(subject: Subject): Promise<void> {
  await together(THERE, async () => {
    await put(subject);
  });
  await synchronise(subject);
}

async function rate(subject: Subject): Promise<number> {
  const begun = performance.now();
  await together(PUT, async () => {
    const path = await put(subject);
    await ask(subject, 'GET', path);
    await synchronise(subject);
  });
  return (3 * PUT * 1000) / (performance.now() - begun);
}

async function together(count: number, work: () => Promise<void>): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

async function put(subject: Subject): Promise<string> {
  const number = ++subject.put;
  const path = `${subject.calendar}event-${number}.ics`;
  await ask(subject, 'PUT', path, eventText(number), { 'Content-Type': 'text/calendar' });
  return path;
}

async function synchronise(subject: Subject): Promise<void> {
  const body = `<D:sync-collection xmlns:D="DAV:"><D:sync-token>${subject.token}</D:sync-token><D:sync-level>1</D:sync-level><D:prop><D:getetag/></D:prop></D:sync-collection>`;
  const text = await ask(subject, 'REPORT', subject.calendar, body, { 'Content-Type': 'application/xml', Depth: '0' });
  subject.token = /sync-token>([^<]+)</.exec(text)?.[1] ?? '';
}

async function ask(
  { origin, agent }: Subject,
  method: string,
  path: string,
  body = '',
  headers: Readonly<Record<string, string>> = {},
): Promise<string> {
  const authorization = `Basic ${Buffer.from('alice:demo').toString('base64')}`;
  const length = { 'Content-Length': String(Buffer.byteLength(body)) };
  const asked = send(`${origin}${path}`, {
    ...{ method, agent },
    headers: { ...headers, ...length, Authorization: authorization },
  }).end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString();
  if ((response.statusCode ?? 0) >= 300) throw new Error(`${method} ${path}: ${response.statusCode} ${text}`);
  return text;
}

/** A weekly hour, each of another week, as a client writes it. */
const eventText = (number: number): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//bench//EN',
    'BEGIN:VEVENT',
    `UID:event-${number}@bench`,
    'DTSTAMP:20291201T000000Z',
    `DTSTART;TZID=Europe/Berlin:${2030 + (number % 20)}0107T090000`,
    'DURATION:PT1H',
    'RRULE:FREQ=WEEKLY;COUNT=10',
    `SUMMARY:Event ${number}`,
    'DESCRIPTION:What it is about\\, at some length: so that there is something to read and to write.',
    'LOCATION:Room 4711',
    'BEGIN:VALARM',
    'ACTION:DISPLAY',
    'DESCRIPTION:Reminder',
    'TRIGGER:-PT15M',
    'END:VALARM',
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ].join('\r\n');

async function startPlenary(scratch: string): Promise<Subject> {
  const data = mkdtempSync(join(scratch, 'plenary-'));
  const main = join(import.meta.dirname, '../../lib/main.ts');
  const flags = ['serve', '--demo', '--http', '127.0.0.1:0', '--sip', '127.0.0.1:0', '--data', data];
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...flags], { stdio: ['ignore', 'pipe', 'ignore'] });
  const origin = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const [url] = /http:\S+/.exec(said) ?? [];
      if (url !== undefined) resolve(new URL(url).origin);
    });
    child.once('exit', (code) => reject(new Error(`plenary ended with ${String(code)}`)));
  });
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const home = await ask({ child, origin, calendar: '', agent, token: '', put: 0 }, 'PROPFIND', '/dav/calendars/', '', {
    Depth: '1',
  });
  const [, path = ''] = /href>(\/dav\/calendars\/[^<]+)</.exec(home) ?? [];
  return { child, origin, calendar: `${path}conferences/`, agent, token: '', put: 0 };
}

/** As Debian installs it: files, each flushed to the disk; whoever asks is who she says. */
async function startRadicale(scratch: string): Promise<Subject> {
  const data = mkdtempSync(join(scratch, 'radicale-'));
  mkdirSync(join(data, 'collections'));
  const port = await freePort();
  writeFileSync(
    join(data, 'config'),
    `[server]\nhosts = 127.0.0.1:${port}\n[auth]\ntype = none\n[storage]\nfilesystem_folder = ${data}/collections\n`,
  );
  const child = spawn('radicale', ['--config', join(data, 'config')], { stdio: 'ignore' });
  child.once('error', () => {
    throw new Error('radicale is missing: apt-get install radicale');
  });
  const subject: Subject = {
    ...{ child, origin: `http://127.0.0.1:${port}`, calendar: '/alice/conferences/' },
    ...{ agent: new Agent({ keepAlive: true, maxSockets: AT_ONCE }), token: '', put: 0 },
  };
  for (let tries = 0; ; tries++) {
    try {
      await ask(subject, 'MKCALENDAR', subject.calendar);
      return subject;
    } catch (error) {
      if (tries === 50) throw error;
      await pause(100);
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
