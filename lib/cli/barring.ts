import { Command } from 'commander';
import { barringDocument } from './barring-document.ts';
import { readInput } from './input.ts';
import { CommandFailure, EXIT, print, printJson } from './outcome.ts';
import { addServerOptions, gather, sourcesOf, type ServerOptions } from './server-options.ts';
import { withAdministration } from './with-administration.ts';

type BarringOptions = ServerOptions & { readonly json?: boolean };
type SetOptions = BarringOptions & { readonly incoming?: readonly string[]; readonly outgoing?: readonly string[] };

/** `plenary barring`: who may call a user and whom she may call (3GPP TS 24.611). */
export function barring(): Command {
  const command = new Command('barring').description('communication barring: who may call a user, whom she may call');

  addOptions(command.command('show <user>'))
    .description('print the document simservs of a user')
    .action(async (name: string, options: BarringOptions) => {
      const shown = await withAdministration(sourcesOf(options), (administration) => administration.barring({ name }));
      if (options.json === true) printJson(shown);
      else print(shown.document ?? `${name} has no rules`);
    });

  addOptions(command.command('set <user> [file]'))
    .description(
      'give a user the rules of a document simservs (3GPP TS 24.623; `-` is standard input), or of the options',
    )
    .option('--incoming <whom>', 'who may not call her: all, anonymous, *@domain or a URI, again for more', gather)
    .option('--outgoing <whom>', 'whom she may not call: the same', gather)
    .action(async (name: string, file: string | undefined, options: SetOptions) => {
      const { incoming, outgoing } = options;
      const byOptions = incoming !== undefined || outgoing !== undefined;
      if (byOptions === (file !== undefined))
        throw new CommandFailure('give a file, or --incoming and --outgoing', EXIT.usage);
      const document =
        file === undefined
          ? barringDocument({ ...(incoming && { incoming }), ...(outgoing && { outgoing }) })
          : await readInput(file);
      await withAdministration(sourcesOf(options), (administration) => administration.setBarring({ name, document }));
      if (options.json === true) printJson({ document });
    });

  addOptions(command.command('remove <user>'))
    .description('remove the document simservs of a user: nothing is barred')
    .action(async (name: string, options: BarringOptions) => {
      await withAdministration(sourcesOf(options), (administration) => administration.removeBarring({ name }));
      if (options.json === true) printJson({ removed: name });
    });

  return command;
}

const addOptions = (command: Command): Command => addServerOptions(command).option('--json', 'print JSON');
