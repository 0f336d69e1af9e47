/** Where the bridge listens to one participant, and speaks from. */
export interface BridgeEnd {
  readonly address: string;
  readonly port: number;
}

/** The ways of one telephone's sound through the bridge. */
export interface Route {
  /** Where what it says goes. */
  readonly says: readonly BridgeEnd[];
  /** Whence comes what it hears. */
  readonly hears?: BridgeEnd | undefined;
  /** What the bridge says at one end goes back to it at another: a room is heard in another. */
  readonly pipe?: { readonly from: BridgeEnd; readonly to: BridgeEnd } | undefined;
}

export const NOWHERE: Route = { says: [] };

export const keyOf = ({ address, port }: BridgeEnd): string => `${address} ${port}`;

/** Every end of a route, once. */
export function endsOf({ says, hears, pipe }: Route): Map<string, BridgeEnd> {
  const others = [hears, pipe?.from, pipe?.to].filter((end) => end !== undefined);
  return new Map([...says, ...others].map((end) => [keyOf(end), end]));
}
