import type { EndpointState } from '../conference/endpoint-state.ts';
import type { SessionEnd } from '../sip/dialog/session-user.ts';

/** Why a call ends, as the roster shows it (RFC 4575 §5.7.6, §5.7.7). */
export interface CallEnd {
  readonly method: NonNullable<EndpointState['disconnectionMethod']>;
  /** A value of Reason (RFC 3326), sent to the peer too: `SIP;cause=200;text="…"`. */
  readonly reason?: string;
  readonly by?: string;
  /** Nothing of it stays in the roster, not even for a while. */
  readonly silently?: boolean;
  /** The roster has nothing of it: somebody else tells what becomes of the endpoint. */
  readonly unlisted?: boolean;
}

export const REMOVED: CallEnd = { method: 'booted', reason: 'SIP;cause=200;text="Removed from the conference"' };
export const CONFERENCE_ENDED: CallEnd = { method: 'booted', reason: 'SIP;cause=200;text="The conference has ended"' };
export const UNREACHABLE: CallEnd = { method: 'failed', reason: 'SIP;cause=503;text="Connection lost"' };
export const FORBIDDEN: CallEnd = { method: 'booted', reason: 'SIP;cause=403;text="A conference can not take part"' };
export const NOT_ACCEPTABLE: CallEnd = { method: 'failed', reason: 'SIP;cause=488' };

/** How the end of a session that we did not end appears. */
export const ENDS: Readonly<Record<SessionEnd['cause'], CallEnd>> = {
  left: { method: 'departed' },
  'hung up': { method: 'booted' },
  lost: { method: 'failed', reason: 'SIP;cause=408' },
  expired: { method: 'failed', reason: 'SIP;cause=408;text="Session expired"' },
  unacknowledged: { method: 'failed', reason: 'SIP;cause=408;text="No ACK"' },
  refused: { method: 'departed', silently: true },
};
