import { conferenceOf, FOCUS, idOf } from '../conference-package/addresses.ts';
import { isFocus as isFocusOf, namesFocus } from '../conference/cascading.ts';
import type { ConferenceControl } from '../conference/control.ts';
import type { People } from '../conference/people.ts';
import { section, type Config } from '../config.ts';
import { Focus } from '../focus/focus.ts';
import type { FocusOptions } from '../focus/parts.ts';
import type { CallRecords } from '../focus/records.ts';
import { Outbound } from '../http/outbound.ts';
import type { Mixer } from '../mixer/mixer.ts';
import { isFocus } from '../mmtel/focus-evidence.ts';
import type { UserAgent } from '../sip/agent/user-agent.ts';
import type { Clock } from '../sip/clock.ts';
import { sessionDefaults } from '../sip/dialog/session-user.ts';
import { newTag } from '../sip/token.ts';
import type { Target } from '../sip/transport/flow.ts';
import type { SipSenders } from '../sip-users/senders.ts';

export interface FocusWiring {
  readonly config: Config;
  readonly agent: UserAgent;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly control: ConferenceControl;
  readonly people: People;
  readonly senders: SipSenders;
  readonly mixer: Mixer;
  readonly records: CallRecords;
  /** Calls the operator for somebody. */
  readonly assist: FocusOptions['assist'];
  readonly report: (error: unknown) => void;
}

/** Methods of the dialog of a call. */
const ALLOW = `${sessionDefaults.allow}, REFER, SUBSCRIBE`;
/** Bodies of INVITEs that the focus understands. */
export const CONTENT = ['application/sdp', 'multipart/mixed', 'multipart/alternative'];

/** The focus of every conference, over the user agent. */
export function openFocus({ config, agent, control, people, senders, records, ...parts }: FocusWiring): Focus {
  const {
    operator,
    operatorBy,
    calls,
    callsPerUser,
    guestCalls,
    guestCallsPerPeer,
    sessionInterval: interval,
    minimumInterval: minimum,
    waitingTime,
    leaversShown,
    chimes,
    recoveredAtOnce,
  } = section(config, 'focus');
  const admits = calledAddresses(config);
  const focus = new Focus({
    ...parts,
    control,
    endpoints: control.endpoints,
    onChange: (listener) => control.onChange(listener),
    records,
    identities: {
      identify: (server) => senders.identify(server),
      servesDomain: (domain) => people.servesDomain(domain),
      domain: people.domain,
    },
    conferenceOf: (uri) => conferenceOf(uri, people.domain, (domain) => people.servesDomain(domain)),
    reached: (uri) => control.reached(uri),
    contact: ({ flow }, uri) => `${agent.contact(flow, idOf(uri), `;conf-id=${idOf(uri)}`)}${FOCUS}`,
    isFocus,
    async cascades(uri, focus) {
      const object = await control.endpoints.object(uri);
      if (object === undefined) return false;
      return focus === undefined ? namesFocus(object, () => true) : isFocusOf(object, focus);
    },
    take: (...call) => agent.take(...call),
    resume: (state, user, settings, isOurs) => {
      const session = agent.resume(state, user, settings, isOurs);
      if (isOurs) session.dialog.guard = admits;
      return session;
    },
    answerOptions: (server, fields) => agent.answerOptions(server, fields),
    newId: newTag,
    settings: {
      ...{ operator, operatorBy: operatorBy === 'call' ? 'call' : 'redirect' },
      ...{ calls, callsPerUser, guestCalls, guestCallsPerPeer, leaversShown, chimes, recoveredAtOnce },
      unlimitedPeers: config['sip.transport.unlimitedPeers'],
      session: { allow: ALLOW, timer: { interval, minimum }, ringTime: waitingTime },
      pin: section(config, 'focus.pin'),
    },
  });
  return focus;
}

/** Whether calls of ours may go to an address. */
export function calledAddresses(config: Config): (target: Pick<Target, 'address'>) => boolean {
  const outbound = new Outbound({ allowed: section(config, 'dialOut').networks });
  return ({ address }) => outbound.admits(address);
}
