import { expect } from 'chai';
import type { Command } from 'commander';
import { program } from '../../lib/cli/program.ts';
import { SETTINGS } from '../../lib/config.ts';
import { plenary } from '../support/command.ts';

/** What shows and makes nothing, what prints as somebody else wrote it, and what goes on. */
const WITHOUT_JSON = ['ccmp', 'serve', ...['start', 'end', 'extend', 'cancel'].map((name) => `conference ${name}`)];

/** Clients of a server; the others work with a data directory. */
const CLIENTS = /^(conference|callback|watch|ccmp)\b/;

/** The commands that do something, by what one types behind `plenary`. */
function leaves(command: Command, before: readonly string[] = []): Map<string, Command> {
  const below = command.commands.map((one) => [one, [...before, one.name()]] as const);
  return new Map(
    below.flatMap(([one, typed]) =>
      one.commands.length === 0 ? [[typed.join(' '), one] as const] : [...leaves(one, typed)],
    ),
  );
}

describe('the command plenary', () => {
  let commands: Map<string, Command>;
  const flagsOf = (command: Command | undefined): string[] => command?.options.map(({ long }) => long ?? '') ?? [];

  before(async () => (commands = leaves(await program([]))));

  it('has what operators and clients need', () => {
    expect([...commands.keys()]).to.include.members([
      ...['serve', 'ccmp', 'backup', 'check'],
      ...['add', 'list', 'show', 'password', 'remove'].map((name) => `user ${name}`),
      ...['list', 'export', 'import', 'remove'].map((name) => `blueprint ${name}`),
      ...['list', 'show', 'create', 'update', 'delete'].map((name) => `conference ${name}`),
    ]);
  });

  it('says of each command, option and exit code what it is', () => {
    for (const [typed, command] of commands) {
      expect(command.description(), typed).not.to.equal('');
      for (const { flags, description } of command.options) expect(description, `${typed} ${flags}`).not.to.equal('');
      let help = '';
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect(help).to.include(`Usage: plenary ${typed}`).and.include('Exit codes:').and.include('--help');
    }
  });

  it('prints JSON wherever it shows or makes something', () => {
    const without = [...commands].filter(([, command]) => !flagsOf(command).includes('--json'));
    expect(without.map(([typed]) => typed)).to.have.members(WITHOUT_JSON);
  });

  it('asks a server in the name of somebody, or works with a data directory', () => {
    for (const [typed, command] of commands) {
      if (typed === 'discover' || typed === 'settings') continue;
      const wanted = CLIENTS.test(typed) ? ['--server', '--user'] : ['--config', '--data', '--domain', '--set'];
      expect(flagsOf(command), typed).to.include.members(wanted);
    }
  });

  it('helps before it does anything, and ends well', async () => {
    const asked = [['--help'], ['user', '--help'], ['user', 'add', '--help'], ['serve', '--help'], ['help', 'check']];
    const ended = await Promise.all(asked.map((args) => plenary(args)));
    for (const { code, stdout, stderr } of ended) {
      expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
      expect(stdout).to.match(/^Usage: plenary/);
    }
  });

  it('lists every setting, for people and for programs', async () => {
    const [page, records] = await Promise.all([plenary(['settings']), plenary(['settings', '--json'])]);
    const names = Object.keys(SETTINGS);
    const told = JSON.parse(records.stdout) as { name: string; variable: string; description: string }[];
    expect(told.map(({ name }) => name)).to.deep.equal(names);
    expect(told[0]).to.include({ name: 'domain', variable: 'PLENARY_DOMAIN' }).and.not.to.have.property('default');
    for (const name of names) expect(page.stdout).to.include(`| \`${name}\` |`);
  });
});
