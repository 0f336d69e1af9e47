import type { Request } from '../message/request.ts';
import type { Answer } from '../transaction/outgoing.ts';
import type { ServerTransaction } from '../transaction/server.ts';

/** One purpose of a dialog: an INVITE session or a subscription (RFC 5057 §4). */
export interface Usage {
  /** Whether a request in the dialog belongs to this usage (RFC 5057 §5.3). */
  claims(request: Request): boolean;
  /** A request that it claims, CSeq checked; it answers. */
  receive(server: ServerTransaction): void | Promise<void>;
  /** The ACK to a 2xx, for the INVITE usage. */
  acknowledge?(ack: Request): void;
  /** The dialog is gone under it: a request failed in a way that ends all. No request is sent any more. */
  dialogEnded(status: number): void;
}

/** What a failed request in a dialog destroys (RFC 5057 §5.1). */
export type Impact = 'transaction' | 'usage' | 'dialog';

/** RFC 5057 §5.1, table 2; what isn't here destroys no more than its transaction. */
const IMPACTS: ReadonlyMap<number, Impact> = new Map<number, Impact>([
  [404, 'dialog'],
  [405, 'usage'],
  [408, 'usage'],
  [410, 'dialog'],
  [416, 'dialog'],
  [480, 'usage'],
  [481, 'usage'],
  [482, 'dialog'],
  [483, 'dialog'],
  [484, 'dialog'],
  [485, 'dialog'],
  [489, 'usage'],
  [501, 'usage'],
  [502, 'dialog'],
  [604, 'dialog'],
]);

/**
 * What the final response to a request in a dialog destroys, silence as 408 (RFC 5057 §5.2). For a request that the usage could do
 * without, such as INFO, 405 and 501 destroy nothing.
 */
export const impactOf = ({ response: { status } }: Pick<Answer, 'response'>): Impact =>
  IMPACTS.get(status) ?? 'transaction';
