import { once } from 'node:events';
import http from 'node:http';
import https from 'node:https';
import { Option, type Command } from 'commander';
import { ConferenceControlClient } from '../ccmp/client/client.ts';
import { encodeRequest } from '../ccmp/codec/request.ts';
import { MEDIA_TYPE } from '../ccmp/codec/messages.ts';
import { CommandFailure, EXIT } from './outcome.ts';

/** The options of each command that is a client of a server. */
export interface ClientOptions {
  readonly server: string;
  readonly user?: string;
}

export const addClientOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--server <url>', 'the conference control service')
        .env('PLENARY_SERVER')
        .default('http://127.0.0.1:8080/ccmp'),
    )
    .addOption(
      new Option(
        '--user <name:password>',
        'who asks: `alice:…` or `alice@example.com:…`; others can read command lines',
      ).env('PLENARY_USER'),
    );

/** Works with a client of the server that the options name, and ends its connections. */
export async function withClient<Result>(
  { server, user }: ClientOptions,
  use: (client: ConferenceControlClient) => Promise<Result>,
): Promise<Result> {
  const url = urlOf(server);
  const client = new ConferenceControlClient({ url, ...(user !== undefined && (await credentialsOf(url, user))) });
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** @throws {CommandFailure} */
export function urlOf(server: string): URL {
  if (URL.canParse(server)) return new URL(server);
  throw new CommandFailure(`${server} is not a URL like http://127.0.0.1:8080/ccmp`, EXIT.usage);
}

/** What `--user` says; a name without a domain is one of the server's. @throws {CommandFailure} */
export async function credentialsOf(url: URL, pair: string): Promise<{ user: string; password: string }> {
  const colon = pair.indexOf(':');
  if (colon < 1) throw new CommandFailure('--user is not NAME:PASSWORD', EXIT.usage);
  const name = pair.slice(0, colon);
  const domain = name.includes('@') ? '' : await domainOfUsers(url);
  return { user: name + domain, password: pair.slice(colon + 1) };
}

/** `@example.com`: the realm that the server asks for is the domain of its users. */
async function domainOfUsers(url: URL): Promise<string> {
  const headers = { 'Content-Type': MEDIA_TYPE, Accept: MEDIA_TYPE };
  const { request } = url.protocol === 'https:' ? https : http;
  const asked = request(url, { method: 'POST', headers, agent: false }).end(encodeRequest({ type: 'confs' }));
  try {
    const [answer] = (await once(asked, 'response')) as [http.IncomingMessage];
    answer.resume();
    const [, realm] = /realm="([^"]+)"/.exec(answer.headers['www-authenticate'] ?? '') ?? [];
    return realm === undefined ? '' : `@${realm}`;
  } catch (error) {
    throw new CommandFailure(`no server answers at ${url.href}: ${(error as Error).message}`, EXIT.unreachable);
  }
}
