import { Command } from 'commander';
import { print, printFields, printJson } from './outcome.ts';
import { addServerOptions, sourcesOf, type ServerOptions } from './server-options.ts';
import { withAdministration } from './with-administration.ts';

/** `plenary mail`: what waits for the mail server, and what was given up. */
export const mail = (): Command =>
  addServerOptions(new Command('mail'))
    .description('show mail that waits for the mail server, and what was given up, by organizer')
    .option('--json', 'print JSON')
    .action(async (options: ServerOptions & { readonly json?: boolean }) => {
      const views = await withAdministration(sourcesOf(options), (administration) => administration.mail());
      if (options.json === true) printJson(views);
      else if (views.length === 0) print('no mail waits, and none was given up');
      else
        for (const { organizer, waiting, failure = '', dead } of views)
          printFields(organizer, [
            ['waiting', String(waiting)],
            ['failing', failure],
            ...dead.map(({ to, subject, at, reason }) => ['given up', `${to} “${subject}”, ${at}: ${reason}`] as const),
          ]);
    });
