import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import { HttpCredentials } from '../ccmp/client/credentials.ts';
import type { Json } from '../notification/json.ts';
import { addClientOptions, credentialsOf, urlOf, type ClientOptions } from './client.ts';
import { eventsAt, type ServerSentEvent } from './event-source.ts';
import { CommandFailure, EXIT, print } from './outcome.ts';
import { changesBetween, linesOf, merged, rosterOf, type Roster } from './roster.ts';

type Options = ClientOptions & { readonly json?: boolean; readonly conferencePassword?: string };

/** Between the end of a stream and the next attempt, in milliseconds. */
const AGAIN = 2_000;
/** Reasons after which there is nothing to come back for (RFC 6665 §4.1.3). */
const FINAL = new Set(['noresource', 'rejected']);

/** `plenary watch`: a conference as it is now, until it is deleted or one has seen enough. */
export const watch = (): Command =>
  addClientOptions(new Command('watch'))
    .argument('<conference>', 'its XCON-URI')
    .description('watch who is in a conference: a live roster in a terminal, else a line for each change')
    .option('--conference-password <text>', 'the password of the conference')
    .option('--json', 'print each event as a line of JSON')
    .action(run);

async function run(conference: string, options: Options): Promise<void> {
  const server = urlOf(options.server);
  const pair = options.user === undefined ? undefined : await credentialsOf(server, options.user);
  const credentials = pair && new HttpCredentials(pair.user, pair.password);
  const url = new URL(`/conferences/${encodeURIComponent(conference)}/events?format=json`, server);
  const headers = {
    ...(options.conferencePassword !== undefined && { 'Conference-Password': options.conferencePassword }),
  };
  const screen = options.json === true ? rawEvents : process.stdout.isTTY ? liveRoster() : changeLines();
  let lastEventId: string | undefined;
  for (let isFirst = true; ; isFirst = false) {
    try {
      for await (const event of eventsAt(url, { credentials, lastEventId, headers })) {
        screen(event);
        if (event.event === 'end' && FINAL.has(event.data)) return;
        lastEventId = event.id ?? lastEventId;
      }
    } catch (error) {
      const isGoneForNow = error instanceof CommandFailure && error.exitCode === EXIT.unreachable;
      if (isFirst || !isGoneForNow) throw error;
    }
    await sleep(AGAIN);
  }
}

type Screen = (event: ServerSentEvent) => void;

const rawEvents: Screen = ({ event, id, data }) =>
  print(JSON.stringify({ event, ...(id !== undefined && { id }), data: event === 'end' ? data : json(data) }));

const json = (text: string): Json => JSON.parse(text) as Json;

/** The roster after each event; undefined at the end. */
function rosters(): (event: ServerSentEvent) => Roster | undefined {
  let document: Json = {};
  return ({ event, data }) => {
    if (event === 'end') return undefined;
    document = event === 'full' ? json(data) : merged(document, json(data));
    return rosterOf(document);
  };
}

function changeLines(): Screen {
  const next = rosters();
  let before: Roster | undefined;
  return (event) => {
    const now = next(event);
    const time = new Date().toTimeString().slice(0, 8);
    const lines = now === undefined ? [`the stream ended: ${event.data}`] : changesBetween(before, now);
    for (const line of lines) print(`${time}  ${line}`);
    before = now ?? before;
  };
}

/** Draws in place; the cursor is hidden meanwhile. */
function liveRoster(): Screen {
  const { stdout } = process;
  const next = rosters();
  const seen = new Map<string, Date>();
  let roster: Roster | undefined;
  let drawn = 0;
  const draw = (): void => {
    if (roster === undefined) return;
    const look = { columns: stdout.columns, lines: stdout.rows, colours: stdout.hasColors(), seen, now: new Date() };
    const lines = linesOf(roster, look);
    stdout.write(`${drawn > 0 ? `\x1b[${drawn}A` : ''}\x1b[J${lines.join('\n')}\n`);
    drawn = lines.length;
  };
  stdout.write('\x1b[?25l');
  process.on('exit', () => stdout.write('\x1b[?25h'));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(EXIT.done));
  stdout.on('resize', draw);
  setInterval(draw, 30_000).unref();
  return (event) => {
    const now = next(event);
    if (now === undefined) {
      print(event.data === 'noresource' ? 'the conference is no more' : `the stream ended: ${event.data}`);
      drawn = 0;
      return;
    }
    const keys = new Set(now.rows.map(({ key }) => key));
    for (const key of seen.keys()) if (!keys.has(key)) seen.delete(key);
    for (const key of keys) if (roster !== undefined && !seen.has(key) && !isIn(roster, key)) seen.set(key, new Date());
    roster = now;
    draw();
  };
}

const isIn = ({ rows }: Roster, key: string): boolean => rows.some((row) => row.key === key);
