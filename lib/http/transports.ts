import { createServer } from 'node:http';
import { createSecureServer } from 'node:http2';
import type { Server, Socket } from 'node:net';
import { TLS_FLOOR, type Certificates } from './certificates.ts';
import { Http2Sessions } from './http2-sessions.ts';
import type { ListenerLimits } from './listener-limits.ts';

/** What HTTP is spoken over: TCP or TLS. */
export interface Transport {
  /** Emits `request`, and `checkContinue` and `checkExpectation` where a request expects something. */
  readonly server: Server;
  /** No new requests; connections without one end. */
  readonly end: () => void;
  /** Ends every connection at once. */
  readonly cut: () => void;
}

/** A TLS transport takes new certificates for new connections. */
export interface TlsTransport extends Transport {
  readonly use: (certificates: Certificates) => void;
}

/** HTTP/1.1 over TCP. */
export function overTcp(limits: ListenerLimits): Transport {
  const server = createServer({
    headersTimeout: limits.headersTime,
    requestTimeout: limits.requestTime,
    keepAliveTimeout: limits.keepAliveTime,
    connectionsCheckingInterval: limits.checkInterval,
    maxHeaderSize: limits.headerBytes,
  });
  server.timeout = limits.silence;
  server.maxHeadersCount = limits.headers;
  server.maxRequestsPerSocket = limits.requestsPerConnection;
  return { server, end: () => server.closeIdleConnections(), cut: () => server.closeAllConnections() };
}

/** HTTP/2 over TLS, and HTTP/1.1 for clients that do not know it, under the same limits. */
export function overTls(limits: ListenerLimits, certificates: Certificates): TlsTransport {
  const server = createSecureServer({
    ...certificates,
    ...TLS_FLOOR,
    allowHTTP1: true,
    handshakeTimeout: limits.headersTime,
    // A certificate that is not believed proves nobody, as none does.
    requestCert: certificates.ca !== undefined,
    rejectUnauthorized: false,
    maxHeaderListPairs: limits.headers,
    settings: { maxConcurrentStreams: limits.pipelined, maxHeaderListSize: limits.headerBytes },
  });
  // For HTTP/1.1 it looks at what an http.Server has, and sets none of it.
  Object.assign(server, {
    timeout: limits.silence,
    headersTimeout: limits.headersTime,
    requestTimeout: limits.requestTime,
    keepAliveTimeout: limits.keepAliveTime,
    connectionsCheckingInterval: limits.checkInterval,
    maxHeaderSize: limits.headerBytes,
    maxHeadersCount: limits.headers,
    maxRequestsPerSocket: limits.requestsPerConnection,
    requireHostHeader: true,
  });
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const sessions = new Http2Sessions(limits);
  server.on('session', (session) => sessions.add(session));
  return {
    server,
    end: () => {
      sessions.end();
      (server as unknown as { closeIdleConnections: () => void }).closeIdleConnections();
    },
    cut: () => {
      for (const socket of sockets) socket.destroy();
    },
    use: (fresh) => server.setSecureContext({ ...fresh, ...TLS_FLOOR }),
  };
}
