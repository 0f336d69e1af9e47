import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { backup } from './backup.ts';
import { barring } from './barring.ts';
import { blueprint } from './blueprint.ts';
import { callback } from './callback.ts';
import { ccmp } from './ccmp.ts';
import { check } from './check.ts';
import { conference } from './conference.ts';
import { discover } from './discover.ts';
import { EXIT_CODES } from './outcome.ts';
import { mail } from './mail.ts';
import { serve } from './serve.ts';
import { settings } from './settings.ts';
import { subscriptions } from './subscriptions.ts';
import { user } from './user.ts';
import { watch } from './watch.ts';

/** The `plenary` command with everything below it; a wrong command line throws a `CommanderError`. */
export function program(): Command {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const commands = [
    ...[serve(), user(), barring(), blueprint(), conference(), watch(), callback(), ccmp(), discover()],
    ...[subscriptions(), mail(), backup(), check(), settings()],
  ];
  const plenary = new Command('plenary')
    .description('a conference control server: XCON (RFC 5239) over CCMP (RFC 6503)')
    .version(version);
  for (const command of commands) plenary.addCommand(command);
  settle(plenary);
  return plenary;
}

/** Each command tells its exit codes and throws instead of ending the process. */
function settle(command: Command): void {
  command.exitOverride().addHelpText('after', EXIT_CODES);
  command.commands.forEach(settle);
}
