import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';

interface Connection {
  readonly name: string;
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
  const waiting = new Set<Connection>();
  const connections = new WeakMap<Socket, Connection>();

  const isOpen = (connection: Connection): boolean => open.get(connection.name) === connection;
  const forget = (connection: Connection): void => {
    if (isOpen(connection)) open.delete(connection.name);
    waiting.delete(connection);
  };
  server.on('connection', (socket: Socket) => {
    const connection = { name: nameOf(socket), socket, served: 0 };
    open.set(connection.name, connection);
    connections.set(socket, connection);
    waiting.add(connection);
    socket.once('close', () => forget(connection));
    if (open.size <= limit) return;
    const [longest = connection] = waiting;
    longest.socket.destroy();
    forget(longest);
    server.emit('drop');
  });
  const find = (socket: Socket): Connection | undefined => {
    const connection = connections.get(socket) ?? open.get(nameOf(socket));
    if (connection !== undefined) connections.set(socket, connection);
    return connection;
  };
  const count = (request: IncomingMessage, response: ServerResponse): void => {
    const connection = find(request.socket);
    if (connection === undefined || !isOpen(connection)) return;
    let state: 'arriving' | 'served' | 'answered' = 'arriving';
    request.on('end', () => {
      // What the application does not read ends after its answer.
      if (state === 'answered') return;
      state = 'served';
      connection.served += 1;
      waiting.delete(connection);
    });
    response.on('close', () => {
      if (state === 'served') connection.served -= 1;
      state = 'answered';
      if (connection.served > 0 || !isOpen(connection)) return;
      waiting.delete(connection);
      waiting.add(connection);
    });
  };
  for (const event of ['request', 'checkContinue', 'checkExpectation']) server.on(event, count);
}

/** The socket below TLS and the one above it are two, of one peer. */
const nameOf = ({ remoteAddress, remotePort, localAddress }: Socket): string =>
  `${remoteAddress ?? ''} ${remotePort ?? ''} ${localAddress ?? ''}`;
