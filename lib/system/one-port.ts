/** What listens somewhere until it is closed. */
export interface Listening {
  readonly local: { readonly port: number };
  close(): Promise<void>;
}

/** How often the system may choose a port of which a part is taken. */
const CHOICES = 20;

/**
 * Listens by several protocols at one port. Where the system chooses it (port 0) it does so for the first, and somebody else may
 * have it for the next: then it chooses again.
 * @throws {Error} what listening throws
 */
export async function listenAtOnePort<Protocol, L extends Listening>(
  protocols: readonly Protocol[],
  port: number,
  listen: (protocol: Protocol, port: number) => Promise<L>,
): Promise<L[]> {
  for (let choice = 1; ; choice++) {
    const listeners: L[] = [];
    try {
      for (const protocol of protocols) listeners.push(await listen(protocol, listeners[0]?.local.port ?? port));
      return listeners;
    } catch (error) {
      await Promise.all(listeners.map((listener) => listener.close()));
      if (port !== 0 || choice === CHOICES || (error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
}
