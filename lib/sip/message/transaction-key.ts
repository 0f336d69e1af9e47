import type { Message } from './message.ts';
import { Request } from './request.ts';

const COOKIE = 'z9hg4bk';

/**
 * What tells transactions apart. A request gives the key of its server transaction (RFC 3261 §17.2.3): an ACK that of its
 * INVITE; a CANCEL its own, and with `method` 'INVITE' that of the request to cancel. A response gives the key of its client transaction
 * (§17.1.3), which is `clientKey` of the request that was sent. Keys are joined: that makes texts in one piece, of which tables make
 * hashes at once, and which hold no part of a head.
 */
export function transactionKey(message: Message, method?: string): string {
  const { via } = message;
  const branch = via.branch ?? '';
  if (!(message instanceof Request)) return clientKey(branch, message.cseq.method);
  const asked = method ?? (message.method === 'ACK' ? 'INVITE' : message.method);
  const sentBy = via.sentBy.toLowerCase();
  if (hasCookie(branch)) return [branch, sentBy, asked].join(' ');
  // RFC 2543: the To tag is left out, since the ACK has one that the INVITE had not; the CSeq keeps requests of a dialog apart.
  const top = via.toString();
  return [message.uriText, message.from.tag, message.callId, message.cseq.number, top, asked].join(' ');
}

/** The key of a client transaction (RFC 3261 §17.1.3). */
export const clientKey = (branch: string, method: string): string => [branch, method].join(' ');

/** Whether the branch is unique as RFC 3261 §8.1.1.7 wants it. */
export const hasCookie = (branch: string): boolean => branch.slice(0, COOKIE.length).toLowerCase() === COOKIE;
