import type { Command } from 'commander';
import { addClientOptions, withClient, type ClientOptions } from './client.ts';
import { momentOf, shownMoment } from './moments.ts';
import { printJson, printTable } from './outcome.ts';

interface Options extends ClientOptions {
  readonly of?: string;
  readonly from?: number;
  readonly to?: number;
  readonly json?: boolean;
}

const DAY = 86_400_000;

/** `plenary conference freebusy`. */
export function addFreeBusy(conference: Command): void {
  addClientOptions(conference.command('freebusy'))
    .description('list when somebody is in conferences')
    .option('--of <user>', 'an XCON-USERID or an address (default: oneself)')
    .option('--from <time>', 'as 2030-01-07T09:00:00Z (default: now)', momentOf)
    .option('--to <time>', 'until then (default: a week later)', momentOf)
    .option('--json', 'print JSON')
    .action(async ({ of, from = Date.now(), to = from + 7 * DAY, ...options }: Options) => {
      const asked = { ...(of !== undefined && { of }), from, to };
      const times = await withClient(options, (client) => client.freeBusy(asked));
      const rows = times.map(({ start, end }) => ({ start: shownMoment(start), end: shownMoment(end) }));
      if (options.json === true) printJson(rows);
      else printTable(rows.map(({ start, end }) => [start, end]));
    });
}
