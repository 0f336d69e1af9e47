import { addressOfMachine, familyOf, formatHost, isWildcard } from './address.ts';
import type { Endpoint, Protocol } from './flow.ts';
import type { TlsSettings } from './tls.ts';

export interface ListenOptions {
  readonly protocol: Protocol;
  /** Numeric, IPv4 or IPv6; `::` takes IPv6 only, so that both families can be had on one port by two listeners. */
  readonly address: string;
  /** 0 picks a free one. */
  readonly port: number;
  /**
   * What peers reach this listener by, where that is not the address it is bound to: behind NAT, or bound to all (by default
   * then the first address of this machine).
   */
  readonly advertise?: { readonly host: string; readonly port?: number | undefined } | undefined;
  /** For tls and wss. */
  readonly tls?: TlsSettings | undefined;
  /** For ws and wss: origins whose pages may connect (RFC 6455 §10.2); all when absent. Who names none is no page. */
  readonly origins?: readonly string[] | undefined;
}

export interface Listener {
  readonly protocol: Protocol;
  readonly local: Endpoint;
  /** `host:port` for Via and Contact; IPv6 in brackets. */
  readonly sentBy: string;
  readonly open: boolean;
  /** Takes other certificates and CAs for the handshakes to come; connections stay. @throws {Error} when they can't be used */
  reload(tls: TlsSettings): void;
  /** Takes no more connections; those that it took stay. */
  close(): Promise<void>;
}

export function sentByOf({ address, port }: Endpoint, { advertise }: ListenOptions): string {
  const host = advertise?.host ?? (isWildcard(address) ? addressOfMachine(familyOf(address)) : address);
  return `${formatHost(host)}:${advertise?.port ?? port}`;
}
