import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createTransport } from 'nodemailer';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';
import { identity, type Issued } from '../../support/certificates.ts';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly parsed: ParsedMail;
  /** The part that calendars read. */
  readonly calendar: string;
  readonly method: string;
  /** Whether it came over TLS. */
  readonly secure: boolean;
  /** Who had logged in. */
  readonly user: string | undefined;
}

export interface MailServerOptions {
  readonly port?: number;
  readonly tls?: { readonly how: 'starttls' | 'implicit'; readonly certificate: Issued };
  /** Without it nobody hands in mail. */
  readonly login?: { readonly user: string; readonly password: string };
}

/** A mail server on a free port of this machine that keeps what it takes. */
export class MailServer {
  readonly received: ReceivedMail[] = [];
  /** Senders who were named, of mails that came or not. */
  readonly senders: string[] = [];
  /** The answer to a recipient; undefined takes it. */
  refuses: (recipient: string) => number | undefined = () => undefined;
  readonly #server: SMTPServer;
  #waiting: (() => void)[] = [];

  private constructor({ tls, login }: MailServerOptions) {
    this.#server = new SMTPServer({
      authOptional: login === undefined,
      disabledCommands: tls === undefined ? ['STARTTLS'] : [],
      ...(tls && { ...identity(tls.certificate), secure: tls.how === 'implicit' }),
      allowInsecureAuth: true,
      onAuth: ({ username, password }, _session, done) =>
        username === login?.user && password === login?.password
          ? done(null, { user: username })
          : done(Object.assign(new Error('not with this password'), { responseCode: 535 })),
      onMailFrom: ({ address }, _session, done) => {
        this.senders.push(address);
        done(null);
      },
      onRcptTo: ({ address }, _session, done) => {
        const code = this.refuses(address);
        done(code === undefined ? null : Object.assign(new Error('not now'), { responseCode: code }));
      },
      onData: (stream, { envelope, secure, user }, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = envelope;
          const from = mailFrom === false ? '' : mailFrom.address;
          void this.#take(
            from,
            rcptTo.map(({ address }) => address),
            Buffer.concat(chunks),
            { secure, user: typeof user === 'string' ? user : undefined },
          ).then(() => done(null));
        });
      },
    });
    this.#server.on('error', () => undefined);
  }

  static async start(options: MailServerOptions = {}): Promise<MailServer> {
    const server = new MailServer(options);
    await once(server.#server.listen(options.port ?? 0, '127.0.0.1'), 'listening');
    return server;
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.server.address() as AddressInfo).port}`;
  }

  /** Resolves when so many mails have come, with all of them; those of one moment in the order of their recipients. */
  async until(count: number): Promise<readonly ReceivedMail[]> {
    while (this.received.length < count) await new Promise<void>((done) => this.#waiting.push(done));
    return this.received;
  }

  close(): Promise<void> {
    return new Promise((done) => this.#server.close(done));
  }

  async #take(
    from: string,
    to: readonly string[],
    raw: Buffer,
    over: Pick<ReceivedMail, 'secure' | 'user'>,
  ): Promise<void> {
    const parsed = await simpleParser(raw);
    const part = parsed.attachments.find(({ contentType }) => contentType === 'text/calendar');
    const type = part?.headers.get('content-type') as { params?: { method?: string } } | undefined;
    const calendar = part?.content.toString('utf8') ?? '';
    this.received.push({
      from,
      to,
      raw: raw.toString(),
      parsed,
      calendar,
      method: type?.params?.method ?? '',
      ...over,
    });
    for (const done of this.#waiting.splice(0)) done();
  }
}

/** How a mail server hides what it hands in. */
export interface HandingIn {
  readonly tls: 'starttls' | 'implicit';
  readonly ca: Buffer;
}

/** Hands in a mail as a mail server does; resolves to the code of the last answer, or 0 where there was none. */
export async function handIn(
  address: string,
  mail: { readonly from: string; readonly to: string | readonly string[]; readonly raw: string },
  over?: HandingIn,
): Promise<number> {
  const [host, port] = [
    address.slice(0, address.lastIndexOf(':')),
    Number(address.slice(address.lastIndexOf(':') + 1)),
  ];
  const transport = createTransport({
    ...{ host, port, secure: over?.tls === 'implicit', ignoreTLS: over === undefined },
    ...(over && { requireTLS: over.tls === 'starttls', tls: { ca: over.ca } }),
  });
  try {
    const { response } = await transport.sendMail({
      envelope: { from: mail.from, to: [mail.to].flat() },
      raw: mail.raw.replace(/\r?\n/g, '\r\n'),
    });
    return Number(response.slice(0, 3));
  } catch (error) {
    return (error as { responseCode?: number }).responseCode ?? 0;
  } finally {
    transport.close();
  }
}
