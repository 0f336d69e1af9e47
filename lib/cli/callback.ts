import { Command, Option } from 'commander';
import type { CallbackScope } from '../ccmp/codec/callbacks.ts';
import { addClientOptions, withClient, type ClientOptions } from './client.ts';
import { CommandFailure, EXIT, print, printFields, printJson } from './outcome.ts';

type Options = ClientOptions & { readonly json?: boolean };
interface Chosen {
  readonly conference?: string;
  readonly mine?: boolean;
  readonly all?: boolean;
}

/** `plenary callback`: URLs that the server calls when conferences change. */
export function callback(): Command {
  const command = new Command('callback').description('URLs that the server calls when conferences change');

  addClientOptions(command.command('add <url>'))
    .description('have a URL called; prints the secret of its signatures, which is not shown again')
    .addOption(new Option('--conference <uri>', 'when this conference changes').conflicts(['mine', 'all']))
    .addOption(new Option('--mine', 'when a conference of one’s own does').conflicts('all'))
    .option('--all', 'when any does; for system administrators')
    .option('--json', 'print JSON')
    .action(async (url: string, options: Options & Chosen) => {
      const scope = scopeOf(options);
      const made = await withClient(options, (client) => client.addCallback({ url, scope }));
      if (options.json === true) printJson(made);
      else
        printFields(made.id, [
          ['calls', made.url],
          ['secret', made.secret],
        ]);
    });

  addClientOptions(command.command('list'))
    .description('show one’s callbacks, what waits for them and what was given up; all to system administrators')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      const callbacks = await withClient(options, (client) => client.callbacks());
      if (options.json === true) {
        printJson(callbacks);
        return;
      }
      for (const { id, url, scope, owner = '', created = '', waiting, failure = '', dead = [] } of callbacks) {
        printFields(id, [
          ['calls', url],
          ['about', typeof scope === 'string' ? scope : scope.conference],
          ['for', owner],
          ['since', created],
          ['waiting', String(waiting ?? 0)],
          ['failing', failure],
          ...dead.map((letter) => {
            const what = letter.version === 0 ? 'deletion' : `version ${letter.version}`;
            return ['given up', `${letter.conference} ${what}, ${letter.at}: ${letter.reason}`] as const;
          }),
        ]);
      }
      if (callbacks.length === 0) print('there are none');
    });

  addClientOptions(command.command('remove <id>'))
    .description('end a callback, with all that waits for it')
    .option('--json', 'print JSON')
    .action(async (id: string, options: Options) => {
      await withClient(options, (client) => client.removeCallback(id));
      if (options.json === true) printJson({ removed: id });
    });

  return command;
}

function scopeOf({ conference, mine, all }: Chosen): CallbackScope {
  if (conference !== undefined) return { conference };
  if (mine === true) return 'mine';
  if (all === true) return 'all';
  throw new CommandFailure('say which conferences are meant: --conference <uri>, --mine or --all', EXIT.usage);
}
