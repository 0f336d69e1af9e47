import { quote, type Cursor } from '../cursor.ts';
import { readParameters, type Parameters } from '../parameters.ts';
import { readCallId } from './core.ts';
import { list, MAX_UINT32, numberIn, readNumber, single, type SingleHeader } from './definition.ts';

/** RFC 4028 §4. */
export interface SessionExpires {
  /** Seconds. */
  readonly interval: number;
  readonly refresher: 'uac' | 'uas' | undefined;
}

/** RFC 3262 §7.2. */
export interface RAck {
  /** The RSeq of the response. */
  readonly response: number;
  readonly cseq: number;
  readonly method: string;
}

/** What names a dialog from outside: Replaces (RFC 3891), Join (RFC 3911), Target-Dialog (RFC 4538). */
export interface DialogReference {
  readonly callId: string;
  /** The tag of the recipient's side. */
  readonly localTag: string;
  readonly remoteTag: string;
  readonly parameters: Parameters;
}

/** RFC 3326. */
export interface Reason {
  /** SIP, Q.850 … */
  readonly protocol: string;
  readonly cause: number | undefined;
  readonly text: string | undefined;
}

export const SESSION_EXPIRES = single('Session-Expires', (cursor): SessionExpires => {
  const interval = readNumber(cursor, MAX_UINT32);
  const refresher = readParameters(cursor).get('refresher')?.toLowerCase();
  if (refresher !== undefined && refresher !== 'uac' && refresher !== 'uas') throw cursor.malformed();
  return { interval, refresher };
});
export const MIN_SE = single('Min-SE', (cursor) => {
  const interval = readNumber(cursor, MAX_UINT32);
  readParameters(cursor);
  return interval;
});
export const RSEQ = single('RSeq', (cursor) => readNumber(cursor, MAX_UINT32));
export const RACK = single('RAck', (cursor): RAck => {
  const response = readNumber(cursor, MAX_UINT32);
  const cseq = readNumber(cursor.skipSpace(), MAX_UINT32);
  return { response, cseq, method: cursor.skipSpace().token() };
});
/** `early-only` is among the parameters. */
export const REPLACES = dialogReference('Replaces', 'to-tag', 'from-tag');
export const JOIN = dialogReference('Join', 'to-tag', 'from-tag');
export const TARGET_DIALOG = dialogReference('Target-Dialog', 'local-tag', 'remote-tag');
export const REASON = list('Reason', (cursor): Reason => {
  const protocol = cursor.token();
  const parameters = readParameters(cursor);
  return { protocol, cause: numberIn(parameters.get('cause'), 'Reason'), text: parameters.get('text') };
});

/** The value of a Reason: `SIP;cause=200;text="Call completed elsewhere"`. */
export function formatReason({ protocol, cause, text }: Reason): string {
  return `${protocol}${cause === undefined ? '' : `;cause=${cause}`}${text === undefined ? '' : `;text=${quote(text)}`}`;
}

/** The value of a Replaces or a Join, as RFC 3891 §6.1 names the tags: `to-tag` is the recipient's. */
export const formatDialogReference = ({ callId, localTag, remoteTag }: Omit<DialogReference, 'parameters'>): string =>
  `${callId};to-tag=${localTag};from-tag=${remoteTag}`;

function dialogReference(name: string, local: string, remote: string): SingleHeader<DialogReference> {
  return single(name, (cursor: Cursor): DialogReference => {
    const callId = readCallId(cursor);
    const parameters = readParameters(cursor);
    const localTag = parameters.get(local);
    const remoteTag = parameters.get(remote);
    if (localTag === undefined || remoteTag === undefined) throw cursor.malformed();
    return { callId, localTag, remoteTag, parameters };
  });
}
