import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerDataStream, type SMTPServerSession } from 'smtp-server';
import type { SocketAddress } from '../../http/address.ts';
import { holds, networksOf } from '../../http/forwarded.ts';
import { type IncomingMail, type ParsingLimits, readMail } from './incoming.ts';

export interface ListenerLimits extends ParsingLimits {
  /** Bytes of a mail. */
  readonly size: number;
  readonly connections: number;
  /** Recipients of one mail. */
  readonly recipients: number;
  /** Milliseconds that a connection may stand still. */
  readonly silence: number;
}

export const listenerDefaults: ListenerLimits = {
  size: 1_000_000,
  connections: 20,
  recipients: 20,
  silence: 60_000,
  parts: 50,
  headers: 8_192,
};

export interface ListenerParts {
  /** Whether mail to an address is ours. */
  readonly accepts: (address: string) => boolean;
  /** Resolves when what the mail says is durable. */
  readonly take: (mail: IncomingMail) => Promise<void>;
  /** Peers that may hand in mail. */
  readonly trusted: readonly string[];
  /** The server whose Authentication-Results are believed. */
  readonly authservId: string | undefined;
  readonly domain: string;
  readonly limits: ListenerLimits;
  readonly onError: (error: unknown) => void;
}

/** How those who hand in mail hide it from others. */
export interface ListenerTls {
  /** TLS where they ask for it by STARTTLS, by STARTTLS or not at all, or from the start. */
  readonly how: 'offered' | 'required' | 'implicit';
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** The mailbox of answers and invitations: an SMTP server (RFC 5321) for the mail server of the house. */
export class MailListener {
  readonly #parts: ListenerParts;
  #server: SMTPServer | undefined;
  /** Mails are dealt with one after the other, so that two copies of one are not both the first. */
  #last: Promise<void> = Promise.resolve();

  constructor(parts: ListenerParts) {
    this.#parts = parts;
  }

  async listen({ address, port }: SocketAddress, tls?: ListenerTls): Promise<SocketAddress> {
    const server = (this.#server = this.#serverOver(tls));
    await once(server.listen(port, address), 'listening');
    const bound = server.server.address() as AddressInfo;
    return { address: bound.address, port: bound.port };
  }

  /** From now on this is the certificate; connections stay. */
  reload({ cert, key }: ListenerTls): void {
    this.#server?.updateSecureContext({ cert, key });
  }

  close(): Promise<void> {
    return new Promise((done) => {
      if (this.#server === undefined) done();
      else this.#server.close(done);
    });
  }

  #serverOver(tls?: ListenerTls): SMTPServer {
    const { accepts, trusted, domain, limits, onError } = this.#parts;
    const networks = networksOf(trusted);
    const server = new SMTPServer({
      name: domain,
      banner: 'Plenary',
      authOptional: true,
      disabledCommands: tls === undefined ? ['AUTH', 'STARTTLS'] : ['AUTH'],
      ...(tls && { secure: tls.how === 'implicit', cert: tls.cert, key: tls.key, minVersion: 'TLSv1.2' }),
      disableReverseLookup: true,
      size: limits.size,
      rejectOversized: true,
      maxClients: limits.connections,
      maxRecipients: limits.recipients,
      socketTimeout: limits.silence,
      maxAllowedUnauthenticatedCommands: false,
      maxCommandLength: 2_048,
      closeTimeout: 1_000,
      onConnect: ({ remoteAddress }, done) =>
        done(holds(networks, remoteAddress) ? null : answer(554, 'Only the mail server of the house hands in mail.')),
      onMailFrom: (_address, { secure }, done) =>
        done(tls?.how === 'required' && !secure ? answer(530, 'Begin with STARTTLS (RFC 3207 §4).') : null),
      onRcptTo: ({ address }, _session, done) =>
        done(accepts(address) ? null : answer(550, 'There is no such mailbox.')),
      onData: (stream, session, done) => {
        this.#take(stream, session).then(
          (isRead) => done(isRead ? null : answer(554, 'This mail can not be read, or has too much of everything.')),
          (error: unknown) => {
            onError(error);
            done(answer(451, 'Try again later.'));
          },
        );
      },
    });
    server.on('error', (error: Error) => {
      // What peers do to their connections is their matter.
      if (!('remote' in error || ('report' in error && error.report === false))) onError(error);
    });
    return server;
  }

  /** Resolves to whether it could be read: what can not is refused, so that whoever wrote it is told by his server. */
  async #take(stream: SMTPServerDataStream, { envelope }: SMTPServerSession): Promise<boolean> {
    const { limits, authservId } = this.#parts;
    const sender = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
    const recipients = envelope.rcptTo.map(({ address }) => address);
    const text = await textOf(stream, limits.size);
    const mail = text && (await readMail(text, { sender, recipients }, limits, authservId).catch(() => undefined));
    if (mail === undefined) return false;
    const taken = this.#last.then(() => this.#parts.take(mail));
    this.#last = taken.catch(() => undefined);
    await taken;
    return true;
  }
}

/** What is too long is read to its end, for the dialogue goes on behind it, and not kept. */
async function textOf(stream: SMTPServerDataStream, size: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length <= size) chunks.push(chunk);
    else chunks.length = 0;
  }
  return length <= size ? Buffer.concat(chunks) : undefined;
}

const answer = (responseCode: number, message: string): Error => Object.assign(new Error(message), { responseCode });
