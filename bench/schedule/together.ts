import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { Agent, request as send, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Database from 'better-sqlite3';
import { defaultBlueprintUri, shippedBlueprints } from '../../lib/conference/blueprints.ts';
import { commitDefaults } from '../../lib/conference/commits.ts';
import { ConferenceControl } from '../../lib/conference/control.ts';
import { controlDefaults } from '../../lib/conference/control-parts.ts';
import { Attempts } from '../../lib/directory/attempts.ts';
import type { XconUri, XconUserId } from '../../lib/model/identifiers.ts';
import { info, xcon } from '../../lib/model/names.ts';
import { openSqliteStore } from '../../lib/store/sqlite/store.ts';
import type { Figure } from '../figures.ts';
import type { Setting } from './setting.ts';

const COUNT = 10_000;
const AT_ONCE = 200;
/** Milliseconds in which the conferences are made and the server is started. */
const AHEAD = 45_000;
const EARLY = 600_000;
const DOMAIN = 'example.com';
/** Milliseconds between two requests. */
const PACE = 10;

/** Conferences that open in the same second, on a server that answers CCMP meanwhile. */
export async function measureTogether({ scratch }: Setting): Promise<Figure[]> {
  const data = mkdtempSync(join(scratch, 'together-'));
  const opens = Math.ceil((Date.now() + AHEAD) / 1_000) * 1_000;
  const one = await fill(data, opens + EARLY);
  const main = join(import.meta.dirname, '../../lib/main.ts');
  const flags = ['serve', '--demo', '--http', '127.0.0.1:0', '--sip', '127.0.0.1:0', '--data', data];
  const child = spawn(process.execPath, ['--import', 'tsx', main, ...flags], { stdio: ['ignore', 'pipe', 'ignore'] });
  const agent = new Agent({ keepAlive: true });
  try {
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const [url = ''] = /http:\/\/[^\s"]+/.exec(line.toString()) ?? [];
    for (let warming = 0; warming < 300; warming++) await retrieve(url, one, agent);
    if (Date.now() > opens - 1_000) throw new Error('the machine is too slow to prepare in time');
    await pause(opens - Date.now());
    const database = new Database(join(data, 'plenary.db'), { readonly: true });
    const left = database.prepare(
      "SELECT count(*) AS left FROM object WHERE kind = 'conference' AND NOT (header ->> '$.active')",
    );
    const latencies: number[] = [];
    let active = Infinity;
    while (active === Infinity && Date.now() < opens + 30_000) {
      for (let asked = 0; asked < 10; asked++) {
        const begun = performance.now();
        await retrieve(url, one, agent);
        latencies.push(performance.now() - begun);
        await pause(PACE);
      }
      if ((left.get() as { left: number }).left === 0) active = Date.now() - opens;
    }
    database.close();
    latencies.sort((a, b) => a - b);
    return [
      {
        name: `${COUNT} conferences of the same second are all active after`,
        value: active / 1_000,
        unit: 's',
        target: { atMost: 5 },
      },
      {
        name: 'CCMP answers meanwhile, p99',
        value: latencies[Math.floor(latencies.length * 0.99)] ?? Infinity,
        unit: 'ms',
        target: { atMost: 100 },
        behind: `${latencies.length} requests, slowest ${(latencies.at(-1) ?? 0).toFixed(0)} ms`,
      },
    ];
  } finally {
    agent.destroy();
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
}

/** Conferences of Alice's that begin together, in a data directory. */
async function fill(data: string, start: number): Promise<XconUri> {
  const store = await openSqliteStore({ directory: data });
  const alice = { userId: `xcon-userid:alice@${DOMAIN}` as XconUserId, addresses: [`sip:alice@${DOMAIN}`] };
  const control = new ConferenceControl({
    repository: store,
    people: {
      domain: DOMAIN,
      servesDomain: (domain) => domain === DOMAIN,
      principalById: () => Promise.resolve(undefined),
      principalByAddress: () => Promise.resolve(undefined),
    },
    attempts: new Attempts(() => 0),
    clock: Date.now,
    limits: { ...commitDefaults, ...controlDefaults },
    defaultBlueprint: defaultBlueprintUri(DOMAIN),
  });
  const call = (systemAdministrator: boolean) => ({
    caller: { kind: 'user', principal: { ...alice, systemAdministrator } } as const,
    source: '192.0.2.1',
    profile: 'standard' as const,
  });
  for (const blueprint of shippedBlueprints(DOMAIN)) await control.createBlueprint(call(true), blueprint);
  const stamp = new Date(start).toISOString().replace(/[-:]|\.\d+/g, '');
  const event = ['BEGIN:VEVENT', 'UID:together', `DTSTART:${stamp}`, 'DURATION:PT1H', 'END:VEVENT'];
  const base = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//bench//EN', ...event, 'END:VCALENDAR', ''].join('\r\n');
  const time = xcon('conference-time', {}, [xcon('entry', {}, [xcon('base', {}, [base])])]);
  const document = info('conference-info', { entity: `xcon:AUTO_GENERATE_1@${DOMAIN}` }, [
    info('conference-description', {}, [info('subject', {}, ['Together']), time]),
  ]);
  let made: XconUri | undefined;
  for (let from = 0; from < COUNT; from += AT_ONCE) {
    const some = Array.from({ length: AT_ONCE }, () => control.create(call(false), { document }));
    made = (await Promise.all(some))[0]?.uri;
  }
  await control.drain();
  await store.close();
  if (made === undefined) throw new Error('nothing was made');
  return made;
}

async function retrieve(url: string, conference: XconUri, agent: Agent): Promise<void> {
  const body = `<ccmp:ccmpRequest xmlns:ccmp="urn:ietf:params:xml:ns:xcon-ccmp" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><ccmpRequest xsi:type="ccmp:ccmp-conf-request-message-type"><confUserID>xcon-userid:alice@${DOMAIN}</confUserID><confObjID>${conference}</confObjID><operation>retrieve</operation><ccmp:confRequest/></ccmpRequest></ccmp:ccmpRequest>`;
  const headers = {
    'Content-Type': 'application/ccmp+xml',
    'Content-Length': String(Buffer.byteLength(body)),
    Authorization: `Basic ${Buffer.from('alice:demo').toString('base64')}`,
  };
  const asked = send(url, { method: 'POST', agent, headers }).end(body);
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  if (!text.includes('>200<')) throw new Error(`the answer is not as expected: ${text.slice(0, 500)}`);
}
