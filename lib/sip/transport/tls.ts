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
