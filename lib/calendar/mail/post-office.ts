import { createTransport, type SendMailOptions } from 'nodemailer';
import { Undeliverable } from '../../outbox/courier.ts';

/** The mail server that takes what we send. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the start, after STARTTLS, where it is offered, or not at all. */
  readonly tls: 'implicit' | 'required' | 'offered' | 'none';
  /** PEM of the authorities that are believed; those of the system where absent. */
  readonly ca?: string;
  readonly login?: { readonly user: string; readonly password: string };
  /** Milliseconds. */
  readonly time: number;
  /** Connections at the same time. */
  readonly connections: number;
}

/** Where mails are handed in. */
export interface PostOffice {
  /** Resolves when the mail server has taken it. @throws {Undeliverable} when it never will */
  send(mail: SendMailOptions): Promise<void>;
  close(): void;
}

export function smtpPostOffice({ host, port, tls, ca, login, time, connections }: MailServer): PostOffice {
  const transport = createTransport({
    pool: true,
    maxConnections: connections,
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'required',
    ignoreTLS: tls === 'none',
    opportunisticTLS: tls === 'offered',
    ...(ca !== undefined && { tls: { ca } }),
    ...(login && { auth: { user: login.user, pass: login.password } }),
    connectionTimeout: time,
    greetingTimeout: time,
    socketTimeout: time,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send(mail) {
      try {
        await transport.sendMail(mail);
      } catch (error) {
        throw isFinal(error) ? new Undeliverable(reasonOf(error)) : new Error(reasonOf(error), { cause: error });
      }
    },
    close: () => transport.close(),
  };
}

/** A 5xx to the recipient or the mail is for ever (RFC 5321 §4.2.1); one to the login or the greeting is ours to mend. */
function isFinal(error: unknown): boolean {
  const { responseCode = 0, command = '' } = error as { responseCode?: number; command?: string };
  return responseCode >= 500 && /^(?:RCPT TO|DATA|MAIL FROM)$/.test(command);
}

/** What the server said, without the address, which holds the token. */
const reasonOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).replace(/conf\+[a-z2-7]+@/gi, 'conf+…@');
