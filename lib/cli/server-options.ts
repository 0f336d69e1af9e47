import { Option, type Command } from 'commander';
import type { ConfigSources } from '../config.ts';
import { fromFlag, type Assignment } from '../config/sources.ts';

/** The options of each command that reads the settings of a server. */
export interface ServerOptions {
  readonly config?: string;
  readonly data?: string;
  readonly domain?: string;
  readonly http?: string;
  readonly sip?: string;
  readonly sipTls?: string;
  readonly sipWs?: string;
  readonly sipWss?: string;
  readonly set?: readonly string[];
  readonly demo?: boolean;
}

export function addServerOptions(command: Command): Command {
  return command
    .addOption(new Option('--config <file>', 'a JSON file of settings').env('PLENARY_CONFIG'))
    .option('--data <directory>', 'the setting data: where the server keeps everything (default: data)')
    .option('--domain <domain>', 'the setting domain: the domain of the conferences and users')
    .option('--set <name=value>', 'any other setting, again for more; `plenary settings` lists them', gather);
}

/** Where the settings of this command come from. */
export function sourcesOf(options: ServerOptions): ConfigSources {
  const own: Assignment[] = [
    { name: 'data', raw: options.data, source: 'flag --data' },
    { name: 'domain', raw: options.domain, source: 'flag --domain' },
    { name: 'http.listen', raw: options.http, source: 'flag --http' },
    { name: 'sip.listen', raw: options.sip, source: 'flag --sip' },
    { name: 'sip.tls', raw: options.sipTls, source: 'flag --sip-tls' },
    { name: 'sip.ws', raw: options.sipWs, source: 'flag --sip-ws' },
    { name: 'sip.wss', raw: options.sipWss, source: 'flag --sip-wss' },
  ];
  return {
    file: options.config,
    environment: process.env,
    flags: [...own.filter(({ raw }) => raw !== undefined), ...(options.set ?? []).map(fromFlag)],
    demo: options.demo === true,
  };
}

export const gather = (value: string, before: readonly string[] = []): string[] => [...before, value];
