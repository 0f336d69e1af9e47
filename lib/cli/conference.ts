import { Command, Option } from 'commander';
import type { CallOptions, ConferenceAnswer, ConferenceControlClient } from '../ccmp/client/client.ts';
import { PREFIXES, info, xcon } from '../model/names.ts';
import type { XmlElement } from '../xml/element.ts';
import { serialize } from '../xml/serialize.ts';
import { addClientOptions, withClient, type ClientOptions } from './client.ts';
import { changesView } from './changes-view.ts';
import { conferenceView } from './conference-view.ts';
import { positiveOf, readInput } from './input.ts';
import { addFreeBusy } from './free-busy.ts';
import { addOccurrences } from './occurrences.ts';
import { CommandFailure, EXIT, print, printFields, printJson, printTable } from './outcome.ts';
import { gather } from './server-options.ts';

interface Shown {
  readonly json?: boolean;
  readonly xml?: boolean;
}

/** Options that change single elements of a conference. */
interface Elements {
  readonly displayText?: string;
  readonly subject?: string;
  readonly description?: string;
  readonly invite?: readonly string[];
}

type Options = ClientOptions & Shown & { readonly conferencePassword?: string };
type ChangeOptions = Options & Elements & { readonly file?: string };

/** `plenary conference`: a CCMP client for people and scripts. */
export function conference(): Command {
  const command = new Command('conference').description('conferences on a server');

  addClientOptions(command.command('list'))
    .description('list the conferences that one organises, takes part in or is invited to')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      const entries = await withClient(options, (client) => client.conferences());
      if (options.json === true) printJson(entries.map(({ uri, displayText }) => ({ uri, displayText })));
      else printTable(entries.map(({ uri, displayText }) => [uri, displayText ?? '']));
    });

  addObjectOptions(command.command('show <uri>'))
    .description('show a conference')
    .action(async (uri: string, options: Options) => {
      show(await withClient(options, (client) => client.retrieve(uri, callOf(options))), options);
    });

  addPasswordOption(addClientOptions(command.command('summary <uri>')))
    .description('show a conference in brief')
    .option('--json', 'print JSON')
    .action(async (uri: string, options: Options) => {
      const summary = await withClient(options, (client) => client.summary(uri, callOf(options)));
      const { version, title, status = '', public: isPublic, media } = summary;
      if (options.json === true) printJson({ uri, ...summary });
      else
        printFields(uri, [
          ['version', String(version ?? '')],
          ['title', title],
          ['status', status],
          ['public', isPublic ? 'yes' : 'no'],
          ['media', media.join(' ')],
        ]);
    });

  addPasswordOption(addClientOptions(command.command('changes <uri>')))
    .description('show what changed in a conference after a version, for who asks')
    .requiredOption('--since <version>', 'the version that one has', positiveOf)
    .option('--json', 'print JSON')
    .action(async (uri: string, options: Options & { readonly since: number }) => {
      const { since, json } = options;
      const { version, changes } = await withClient(options, (client) =>
        client.changesSince(uri, since, callOf(options)),
      );
      const view = changesView(changes);
      if (json === true) printJson({ uri, since, version, ...view });
      else {
        print(`${uri} has version ${version ?? ''}`);
        if (view.retrieve) print(`nobody knows any more what changed since ${since}: show it`);
        for (const { operation, selector, content } of view.operations)
          print(`${operation} ${selector} ${content}`.trim());
      }
    });

  addChangeOptions(command.command('create'))
    .description('make a conference: a clone of a blueprint, or what a document describes')
    .addOption(
      new Option('--blueprint <uri>', 'what to clone, also a conference (default: the default blueprint)').conflicts(
        'file',
      ),
    )
    .action(async (options: ChangeOptions & { readonly blueprint?: string }) => {
      show(await withClient(options, (client) => create(client, options)), options);
    });

  addChangeOptions(command.command('update <uri>'))
    .description('change a conference')
    .action(async (uri: string, options: ChangeOptions) => {
      const changes = (await documentOf(options)) ?? changesOf(uri, options);
      if (changes === undefined) throw new CommandFailure('nothing to change: `--help` lists what can be', EXIT.usage);
      show(await withClient(options, (client) => client.update(uri, changes, callOf(options))), options);
    });

  addClientOptions(command.command('delete <uri>'))
    .description('end and delete a conference')
    .option('--json', 'print JSON')
    .action(async (uri: string, options: Options) => {
      await withClient(options, (client) => client.delete(uri));
      if (options.json === true) printJson({ deleted: uri });
    });

  addOccurrences(command);
  addFreeBusy(command);
  return command;
}

const addPasswordOption = (command: Command): Command =>
  command.option('--conference-password <text>', 'the password of the conference');

const addObjectOptions = (command: Command): Command =>
  addPasswordOption(addClientOptions(command))
    .option('--json', 'print JSON')
    .addOption(new Option('--xml', 'print the conference-info document').conflicts('json'));

const addChangeOptions = (command: Command): Command =>
  addObjectOptions(command)
    .option('--display-text <text>', 'its name')
    .option('--subject <text>', 'its subject')
    .option('--description <text>', 'what it is about')
    .option('--invite <address>', 'an address that may dial in, again for more; they replace the list', gather)
    .addOption(
      new Option('--file <file>', 'a conference-info document; `-` is standard input').conflicts([
        'displayText',
        'subject',
        'description',
        'invite',
      ]),
    );

/** A clone with changes is two requests: CCMP clones an object as it is (RFC 6503 §5.3.4). */
async function create(
  client: ConferenceControlClient,
  options: ChangeOptions & { readonly blueprint?: string },
): Promise<ConferenceAnswer> {
  const document = await documentOf(options);
  if (document !== undefined) return client.create({ document }, callOf(options));
  const parent = options.blueprint === undefined ? {} : { parent: options.blueprint };
  const made = await client.create(parent, callOf(options));
  const changes = changesOf(made.uri, options);
  if (changes === undefined) return made;
  try {
    return await client.update(made.uri, changes);
  } catch (error) {
    await client.delete(made.uri);
    throw error;
  }
}

const documentOf = async ({ file }: ChangeOptions): Promise<string | undefined> =>
  file === undefined ? undefined : readInput(file);

/** The document that says what changes; undefined when nothing does. */
function changesOf(uri: string, { displayText, subject, description, invite }: Elements): XmlElement | undefined {
  const texts = Object.entries({ 'display-text': displayText, subject, 'free-text': description })
    .filter((entry): entry is [string, string] => entry[1] !== undefined)
    .map(([local, text]) => info(local, {}, [text]));
  const targets = invite?.map((address) => xcon('target', { uri: address, method: 'dial-in' }));
  const sections = [
    ...(texts.length > 0 ? [info('conference-description', {}, texts)] : []),
    ...(targets === undefined ? [] : [info('users', {}, [xcon('allowed-users-list', {}, targets)])]),
  ];
  return sections.length === 0 ? undefined : info('conference-info', { entity: uri }, sections);
}

const callOf = ({ conferencePassword }: Options): CallOptions =>
  conferencePassword === undefined ? {} : { conferencePassword };

function show(answer: ConferenceAnswer, { json, xml }: Shown): void {
  const view = conferenceView(answer);
  if (json === true) printJson(view);
  else if (xml === true && answer.document !== undefined) print(serialize(answer.document, { prefixes: PREFIXES }));
  else
    printFields(view.uri, [
      ['SIP URI', view.sipUri],
      ['version', String(view.version ?? '')],
      ['name', view.displayText ?? ''],
      ['subject', view.subject ?? ''],
      ['description', view.description ?? ''],
      ...view.users.map(({ entity, roles }) => ['user', `${entity} ${roles.join(' ')}`] as const),
    ]);
}
