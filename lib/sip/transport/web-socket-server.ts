import { createServer, STATUS_CODES, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TlsOptions } from 'node:tls';
import { WebSocketServer, type WebSocket } from 'ws';

/** The WebSocket subprotocol (RFC 7118 §4). */
export const SUBPROTOCOL = 'sip';

/** An HTTP server for connections given to it, that makes WebSockets for SIP of them and serves nothing else. */
export function createUpgradeServer(
  tls: TlsOptions | undefined,
  maxPayload: number,
  origins: readonly string[] | undefined,
  onWebSocket: (webSocket: WebSocket, socket: Socket) => void,
): Server {
  const webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload,
    handleProtocols: () => SUBPROTOCOL,
  });
  const server = tls === undefined ? createServer() : createHttpsServer(tls);
  server.on('request', (_, response) => {
    response
      .writeHead(426, { Connection: 'close, Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Protocol': SUBPROTOCOL })
      .end();
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (!offersSip(request)) refuse(socket, 400);
    else if (!mayConnect(request, origins)) refuse(socket, 403);
    else webSockets.handleUpgrade(request, socket, head, (webSocket) => onWebSocket(webSocket, request.socket));
  });
  return server;
}

const offersSip = ({ headers }: IncomingMessage): boolean =>
  (headers['sec-websocket-protocol'] ?? '').split(',').some((offered) => offered.trim().toLowerCase() === SUBPROTOCOL);

/** Pages of any site can open WebSockets, and browsers say of which they are (RFC 6455 §10.2). */
const mayConnect = ({ headers: { origin } }: IncomingMessage, origins: readonly string[] | undefined): boolean =>
  origin === undefined || origins === undefined || origins.includes(origin);

function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
