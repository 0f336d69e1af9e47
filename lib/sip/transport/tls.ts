import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContext, type SecureContextOptions, type TlsOptions } from 'node:tls';
import { namesOf } from './identity.ts';

/** A certificate, with those between it and its root, and its key; PEM. */
export interface CertifiedKey {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** How we show ourselves and whom we believe, as a TLS server and as a client. */
export interface TlsSettings {
  /** The first is shown to clients that ask for no name (SNI) or for one that none of these has, and to servers that ask. */
  readonly certificates: readonly CertifiedKey[];
  /** The CAs that peers' certificates are checked against, PEM; without it those that Node brings. */
  readonly ca?: string | Buffer | readonly (string | Buffer)[] | undefined;
  /**
   * Whether clients are asked for a certificate: `optional` believes a good one and serves others as strangers, `required`
   * ends handshakes without one. Default `none`.
   */
  readonly clientCertificate?: 'none' | 'optional' | 'required' | undefined;
}

/** What is loaded from the settings of one side of TLS, and can be replaced while it serves. */
export class TlsIdentity {
  #options: SecureContextOptions = {};
  #context: SecureContext | undefined;
  #byName = new Map<string, SecureContext>();

  /** @throws {Error} when the settings can't be used */
  constructor(settings: TlsSettings) {
    this.load(settings);
  }

  /** Takes other settings, all or none of them. @throws {Error} when they can't be used */
  load(settings: TlsSettings): void {
    const options = [...settings.certificates, {}].map((one) => optionsOf(one, settings));
    const contexts = options.map(createSecureContext);
    const byName = settings.certificates.flatMap(({ cert }, at) =>
      namesOf(new X509Certificate(cert)).map((name) => [name, contexts[at] as SecureContext] as const),
    );
    this.#options = options[0] as SecureContextOptions;
    this.#context = contexts[0];
    this.#byName = new Map(byName.reverse()); // of two with one name the first wins
  }

  /** For a server of node:tls or node:https; `setSecureContext` takes them too. */
  get options(): SecureContextOptions {
    return this.#options;
  }

  /** For a client. */
  get context(): SecureContext {
    return this.#context as SecureContext;
  }

  /** Options of a server that shows the certificate of the name that a client asks for. */
  serverOptions(clientCertificate: TlsSettings['clientCertificate'] = 'none'): TlsOptions {
    return {
      ...this.#options,
      requestCert: clientCertificate !== 'none',
      rejectUnauthorized: clientCertificate === 'required',
      SNICallback: (name, answer) => answer(null, this.#byName.get(name.toLowerCase()) ?? this.context),
    };
  }
}

/** TLS 1.0 and 1.1 are not to be used (RFC 8996). */
const optionsOf = (shown: Partial<CertifiedKey>, { ca }: TlsSettings): SecureContextOptions => ({
  ...shown,
  ...(ca !== undefined && { ca: typeof ca === 'string' || Buffer.isBuffer(ca) ? ca : [...ca] }),
  minVersion: 'TLSv1.2',
});
