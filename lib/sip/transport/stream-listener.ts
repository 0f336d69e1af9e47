import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { familyOf, isSecure } from './address.ts';
import type { Connections } from './connections.ts';
import type { Endpoint, Protocol } from './flow.ts';
import { sentByOf, type Listener, type ListenOptions } from './listener.ts';
import { TlsIdentity, type TlsSettings } from './tls.ts';
import { createUpgradeServer } from './web-socket-server.ts';

/** What stands between a TCP connection and its messages: TLS, HTTP or both; undefined for TCP itself. */
type Above = Pick<Server, 'emit'> & { setSecureContext?: (options: TlsIdentity['options']) => void };

/** A socket that takes connections. The limits are asked before TLS or HTTP spend anything on one. */
export class StreamListener implements Listener {
  readonly protocol: Protocol;
  readonly local: Endpoint;
  readonly sentBy: string;
  readonly #server: Server;
  readonly #tls: TlsIdentity | undefined;
  readonly #above: Above | undefined;
  #closed = false;

  private constructor(options: ListenOptions, server: Server, tls: TlsIdentity | undefined, above: Above | undefined) {
    const { address, port } = server.address() as AddressInfo;
    this.protocol = options.protocol;
    this.local = { address, port };
    this.sentBy = sentByOf(this.local, options);
    this.#server = server;
    this.#tls = tls;
    this.#above = above;
  }

  /** @throws {Error} rejects when the address or the certificate can't be used */
  static async open(
    connections: Connections,
    options: ListenOptions,
    report: (error: Error) => void,
  ): Promise<StreamListener> {
    const { protocol, address, port } = options;
    const tls = isSecure(protocol) ? new TlsIdentity(neededTls(options)) : undefined;
    const above = serverAbove(connections, options, tls);
    const server = createServer((socket) => {
      socket.on('error', ignore);
      if (!connections.admit(socket, socket.remoteAddress ?? '')) socket.destroy();
      else if (above === undefined) connections.addStream(socket, protocol);
      else {
        connections.awaitHandshake(socket);
        above.emit('connection', socket);
      }
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: address, port, ipv6Only: familyOf(address) === 6, backlog: 4_096 }, () => {
        server.off('error', reject).on('error', report);
        resolve();
      });
    });
    return new StreamListener(options, server, tls, above);
  }

  get open(): boolean {
    return !this.#closed;
  }

  reload(settings: TlsSettings): void {
    if (this.#tls === undefined) throw new TypeError(`${this.protocol} has no certificates`);
    this.#tls.load(settings);
    this.#above?.setSecureContext?.(this.#tls.options);
  }

  close(): Promise<void> {
    // The server's own callback would wait for the end of every connection.
    this.#server.close();
    this.#closed = true;
    return Promise.resolve();
  }
}

/** A reset before anybody listens is no event. */
const ignore = () => undefined;

function neededTls({ protocol, tls }: ListenOptions): TlsSettings {
  if (tls === undefined || tls.certificates.length === 0) throw new TypeError(`${protocol} needs a certificate`);
  return tls;
}

function serverAbove(
  connections: Connections,
  { protocol, tls, origins }: ListenOptions,
  identity?: TlsIdentity,
): Above | undefined {
  const options = identity?.serverOptions(tls?.clientCertificate);
  if (protocol === 'ws' || protocol === 'wss') {
    return createUpgradeServer(options, connections.largestMessage, origins, (webSocket, socket) =>
      connections.addWebSocket(webSocket, socket, protocol),
    ).on('tlsClientError', () => connections.handshakeFailed());
  }
  if (options === undefined) return undefined;
  return createTlsServer(options, (socket: Socket) => connections.addStream(socket, protocol)).on(
    'tlsClientError',
    () => connections.handshakeFailed(),
  );
}
