import { writeFileSync } from 'node:fs';
import { Command, Option } from 'commander';
import { readInput } from './input.ts';
import { print, printJson, printTable } from './outcome.ts';
import { addServerOptions, sourcesOf, type ServerOptions } from './server-options.ts';
import { withAdministration } from './with-administration.ts';

type BlueprintOptions = ServerOptions & { readonly json?: boolean };

/** `plenary blueprint`: the templates of conferences (RFC 5239 §5.2.1). */
export function blueprint(): Command {
  const command = new Command('blueprint').description('blueprints, the templates of conferences');

  addOptions(command.command('list'))
    .description('list the blueprints')
    .action(async (options: BlueprintOptions) => {
      const blueprints = await withAdministration(sourcesOf(options), (administration) => administration.blueprints());
      if (options.json === true) printJson(blueprints);
      else printTable(blueprints.map(({ uri, displayText }) => [uri, displayText ?? '']));
    });

  addOptions(command.command('export <uri>'))
    .description('print a blueprint as a conference-info document')
    .addOption(new Option('--output <file>', 'write it to a file instead').conflicts('json'))
    .action(async (uri: string, options: BlueprintOptions & { readonly output?: string }) => {
      const { document } = await withAdministration(sourcesOf(options), (administration) =>
        administration.exportBlueprint({ uri }),
      );
      if (options.json === true) printJson({ uri, document });
      else if (options.output === undefined) print(document);
      else writeFileSync(options.output, document);
    });

  addOptions(command.command('import <file>'))
    .description('add a blueprint from a conference-info document; `-` is standard input. Its entity is its name')
    .action(async (file: string, options: BlueprintOptions) => {
      const document = await readInput(file);
      const imported = await withAdministration(sourcesOf(options), (administration) =>
        administration.importBlueprint({ document }),
      );
      if (options.json === true) printJson(imported);
      else print(imported.uri);
    });

  addOptions(command.command('remove <uri>'))
    .description('remove a blueprint')
    .action(async (uri: string, options: BlueprintOptions) => {
      await withAdministration(sourcesOf(options), (administration) => administration.removeBlueprint({ uri }));
      if (options.json === true) printJson({ removed: uri });
    });

  return command;
}

const addOptions = (command: Command): Command => addServerOptions(command).option('--json', 'print JSON');
