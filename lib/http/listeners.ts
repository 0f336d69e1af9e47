import type { RequestListener } from 'node:http';
import type { Logger } from 'pino';
import { formatAddress, type SocketAddress } from './address.ts';
import { CertificateWatch, readCertificates, type CertificateFiles } from './certificates.ts';
import type { ListenerLimits } from './listener-limits.ts';
import { HttpListener } from './listener.ts';
import { overTcp, overTls, type Transport } from './transports.ts';

export interface TlsSettings {
  readonly listen: SocketAddress;
  readonly files: CertificateFiles;
  /** Milliseconds between two looks whether the files changed. */
  readonly watchInterval: number;
}

/** Where one application is served: in clear, and over TLS if there is a certificate. */
export class HttpListeners {
  readonly #handler: RequestListener;
  readonly #limits: ListenerLimits;
  readonly #logger: Logger;
  readonly #crossed: (limit: string) => void;
  readonly #listeners: HttpListener[] = [];
  #watch: CertificateWatch | undefined;

  /** `crossed` is told when a connection is closed because there are too many. */
  constructor(
    handler: RequestListener,
    limits: ListenerLimits,
    logger: Logger,
    crossed: (limit: string) => void = () => undefined,
  ) {
    this.#crossed = crossed;
    this.#handler = handler;
    this.#limits = limits;
    this.#logger = logger;
  }

  /** Resolves to the origin under which it is served, such as `http://127.0.0.1:8080`. */
  async serveInClear(listen: SocketAddress): Promise<string> {
    return `http://${await this.#start(overTcp(this.#limits), listen)}`;
  }

  /** @throws {UnusableCertificate} */
  async serveOverTls({ listen, files, watchInterval }: TlsSettings): Promise<string> {
    const certificates = await readCertificates(files);
    const transport = overTls(this.#limits, certificates);
    const bound = await this.#start(transport, listen);
    this.#watch = new CertificateWatch(files, certificates, transport.use, this.#logger);
    this.#watch.start(watchInterval);
    return `https://${bound}`;
  }

  /** Takes new certificates from their files, if there are any; connections go on. */
  async reload(): Promise<void> {
    await this.#watch?.look();
  }

  /** Seconds since 1970 at which the certificate ends; undefined without TLS. */
  get certificateUntil(): number | undefined {
    return this.#watch?.until;
  }

  async close(): Promise<void> {
    this.#watch?.stop();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  async #start(transport: Transport, listen: SocketAddress): Promise<string> {
    transport.server.on('drop', () => this.#crossed('http.connections'));
    const listener = new HttpListener(this.#handler, this.#limits, this.#report, transport);
    const bound = await listener.start(listen);
    this.#listeners.push(listener);
    this.#logger.info({ address: formatAddress(bound) }, 'serving');
    return formatAddress(bound);
  }

  readonly #report = (error: Error): void => this.#logger.error({ err: error }, 'a connection could not be taken');
}
