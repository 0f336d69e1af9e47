import type { Command } from 'commander';
import type { ConferenceControlClient } from '../ccmp/client/client.ts';
import type { AskedSteering } from '../ccmp/codec/occurrences.ts';
import { info, xcon } from '../model/names.ts';
import type { XmlElement } from '../xml/element.ts';
import { addClientOptions, withClient, type ClientOptions } from './client.ts';
import { positiveOf } from './input.ts';
import { momentOf, shownMoment as shown } from './moments.ts';
import { CommandFailure, EXIT, print, printJson, printTable } from './outcome.ts';

interface Options extends ClientOptions {
  readonly json?: boolean;
  readonly conferencePassword?: string;
}
interface ListOptions extends Options {
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
}

interface ChangeOptions extends Options {
  readonly occurrence: string;
  readonly through?: string;
  readonly later?: true;
  readonly start?: number;
  readonly minutes?: number;
  readonly subject?: string;
  readonly description?: string;
}

/** `plenary conference occurrences` and what one does to them. */
export function addOccurrences(conference: Command): void {
  addClientOptions(conference.command('occurrences <uri>'))
    .description('list when a conference takes place, and which conference stands for each occurrence')
    .option('--from <time>', 'those that are not over then, as 2030-01-07T09:00:00Z (default: now)', momentOf)
    .option('--to <time>', 'those that begin before', momentOf)
    .option('--limit <number>', 'so many at most', positiveOf)
    .option('--conference-password <text>', 'the password of the conference')
    .option('--json', 'print JSON')
    .action(async (uri: string, { from, to, limit, ...options }: ListOptions) => {
      const asked = {
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
        ...(limit !== undefined && { limit }),
      };
      const { conferencePassword } = options;
      const call = conferencePassword === undefined ? {} : { conferencePassword };
      const { occurrences } = await withClient(options, (client) => client.occurrences(uri, asked, call));
      const rows = occurrences.map(({ id, start, end, opens, state, child }) => ({
        ...{ id, state, start: shown(start), end: end === undefined ? '' : shown(end), opens: shown(opens) },
        conference: child ?? uri,
      }));
      if (options.json === true) printJson(rows);
      else printTable(rows.map((row) => [row.id, row.state, row.start, row.end, row.opens, row.conference]));
    });

  const steering = (name: string, description: string): Command =>
    addClientOptions(conference.command(`${name} <uri>`)).description(description);
  const steer = (options: ClientOptions, uri: string, asked: AskedSteering): Promise<unknown> =>
    withClient(options, (client: ConferenceControlClient) => client.steer(uri, asked));

  steering('start', 'start the next occurrence now').action(async (uri: string, options: ClientOptions) => {
    await steer(options, uri, { action: 'start' });
  });
  steering('end', 'end the occurrence that goes on').action(async (uri: string, options: ClientOptions) => {
    await steer(options, uri, { action: 'end' });
  });
  steering('extend', 'let the occurrence that goes on last longer')
    .requiredOption('--until <time>', 'its new end, as 2030-01-07T11:00:00Z', momentOf)
    .action(async (uri: string, options: ClientOptions & { readonly until: number }) => {
      await steer(options, uri, { action: 'extend', until: options.until });
    });
  addClientOptions(conference.command('change <uri>'))
    .description('change one occurrence of a series, or several; what stands for them is printed')
    .requiredOption('--occurrence <id>', 'the id of the first one in the list of occurrences')
    .option('--through <id>', 'and all up to this one')
    .option('--later', 'and all later ones')
    .option('--start <time>', 'when the first one begins, as 2030-01-07T11:00:00Z', momentOf)
    .option('--minutes <number>', 'how long each takes', positiveOf)
    .option('--subject <text>', 'their subject')
    .option('--description <text>', 'what they are about')
    .option('--json', 'print JSON')
    .action(async (uri: string, options: ChangeOptions) => {
      const { occurrence: from, through = from, later, json } = options;
      const asked = { from, ...(later !== true && { to: through }), changes: changesOf(options) };
      const { uri: child } = await withClient(options, (client) => client.changeOccurrences(uri, asked));
      if (json === true) printJson({ uri: child });
      else print(child);
    });
  steering('cancel', 'cancel one occurrence')
    .requiredOption('--occurrence <id>', 'its id in the list of occurrences')
    .action(async (uri: string, options: ClientOptions & { readonly occurrence: string }) => {
      await steer(options, uri, { action: 'cancel', id: options.occurrence });
    });
}

function changesOf({ start, minutes, subject, description }: ChangeOptions): XmlElement {
  if ((start === undefined) !== (minutes === undefined))
    throw new CommandFailure('--start and --minutes say together when an occurrence is', EXIT.usage);
  const texts = Object.entries({ subject, 'free-text': description }).flatMap(([local, text]) =>
    text === undefined ? [] : [info(local, {}, [text])],
  );
  const times = start === undefined ? [] : [timesOf(start, minutes ?? 0)];
  if (texts.length + times.length === 0)
    throw new CommandFailure('nothing to change: `--help` lists what can be', EXIT.usage);
  return info('conference-info', {}, [info('conference-description', {}, [...texts, ...times])]);
}

function timesOf(start: number, minutes: number): XmlElement {
  const event = ['UID:occurrence', `DTSTAMP:${stamp(start)}`, `DTSTART:${stamp(start)}`, `DURATION:PT${minutes}M`];
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//Plenary//Command//EN', 'BEGIN:VEVENT', ...event];
  const base = [...lines, 'END:VEVENT', 'END:VCALENDAR', ''].join('\r\n');
  return xcon('conference-time', {}, [xcon('entry', {}, [xcon('base', {}, [base])])]);
}

const stamp = (at: number): string => shown(at).replace(/[-:]/g, '');
