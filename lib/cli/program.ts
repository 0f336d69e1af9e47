import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { EXIT_CODES } from './outcome.ts';

/** In the order of the help. Each is loaded when it is named, for most need no server in them. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serve(),
  user: async () => (await import('./user.ts')).user(),
  barring: async () => (await import('./barring.ts')).barring(),
  blueprint: async () => (await import('./blueprint.ts')).blueprint(),
  conference: async () => (await import('./conference.ts')).conference(),
  watch: async () => (await import('./watch.ts')).watch(),
  callback: async () => (await import('./callback.ts')).callback(),
  ccmp: async () => (await import('./ccmp.ts')).ccmp(),
  discover: async () => (await import('./discover.ts')).discover(),
  subscriptions: async () => (await import('./subscriptions.ts')).subscriptions(),
  mail: async () => (await import('./mail.ts')).mail(),
  backup: async () => (await import('./backup.ts')).backup(),
  check: async () => (await import('./check.ts')).check(),
  settings: async () => (await import('./settings.ts')).settings(),
};

/**
 * The `plenary` command with what these arguments name below it, or with everything where they name nothing that is
 * there; a wrong command line throws a `CommanderError`.
 */
export async function program([first = '']: readonly string[]): Promise<Command> {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const named = Object.hasOwn(COMMANDS, first) ? [COMMANDS[first]] : Object.values(COMMANDS);
  const plenary = new Command('plenary')
    .description('a conference control server: XCON (RFC 5239) over CCMP (RFC 6503)')
    .version(version);
  for (const load of named) if (load !== undefined) plenary.addCommand(await load());
  settle(plenary);
  return plenary;
}

/** Each command tells its exit codes and throws instead of ending the process. */
function settle(command: Command): void {
  command.exitOverride().addHelpText('after', EXIT_CODES);
  command.commands.forEach(settle);
}
