import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Debian packages that bring the peers. */
const PACKAGES: Readonly<Record<string, string>> = {
  '/usr/bin/python3': 'python3 python3-caldav',
  cadaver: 'cadaver',
  vdirsyncer: 'vdirsyncer',
  khal: 'khal',
};

/** Runs a program that others wrote, in a home of its own, to its end. @throws {Error} with what it said when it failed */
export async function run(
  command: string,
  args: readonly string[],
  { home, input = '' }: { readonly home: string; readonly input?: string },
): Promise<string> {
  const env = {
    ...process.env,
    HOME: home,
    XDG_CONFIG_HOME: `${home}/.config`,
    XDG_DATA_HOME: `${home}/.local`,
    XDG_CACHE_HOME: `${home}/.cache`,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    NO_PROXY: '*',
  };
  const child = spawn(command, args, { cwd: home, env });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.on('error', () => undefined).end(input);
  const [code] = (await once(child, 'close').catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === 'ENOENT'
      ? new Error(`${command} is missing: apt-get install ${PACKAGES[command] ?? command}`)
      : error;
  })) as [number];
  if (code !== 0) throw new Error(`${command} ended with ${code}: ${said.slice(-4_000)}`);
  return said;
}
