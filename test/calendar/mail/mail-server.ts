import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createTransport } from 'nodemailer';
import { simpleParser, type ParsedMail } from 'mailparser';
import { SMTPServer } from 'smtp-server';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
  readonly parsed: ParsedMail;
  /** The part that calendars read. */
  readonly calendar: string;
  readonly method: string;
}

/** A mail server on a free port of this machine that keeps what it takes. */
export class MailServer {
  readonly received: ReceivedMail[] = [];
  /** The answer to a recipient; undefined takes it. */
  refuses: (recipient: string) => number | undefined = () => undefined;
  readonly #server: SMTPServer;
  #waiting: (() => void)[] = [];

  private constructor() {
    this.#server = new SMTPServer({
      authOptional: true,
      disabledCommands: ['STARTTLS'],
      onRcptTo: ({ address }, _session, done) => {
        const code = this.refuses(address);
        done(code === undefined ? null : Object.assign(new Error('not now'), { responseCode: code }));
      },
      onData: (stream, { envelope }, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = envelope;
          const from = mailFrom === false ? '' : mailFrom.address;
          void this.#take(
            from,
            rcptTo.map(({ address }) => address),
            Buffer.concat(chunks),
          ).then(() => done(null));
        });
      },
    });
  }

  static async start(port = 0): Promise<MailServer> {
    const server = new MailServer();
    await once(server.#server.listen(port, '127.0.0.1'), 'listening');
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

  async #take(from: string, to: readonly string[], raw: Buffer): Promise<void> {
    const parsed = await simpleParser(raw);
    const part = parsed.attachments.find(({ contentType }) => contentType === 'text/calendar');
    const type = part?.headers.get('content-type') as { params?: { method?: string } } | undefined;
    const calendar = part?.content.toString('utf8') ?? '';
    this.received.push({ from, to, raw: raw.toString(), parsed, calendar, method: type?.params?.method ?? '' });
    for (const done of this.#waiting.splice(0)) done();
  }
}

/** Hands in a mail as a mail server does; resolves to the code of the last answer. */
export async function handIn(
  address: string,
  mail: { readonly from: string; readonly to: string | readonly string[]; readonly raw: string },
): Promise<number> {
  const [host, port] = [
    address.slice(0, address.lastIndexOf(':')),
    Number(address.slice(address.lastIndexOf(':') + 1)),
  ];
  const transport = createTransport({ host, port, secure: false, ignoreTLS: true });
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
