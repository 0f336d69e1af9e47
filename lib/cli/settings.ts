import { Command } from 'commander';
import { settingsAsMarkdown } from '../config.ts';

export const settings = (): Command =>
  new Command('settings')
    .description('print every setting of the server with its default, as Markdown')
    .action(() => void process.stdout.write(settingsAsMarkdown()));
