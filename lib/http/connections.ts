import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';

interface Connection {
  readonly socket: Socket;
  /** Requests that have arrived whole and are not answered yet. */
  served: number;
}

/**
 * Bounds the connections of a server. One more takes the place of the one that waits longest for a whole request, so
 * that nobody is kept out by those who connect and say nothing, or half of something; when all are being served, it is
 * closed itself. The server emits `drop` for either, as node does for its `maxConnections`.
 */
export function boundConnections(server: Server, limit: number): void {
  const open = new Map<string, Connection>();
  /** In the order in which they began to wait. */
  const waiting = new Set<string>();

  const forget = (name: string): void => {
    open.delete(name);
    waiting.delete(name);
  };
  server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    const connection = { socket, served: 0 };
    open.set(name, connection);
    waiting.add(name);
    socket.once('close', () => {
      if (open.get(name) === connection) forget(name);
    });
    if (open.size <= limit) return;
    const [longest = name] = waiting;
    open.get(longest)?.socket.destroy();
    forget(longest);
    server.emit('drop');
  });
  const count = (request: IncomingMessage, response: ServerResponse): void => {
    const name = nameOf(request.socket);
    const connection = open.get(name);
    if (connection === undefined) return;
    let state: 'arriving' | 'served' | 'answered' = 'arriving';
    request.once('end', () => {
      // What the application does not read ends after its answer.
      if (state === 'answered') return;
      state = 'served';
      connection.served += 1;
      waiting.delete(name);
    });
    response.once('close', () => {
      if (state === 'served') connection.served -= 1;
      state = 'answered';
      if (connection.served > 0 || open.get(name) !== connection) return;
      waiting.delete(name);
      waiting.add(name);
    });
  };
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.on(event, count);
}

/** The socket below TLS and the one above it are two, of one peer. */
const nameOf = ({ remoteAddress, remotePort, localAddress }: Socket): string =>
  `${remoteAddress ?? ''} ${remotePort ?? ''} ${localAddress ?? ''}`;
