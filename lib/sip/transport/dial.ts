import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import { formatEndpoint, isSecure } from './address.ts';
import { failureOf, TransportError } from './error.ts';
import type { Target } from './flow.ts';
import { isNamed, peerIn } from './identity.ts';
import type { TlsIdentity } from './tls.ts';
import { SUBPROTOCOL } from './web-socket-server.ts';

/** A socket on its way to the target; over TLS it ends unless the server proves to be who was looked for (RFC 5922 §7). */
export function dial({ protocol, address, port, serverName = address }: Target, tls: TlsIdentity): Socket {
  if (!isSecure(protocol)) return connect({ host: address, port });
  return connectTls({
    host: address,
    port,
    secureContext: tls.context,
    ...(isIP(serverName) === 0 && { servername: serverName }), // SNI knows no addresses (RFC 6066 §3)
    checkServerIdentity: (_, { raw }) =>
      isNamed(peerIn(new X509Certificate(raw)), serverName)
        ? undefined
        : new TransportError('identity', `the certificate of ${address} does not name ${serverName}`),
  });
}

/** Resolves when the socket is ready. @throws {TransportError} rejects */
export async function connected(socket: Socket, protocol: Target['protocol']): Promise<void> {
  try {
    await once(socket, isSecure(protocol) ? 'secureConnect' : 'connect');
  } catch (error) {
    // Set where the certificate is not believed, for a reason of OpenSSL.
    const isDoubted = Boolean((socket as Partial<TLSSocket>).authorizationError);
    throw asTransportError(error as Error, isDoubted);
  }
}

/** Resolves when the server has accepted SIP over WebSocket. @throws {TransportError} rejects */
export async function upgraded(socket: Socket, { address, port, serverName = address }: Target): Promise<WebSocket> {
  const webSocket = new WebSocket(`ws://${formatEndpoint({ address: serverName, port })}/`, SUBPROTOCOL, {
    createConnection: () => socket,
    perMessageDeflate: false,
  });
  try {
    await once(webSocket, 'open');
    return webSocket;
  } catch (error) {
    throw asTransportError(error as Error);
  }
}

function asTransportError(error: Error, isDoubted = false): TransportError {
  if (error instanceof TransportError) return error;
  return new TransportError(isDoubted ? 'identity' : failureOf(error), error.message, { cause: error });
}
