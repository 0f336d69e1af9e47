import { Command } from 'commander';
import type { Administration, UserView } from '../admin/administration.ts';
import { printFields, printJson, printTable } from './outcome.ts';
import { readPassword } from './password.ts';
import { addServerOptions, gather, sourcesOf, type ServerOptions } from './server-options.ts';
import { withAdministration } from './with-administration.ts';

type UserOptions = ServerOptions & { readonly json?: boolean };
type PasswordOptions = UserOptions & { readonly passwordFile?: string; readonly digest?: boolean };
type AddOptions = PasswordOptions & {
  readonly address?: readonly string[];
  readonly displayText?: string;
  readonly systemAdministrator?: boolean;
};

/** `plenary user`: the users of the directory. */
export function user(): Command {
  const command = new Command('user').description('users of the directory');

  addPasswordOptions(command.command('add <name>'))
    .description('add a user: `alice`, or `alice@example.com` for another domain than the own')
    .option('--address <uri>', 'an address of record, again for more (default: sip:<name>@<domain>)', gather)
    .option('--display-text <text>', 'the name to show')
    .option('--system-administrator', 'may see and change every conference, blueprint and user')
    .action(async (name: string, options: AddOptions) => {
      const password = await readPassword(options.passwordFile);
      const { address: addresses, displayText, systemAdministrator, digest } = options;
      const added = await withAdministration(sourcesOf(options), (administration) =>
        administration.addUser({
          name,
          password,
          ...(digest !== undefined && { digest }),
          ...(addresses !== undefined && { addresses }),
          ...(displayText !== undefined && { displayText }),
          ...(systemAdministrator !== undefined && { systemAdministrator }),
        }),
      );
      show(added, options);
    });

  addUserOptions(command.command('list'))
    .description('list the users')
    .action(async (options: UserOptions) => {
      const users = await withAdministration(sourcesOf(options), everyUser);
      if (options.json === true) printJson(users);
      else
        printTable(users.map((one) => [`${one.login}@${one.domain}`, one.displayText ?? '', one.addresses.join(' ')]));
    });

  addUserOptions(command.command('show <name>'))
    .description('show a user')
    .action(async (name: string, options: UserOptions) => {
      show(await withAdministration(sourcesOf(options), (administration) => administration.user({ name })), options);
    });

  addPasswordOptions(command.command('password <name>'))
    .description('give a user a new password')
    .action(async (name: string, options: PasswordOptions) => {
      const password = await readPassword(options.passwordFile);
      const { digest } = options;
      const changed = await withAdministration(sourcesOf(options), (administration) =>
        administration.setPassword({ name, password, ...(digest !== undefined && { digest }) }),
      );
      show(changed, options);
    });

  addUserOptions(command.command('remove <name>'))
    .description('remove a user from the directory')
    .action(async (name: string, options: UserOptions) => {
      await withAdministration(sourcesOf(options), (administration) => administration.removeUser({ name }));
      if (options.json === true) printJson({ removed: name });
    });

  return command;
}

const addUserOptions = (command: Command): Command => addServerOptions(command).option('--json', 'print JSON');

const addPasswordOptions = (command: Command): Command =>
  addUserOptions(command)
    .option('--password-file <file>', 'read the password from a file (default: ask, or read standard input)')
    .option('--digest', 'keep what HTTP Digest and SIP need (default: as before; for a new user, yes)')
    .option('--no-digest', 'keep only a hash of the password; HTTP Digest and SIP will not work');

async function everyUser(administration: Administration): Promise<UserView[]> {
  const users: UserView[] = [];
  for (;;) {
    const after = users.at(-1)?.id;
    const page = await administration.users(after === undefined ? {} : { after });
    if (page.length === 0) return users;
    users.push(...page);
  }
}

function show(shown: UserView, { json }: UserOptions): void {
  if (json === true) printJson(shown);
  else
    printFields(shown.id, [
      ['login', `${shown.login}@${shown.domain}`],
      ['name', shown.displayText ?? ''],
      ['addresses', shown.addresses.join(' ')],
      ['system administrator', shown.systemAdministrator ? 'yes' : 'no'],
      ['created', shown.created],
    ]);
}
