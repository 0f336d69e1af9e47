import { resolve } from 'node:path';
import { Command } from 'commander';
import { printJson } from './outcome.ts';
import { addServerOptions, sourcesOf, type ServerOptions } from './server-options.ts';
import { withAdministration } from './with-administration.ts';

/** `plenary backup`: the key file stays outside, so a backup alone discloses no password. */
export const backup = (): Command =>
  addServerOptions(new Command('backup'))
    .description('write a copy of the store to a new file, while the server runs; keep the key file apart from it')
    .argument('<file>', 'the file to make')
    .option('--json', 'print JSON')
    .action(async (to: string, options: ServerOptions & { readonly json?: boolean }) => {
      const file = resolve(to);
      await withAdministration(sourcesOf(options), (administration) => administration.backup({ file }));
      if (options.json === true) printJson({ file });
    });
