import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import type { Logger } from 'pino';

/** The files of a TLS server, in PEM. */
export interface CertificateFiles {
  /** The certificate and those between it and its root. */
  readonly certificate: string;
  readonly key: string;
  /** The CAs whose client certificates are believed; without it clients are asked for none. */
  readonly clientCa?: string | undefined;
}

/** What the files hold. */
export interface Certificates {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly ca?: Buffer;
}

/** The files can't be served with; the message says what is wrong. */
export class UnusableCertificate extends Error {}

/** TLS 1.0 and 1.1 are not to be used (RFC 8996). */
export const TLS_FLOOR = { minVersion: 'TLSv1.2' } as const;

/** @throws {UnusableCertificate} */
export async function readCertificates(files: CertificateFiles): Promise<Certificates> {
  const read = (file: string): Promise<Buffer> =>
    readFile(file).catch((error: unknown) => {
      throw new UnusableCertificate((error as Error).message);
    });
  const [cert, key, ca] = await Promise.all([
    read(files.certificate),
    read(files.key),
    files.clientCa === undefined ? undefined : read(files.clientCa),
  ]);
  try {
    createSecureContext({ cert, key, ...(ca && { ca }), ...TLS_FLOOR });
    const { subjectAltName } = new X509Certificate(cert);
    // RFC 2818 §3.1, RFC 6503 §10(3): clients look for our name there.
    if (!/(^|, )(DNS|IP Address):/.test(subjectAltName ?? '')) throw new Error('no DNS name or address in its SAN');
  } catch (error) {
    throw new UnusableCertificate(`${files.certificate} with ${files.key}: ${(error as Error).message}`);
  }
  return { cert, key, ...(ca && { ca }) };
}

/** Follows the files of a server, so that it takes a new certificate without a pause. A wrong one changes nothing. */
export class CertificateWatch {
  readonly #files: CertificateFiles;
  readonly #use: (certificates: Certificates) => void;
  readonly #logger: Pick<Logger, 'info' | 'error'>;
  #current: Certificates;
  #complaint: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(
    files: CertificateFiles,
    current: Certificates,
    use: (certificates: Certificates) => void,
    logger: Pick<Logger, 'info' | 'error'>,
  ) {
    this.#files = files;
    this.#current = current;
    this.#use = use;
    this.#logger = logger;
  }

  /** Seconds since 1970 at which the certificate in use ends. */
  get until(): number {
    return Date.parse(new X509Certificate(this.#current.cert).validTo) / 1_000;
  }

  /** Looks for changes each so many milliseconds: links, as certificate agents set them, are followed. */
  start(interval: number): void {
    this.#timer = setInterval(() => void this.look(), interval);
    this.#timer.unref();
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#timer);
  }

  /** Takes what the files hold now. */
  async look(): Promise<void> {
    try {
      const found = await readCertificates(this.#files);
      this.#complaint = undefined;
      if (this.#stopped || isSame(found, this.#current)) return;
      this.#current = found;
      this.#use(found);
      this.#logger.info({ until: new X509Certificate(found.cert).validTo }, 'took a new certificate');
    } catch (error) {
      const { message } = error as Error;
      if (message !== this.#complaint && !this.#stopped)
        this.#logger.error({ problem: message }, 'the certificate files can not be used; the old one stays');
      this.#complaint = message;
    }
  }
}

const isSame = (one: Certificates, other: Certificates): boolean =>
  one.cert.equals(other.cert) && one.key.equals(other.key) && (one.ca ?? EMPTY).equals(other.ca ?? EMPTY);
const EMPTY = Buffer.alloc(0);
