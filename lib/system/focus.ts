import { conferenceOf, FOCUS, idOf } from '../conference-package/addresses.ts';
import { isFocus as isFocusOf, namesFocus } from '../conference/cascading.ts';
import type { ConferenceControl } from '../conference/control.ts';
import type { People } from '../conference/people.ts';
import { section, type Config } from '../config.ts';
import { Focus } from '../focus/focus.ts';
import type { CallRecords } from '../focus/records.ts';
import type { Mixer } from '../mixer/mixer.ts';
import { isFocus } from '../mmtel/focus-evidence.ts';
import type { UserAgent } from '../sip/agent/user-agent.ts';
import type { Clock } from '../sip/clock.ts';
import { sessionDefaults } from '../sip/dialog/session-user.ts';
import { newTag } from '../sip/token.ts';
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
    calls,
    callsPerUser,
    sessionInterval: interval,
    minimumInterval: minimum,
    waitingTime,
    leaversShown,
    chimes,
    recoveredAtOnce,
  } = section(config, 'focus');
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
    resume: (...session) => agent.resume(...session),
    answerOptions: (server, fields) => agent.answerOptions(server, fields),
    newId: newTag,
    settings: {
      ...{ operator, calls, callsPerUser, leaversShown, chimes, recoveredAtOnce },
      session: { allow: ALLOW, timer: { interval, minimum }, ringTime: waitingTime },
      pin: section(config, 'focus.pin'),
    },
  });
  return focus;
}
