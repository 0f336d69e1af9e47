import type { Change } from '../conference/changes.ts';
import type { ConferenceControl } from '../conference/control.ts';
import type { Endpoints } from '../conference/endpoints.ts';
import type { Principal } from '../directory/principal.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { Mixer } from '../mixer/mixer.ts';
import type { Clock } from '../sip/clock.ts';
import type { DialogState } from '../sip/dialog/dialog.ts';
import type { IncomingInvite } from '../sip/dialog/incoming-invite.ts';
import { type SessionSettings, sessionDefaults, type SessionUser } from '../sip/dialog/session-user.ts';
import type { Session } from '../sip/dialog/session.ts';
import type { Incoming } from '../sip/event/answering.ts';
import type { NameAddress } from '../sip/message/name-address.ts';
import type { Uri } from '../sip/message/uri.ts';
import type { ServerTransaction } from '../sip/transaction/server.ts';
import type { CallContext } from './call.ts';
import type { Identities } from './caller.ts';
import type { Assisted } from './operator.ts';
import { pinDefaults, type PinSettings } from './pin-entry.ts';
import { guestDefaults, type GuestLimits, type GuestPlaces } from './guest-places.ts';
import type { CallRecords } from './records.ts';
import type { Final } from './ring.ts';

export interface FocusSettings extends GuestLimits {
  /** Calls at once. */
  readonly calls: number;
  /** The same of one user in one conference. */
  readonly callsPerUser: number;
  readonly session: Partial<SessionSettings>;
  /** Milliseconds that somebody stays in the roster who is out for another reason than that he left. */
  readonly leaversShown: number;
  /** The most people of a conference who hear others come and go. */
  readonly chimes: number;
  readonly pin: PinSettings;
  /** Calls of before a restart whose peers are asked at the same time. */
  readonly recoveredAtOnce: number;
  /** The URI of who brings people into conferences of the join-handling directed-operator. */
  readonly operator?: string | undefined;
  /** Whether callers are sent to him (302), or he is called for them. */
  readonly operatorBy: 'redirect' | 'call';
}

export const focusDefaults: FocusSettings = {
  ...guestDefaults,
  calls: 20_000,
  callsPerUser: 10,
  session: { timer: sessionDefaults.timer },
  operatorBy: 'redirect',
  leaversShown: 10_000,
  chimes: 20,
  recoveredAtOnce: 50,
  pin: pinDefaults,
};

export interface FocusOptions {
  readonly control: Pick<ConferenceControl, 'update'>;
  readonly endpoints: Endpoints;
  /** Follows every change of a conference. */
  readonly onChange: (listener: (change: Change) => void) => void;
  readonly mixer: Mixer;
  readonly identities: Identities;
  readonly records: CallRecords;
  /** The conference that a Request-URI names. */
  readonly conferenceOf: (uri: Uri) => XconUri | undefined;
  /** The object to which the address of a conference leads now: of a series what stands for the occurrence that goes on. */
  readonly reached?: (conference: XconUri) => Promise<XconUri>;
  /** Our Contact in a dialog about a conference, with `isfocus` (RFC 4579 §4), as a field value. */
  readonly contact: (server: Incoming, conference: XconUri) => string;
  /** Whether a Contact is that of another focus. */
  readonly isFocus: (contact: NameAddress | undefined) => boolean;
  /** Whether a conference names somebody as another focus of its own; undefined: anybody. */
  readonly cascades: (conference: XconUri, focus: Principal | undefined) => Promise<boolean>;
  /** Takes an INVITE: `UserAgent.take`. */
  readonly take: (
    server: ServerTransaction,
    contact: string,
    user: SessionUser,
    settings: Partial<SessionSettings>,
  ) => IncomingInvite | undefined;
  /** Goes on with a session of before a restart: `UserAgent.resume`. */
  readonly resume: (
    dialog: DialogState,
    user: SessionUser,
    settings: Partial<SessionSettings>,
    isOurs: boolean,
  ) => Session;
  /** Calls the operator for somebody: `Operator.connect`. */
  readonly assist?: ((assisted: Assisted) => Promise<Final>) | undefined;
  /** Answers OPTIONS with what we can do, and these fields. */
  readonly answerOptions: (server: ServerTransaction, fields: Fields) => void;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly newId: () => string;
  readonly settings?: Partial<FocusSettings>;
  readonly report: (error: unknown) => void;
}

export type Fields = readonly (readonly [name: string, value: string])[];

/** What calls are taken with. */
export interface FocusParts extends Omit<FocusOptions, 'settings'> {
  readonly settings: FocusSettings;
  readonly context: CallContext;
  readonly guests: GuestPlaces;
  /** Of every 2xx of ours to an INVITE. */
  readonly fields: Fields;
}
