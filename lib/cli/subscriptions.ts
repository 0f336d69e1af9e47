import { Command } from 'commander';
import { print, printJson, printTable } from './outcome.ts';
import { addServerOptions, sourcesOf, type ServerOptions } from './server-options.ts';
import { withAdministration } from './with-administration.ts';

/** `plenary subscriptions`: who watches which conference of the running server, and how far behind. */
export const subscriptions = (): Command =>
  addServerOptions(new Command('subscriptions'))
    .description('list who watches conferences of a running server: by what, which version they have, how often told')
    .option('--json', 'print JSON')
    .action(async (options: ServerOptions & { readonly json?: boolean }) => {
      const views = await withAdministration(sourcesOf(options), (administration) => administration.subscriptions());
      if (options.json === true) printJson(views);
      else if (views.length === 0) print('nobody watches');
      else
        printTable([
          ['CONFERENCE', 'WATCHER', 'FORMAT', 'BY', 'HAS', 'NEWEST', 'LAG', 'UNDER WAY', 'TOLD', 'PER MINUTE'],
          ...views.map(({ conference, watcher, format, transport, acknowledged, newest, outstanding, ...told }) => [
            ...[conference, watcher, format, transport, String(acknowledged ?? '–'), String(newest)],
            ...[String(newest - (acknowledged ?? 0)), outstanding ? 'yes' : 'no'],
            ...[String(told.notifications), String(told.rate)],
          ]),
        ]);
    });
