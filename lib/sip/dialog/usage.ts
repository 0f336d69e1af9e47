import type { Request } from '../message/request.ts';
import type { ServerTransaction } from '../transaction/server.ts';

/** What a failed request in a dialog destroys (RFC 5057 §5.1). */
export type Impact = 'transaction' | 'usage' | 'dialog';

/** One purpose of a dialog: an INVITE session or a subscription (RFC 5057 §4). */
export interface Usage {
  /** Whether a request in the dialog belongs to this usage (RFC 5057 §5.3). */
  claims(request: Request): boolean;
  /** A request that it claims, CSeq checked; it answers. */
  receive(server: ServerTransaction): void;
  /** The ACK to a 2xx, for the INVITE usage. */
  acknowledge?(ack: Request): void;
  /** The dialog is gone under it: a request failed in a way that ends all. No request is sent any more. */
  dialogEnded(status: number): void;
}
