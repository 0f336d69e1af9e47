import { Command } from 'commander';
import { CommandFailure, print, printJson } from './outcome.ts';
import { addServerOptions, sourcesOf, type ServerOptions } from './server-options.ts';
import { withAdministration } from './with-administration.ts';

/** `plenary check`: whether the store is whole. */
export const check = (): Command =>
  addServerOptions(new Command('check'))
    .description('verify the store')
    .option('--json', 'print JSON')
    .action(async (options: ServerOptions & { readonly json?: boolean }) => {
      const report = await withAdministration(sourcesOf(options), (administration) => administration.check());
      if (options.json === true) printJson(report);
      else report.problems.forEach(print);
      const found = report.problems.length;
      if (found > 0) throw new CommandFailure(`the store has ${found} ${found === 1 ? 'problem' : 'problems'}`);
      if (options.json !== true) print('the store is whole');
    });
