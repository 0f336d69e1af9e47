import { NODATA, NOTFOUND } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { domainToASCII } from 'node:url';
import { Command, InvalidArgumentError } from 'commander';
import { discover as discoverServers, type Naptr } from '../ccmp/client/discovery.ts';
import { CommandFailure, EXIT, print, printJson } from './outcome.ts';

interface Options {
  readonly server?: string;
  readonly timeout: number;
  readonly json?: boolean;
}

/** `plenary discover`: where the conference server of a domain is, by DNS (RFC 6503 §7). */
export const discover = (): Command =>
  new Command('discover')
    .description('find the conference server of a domain by DNS')
    .argument('<domain>', 'the domain of the conference users, such as example.com')
    .option('--server <address>', 'the DNS server to ask, `192.0.2.1` or `[2001:db8::1]:53` (default: the system’s)')
    .option('--timeout <seconds>', 'how long to wait for an answer, each of two times', secondsOf, 5)
    .option('--json', 'print JSON')
    .action(async (name: string, options: Options) => {
      const domain = domainToASCII(name);
      if (domain === '') throw new CommandFailure(`${name} is no domain name`, EXIT.usage);
      const urls = await discoverServers(domain, naptrBy(resolverOf(options))).catch((error: unknown) => {
        throw new CommandFailure(`no DNS server answers for ${domain}: ${(error as Error).message}`, EXIT.unreachable);
      });
      if (options.json === true) printJson({ domain, urls: urls.map(({ href }) => href) });
      else for (const { href } of urls) print(href);
      if (urls.length === 0) throw new CommandFailure(`${domain} names no conference server (XCON-CCMP) in DNS`);
    });

function resolverOf({ server, timeout }: Options): Resolver {
  const resolver = new Resolver({ timeout: timeout * 1_000, tries: 2 });
  try {
    if (server !== undefined) resolver.setServers([server]);
  } catch {
    throw new CommandFailure(`${server ?? ''} is no address of a DNS server`, EXIT.usage);
  }
  return resolver;
}

/** Asks a resolver; that a name is not there, or has no such record, is an answer. */
export const naptrBy =
  (resolver: Pick<Resolver, 'resolveNaptr'>) =>
  async (name: string): Promise<readonly Naptr[]> => {
    try {
      return await resolver.resolveNaptr(name);
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === NODATA || code === NOTFOUND) return [];
      throw error;
    }
  };

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 600)) throw new InvalidArgumentError('It is a number of seconds, at most 600.');
  return seconds;
}
