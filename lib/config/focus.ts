import { focusDefaults } from '../focus/parts.ts';
import { pinDefaults } from '../focus/pin-entry.ts';
import { sessionDefaults } from '../sip/dialog/session-user.ts';
import { choice, integer, optionalText } from './setting.ts';
import { count, milliseconds, seconds } from './units.ts';

const { timer, ringTime } = sessionDefaults;

/** The settings of the focus. */
export const FOCUS_SETTINGS = {
  'focus.calls': integer('Calls at once; more get 503.', count(focusDefaults.calls)),
  'focus.callsPerUser': integer(
    'Calls of one user to one conference; more get 486.',
    count(focusDefaults.callsPerUser),
  ),
  'focus.guestCalls': integer(
    'Calls of guests, who prove nothing, at once; more get 503, so that there is room for others.',
    count(focusDefaults.guestCalls),
  ),
  'focus.guestCallsPerPeer': integer(
    'The same from one address, but for those of `sip.transport.unlimitedPeers`.',
    count(focusDefaults.guestCallsPerPeer),
  ),
  'focus.operator': optionalText(
    'Who brings people into conferences of the join-handling `directed-operator`, and is called by the rules of `dialOut` where he is called.',
    { type: 'SIP URI' },
  ),
  'focus.operatorBy': choice(
    'How they come to him: `redirect` sends callers there (302); `call` calls him for them, and he transfers (REFER) to the conference whom he lets in.',
    { default: focusDefaults.operatorBy, of: ['redirect', 'call'] },
  ),
  'focus.sessionInterval': integer(
    'How often each call is heard of (RFC 4028): who is gone without a word stays in the roster no longer. 0: never.',
    { ...seconds(timer.interval), min: 0 },
  ),
  'focus.minimumInterval': integer('A caller who wants a shorter interval gets 422.', {
    ...seconds(timer.minimum),
    min: 90,
  }),
  'focus.waitingTime': integer(
    'How long a caller waits for a moderator to let her in, without being answered.',
    milliseconds(ringTime),
  ),
  'focus.leaversShown': integer(
    'How long somebody stays in the roster whose call failed or was ended by others.',
    milliseconds(focusDefaults.leaversShown),
  ),
  'focus.chimes': integer(
    'In conferences of so many people it is heard who comes and goes; in larger ones not.',
    count(focusDefaults.chimes),
  ),
  'focus.recoveredAtOnce': integer(
    'Calls of before a restart whose peers are asked at the same time whether they are still there.',
    count(focusDefaults.recoveredAtOnce),
  ),
  'focus.pin.attempts': integer(
    'Wrong conference passwords by the keys until a call ends.',
    count(pinDefaults.attempts),
  ),
  'focus.pin.time': integer('How long a caller has to press the keys.', milliseconds(pinDefaults.time)),
  'focus.pin.digitTime': integer(
    'How long no key is pressed at the end of a password, where `#` does not end it.',
    milliseconds(pinDefaults.digitTime),
  ),
  'focus.pin.digits': integer('Keys of one password.', count(pinDefaults.digits)),
};
