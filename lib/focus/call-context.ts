import type { Caller } from '../conference/calls.ts';
import type { Endpoints } from '../conference/endpoints.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import type { Mixer } from '../mixer/mixer.ts';
import type { Refused } from '../sip/dialog/session-user.ts';
import type { Request } from '../sip/message/request.ts';
import type { Call } from './call.ts';
import type { Calls } from './calls.ts';
import type { CallRecords } from './records.ts';
import type { RosterPlaceContext } from './roster-place.ts';

/** What every call uses of the focus. */
export interface CallContext extends RosterPlaceContext {
  readonly endpoints: Pick<Endpoints, 'report' | 'remove' | 'conceal'>;
  readonly mixer: Mixer;
  readonly calls: Calls;
  readonly records: CallRecords;
  /** Looks at a target refresh of a peer, or his answer to ours; says why it is refused and the call ends (3GPP TS 24.605 §4.6). */
  readonly judgeRefresh?: ((message: Pick<Request, 'contacts'>) => Refused | undefined) | undefined;
  /** Says why media of these types can't be added to a call, if they can't. */
  readonly judgeMedia?: ((call: Call, types: readonly string[]) => Promise<Refused | undefined>) | undefined;
  /** What a re-INVITE asks of the conference, by the right of its sender. */
  readonly asked?: ((call: Call, request: Request) => void) | undefined;
}

export interface CallParts {
  /** Names its leg, and its record; unique for ever. */
  readonly id: string;
  readonly conference: XconUri;
  readonly user: XconUserId;
  /** The entity of its endpoint. */
  readonly endpoint: string;
  /** As whom its requests act. */
  readonly caller: Caller;
  readonly joined: 'dialed-in' | 'dialed-out';
  /** With another focus of the conference. */
  readonly isCascade?: boolean;
}
