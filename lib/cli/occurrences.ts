import type { Command } from 'commander';
import type { ConferenceControlClient } from '../ccmp/client/client.ts';
import type { AskedSteering } from '../ccmp/codec/occurrences.ts';
import { addClientOptions, withClient, type ClientOptions } from './client.ts';
import { CommandFailure, EXIT, printJson, printTable } from './outcome.ts';

interface Options extends ClientOptions {
  readonly json?: boolean;
  readonly conferencePassword?: string;
}
interface ListOptions extends Options {
  readonly from?: number;
  readonly to?: number;
  readonly limit?: number;
}

/** `plenary conference occurrences` and what one does to them. */
export function addOccurrences(conference: Command): void {
  addClientOptions(conference.command('occurrences <uri>'))
    .description('list when a conference takes place')
    .option('--from <time>', 'those that are not over then, as 2030-01-07T09:00:00Z (default: now)', momentOf)
    .option('--to <time>', 'those that begin before', momentOf)
    .option('--limit <number>', 'so many at most', Number)
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
      const rows = occurrences.map(({ id, start, end, opens, state }) => ({
        ...{ id, state, start: shown(start), end: end === undefined ? '' : shown(end), opens: shown(opens) },
      }));
      if (options.json === true) printJson(rows);
      else printTable(rows.map((row) => [row.id, row.state, row.start, row.end, row.opens]));
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
  steering('cancel', 'cancel one occurrence')
    .requiredOption('--occurrence <id>', 'its id in the list of occurrences')
    .action(async (uri: string, options: ClientOptions & { readonly occurrence: string }) => {
      await steer(options, uri, { action: 'cancel', id: options.occurrence });
    });
}

const shown = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`;

function momentOf(text: string): number {
  const at = Date.parse(text);
  if (Number.isNaN(at)) throw new CommandFailure(`${text} is no time: write 2030-01-07T09:00:00Z`, EXIT.usage);
  return at;
}
