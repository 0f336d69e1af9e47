import { callbackDefaults } from '../callback/registration.ts';
import { integer, list, readNetwork } from './setting.ts';
import { count, milliseconds } from './units.ts';

/** The settings of callbacks. */
export const CALLBACK_SETTINGS = {
  'callbacks.allowed': list(
    'Addresses and networks that may be called though they are private or our own; loopback among them also without TLS.',
    { default: [], of: 'networks', entry: readNetwork },
  ),
  'callbacks.registrations': integer('Registered URLs.', count(callbackDefaults.registrations)),
  'callbacks.perUser': integer('Registered URLs of one user.', count(callbackDefaults.perUser)),
  'callbacks.waiting': integer(
    'Changes that wait for one URL; one more is given up at once.',
    count(callbackDefaults.waiting),
  ),
  'callbacks.dead': integer('Given-up changes of one URL that are remembered.', count(callbackDefaults.dead)),
  'callbacks.inFlight': integer('Calls at the same time.', count(callbackDefaults.inFlight)),
  'callbacks.inFlightPerGroup': integer(
    'Calls at the same time to one URL, each about another conference.',
    count(callbackDefaults.inFlightPerGroup),
  ),
  'callbacks.time': integer('How long a call may take.', milliseconds(callbackDefaults.time)),
  'callbacks.firstWait': integer(
    'The wait after a failed call; each further failure doubles it.',
    milliseconds(callbackDefaults.firstWait),
  ),
  'callbacks.longestWait': integer('The longest wait.', milliseconds(callbackDefaults.longestWait)),
  'callbacks.giveUp': integer(
    'How old a change may be at the last attempt; then it is given up.',
    milliseconds(callbackDefaults.giveUp),
  ),
  'callbacks.page': integer('Changes that are read from the change log at once.', count(callbackDefaults.page)),
};
