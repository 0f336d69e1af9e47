import { Command } from 'commander';
import { settingsAsMarkdown, settingsAsRecords } from '../config/page.ts';
import { printJson } from './outcome.ts';

export const settings = (): Command =>
  new Command('settings')
    .description('print every setting of the server with its default, as Markdown')
    .option('--json', 'print JSON')
    .action(({ json }: { readonly json?: boolean }) => {
      if (json === true) printJson(settingsAsRecords());
      else process.stdout.write(settingsAsMarkdown());
    });
