import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ListenerTls } from '../calendar/mail/listener.ts';
import type { MailServer } from '../calendar/mail/post-office.ts';
import { section, type Config } from '../config.ts';

/** The mail server that takes our mail, as it is configured. */
export function mailServer(config: Config): MailServer | undefined {
  const { server, tls, ca, user, passwordFile, time, inFlight } = section(config, 'mail');
  if (server === undefined) return undefined;
  const [, host = server, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(server)?.filter(Boolean) ?? [];
  const login =
    user === undefined
      ? undefined
      : { user, password: passwordFile === undefined ? '' : readFileSync(passwordFile, 'utf8').trim() };
  return {
    host,
    port: Number(port ?? 587),
    tls: tls as MailServer['tls'],
    ...(ca !== undefined && { ca: readFileSync(ca, 'utf8') }),
    ...(login && { login }),
    time,
    connections: inFlight,
  };
}

/** How those who hand in mail may hide it from others; undefined where they can not. */
export async function listenerTls(config: Config): Promise<ListenerTls | undefined> {
  const how = config['mail.listenTls'];
  if (how !== 'offered' && how !== 'required' && how !== 'implicit') return undefined;
  const { certificate = '', key = '' } = section(config, 'https');
  const [cert, secret] = await Promise.all([readFile(certificate), readFile(key)]);
  return { how, cert, key: secret };
}
