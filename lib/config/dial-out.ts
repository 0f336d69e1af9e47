import { BadMessage } from '../sip/message/bad-message.ts';
import { parseUri } from '../sip/message/parse-uri.ts';
import { destinationDefaults } from '../focus/destination.ts';
import { dialOutDefaults } from '../focus/dial-out.ts';
import { factoryDefaults } from '../focus/factory.ts';
import { failureDefaults } from '../focus/failures.ts';
import { quotaDefaults } from '../focus/quota.ts';
import { referencesDefaults } from '../focus/references.ts';
import { choice, integer, list, optionalText, readNetwork, readText, text } from './setting.ts';
import { count, milliseconds } from './units.ts';

/** Other domains: a name, those below one, or all. */
function readDomains(raw: unknown): string {
  const domains = readText(raw).toLowerCase();
  if (!/^(?:\*|(?:\*\.)?[a-z0-9.[\]:-]+)$/.test(domains)) throw new Error(`${domains} is no domain, *.domain or *`);
  return domains;
}

function readBeginning(raw: unknown): string {
  const beginning = readText(raw);
  if (!/^\+\d*$/.test(beginning)) throw new Error(`${beginning} is not like +4930`);
  return beginning;
}

function readStatus(raw: unknown): string {
  const status = String(raw);
  if (!/^[45]\d\d$/.test(status)) throw new Error(`${status} is no status from 400 to 599`);
  return status;
}

const gateway = optionalText('The SIP URI through which telephones are called: `sip:gateway.example.net`.', {
  type: 'SIP URI',
});

/** The settings of calls that the focus makes. */
export const DIAL_OUT_SETTINGS = {
  'dialOut.enabled': choice(
    'Whether the focus calls whom others bring into a conference, or its list names for dial-out, where SIP is served. Otherwise who is brought in counts as in.',
    { default: 'yes', of: ['yes', 'no'] },
  ),
  'dialOut.domains': list(
    'Domains beside ours whose people are called: `example.net`, `*.example.net` for those below it, `*` for all.',
    { default: destinationDefaults.domains, of: 'domains', entry: readDomains },
  ),
  'dialOut.numbers': list('Beginnings of telephone numbers (`tel:`) that are called: `+4930`, `+` for all.', {
    default: destinationDefaults.numbers,
    of: 'numbers',
    entry: readBeginning,
  }),
  'dialOut.gateway': {
    ...gateway,
    read(raw: unknown): string | undefined {
      const text = gateway.read(raw);
      try {
        if (text !== undefined && parseUri(text).kind !== 'sip') throw new BadMessage(400, 'no SIP URI');
      } catch {
        throw new Error(`${text} is no SIP URI`);
      }
      return text;
    },
  },
  'dialOut.networks': list(
    'Addresses and networks that are called though they are private or our own. A telephone that has registered over a connection of its own, or over UDP, is reached by that in any case.',
    { default: [], of: 'networks', entry: readNetwork },
  ),
  'dialOut.attempts': integer(
    'Calls of one person, one after the other, until she answers.',
    count(dialOutDefaults.attempts),
  ),
  'dialOut.retryAfter': integer(
    'Between two of them, where the callee says nothing else.',
    milliseconds(dialOutDefaults.retryAfter),
  ),
  'dialOut.longestRetry': integer('The most that a callee may say.', milliseconds(dialOutDefaults.longestRetry)),
  'dialOut.retried': list('After which final responses she is called again.', {
    default: dialOutDefaults.retried.map(String),
    of: 'statuses',
    entry: readStatus,
  }),
  'dialOut.ringTime': integer('How long a telephone rings, at most.', milliseconds(60_000)),
  'dialOut.redirections': integer(
    'Redirections of one call that are followed, one after the other, to where we would call anyway; 0 for none.',
    { ...count(dialOutDefaults.redirections), min: 0 },
  ),
  'dialOut.failedShown': integer(
    'How long somebody stays in the roster who was called or added and could not be had: until then, or until she comes in.',
    milliseconds(failureDefaults.failedShown),
  ),
  'dialOut.failedAtMost': integer('Such endpoints in one roster; the oldest go.', count(failureDefaults.failedAtMost)),
  'dialOut.devices': integer('Telephones of one person that ring.', count(dialOutDefaults.devices)),
  'dialOut.ringing': integer(
    'Calls that ring at the same time for one user who wants them.',
    count(quotaDefaults.ringing),
  ),
  'dialOut.foreignCalls': integer(
    'Calls of other domains and telephones that one user may want in any `dialOut.period`, whatever restarts.',
    {
      ...count(quotaDefaults.foreignCalls),
      min: 0,
    },
  ),
  'dialOut.period': integer('How long such a call counts.', milliseconds(quotaDefaults.period)),
  'dialOut.listed': integer(
    'People on the list of one INVITE or REFER (RFC 5366, RFC 5368); more get 413.',
    count(referencesDefaults.listed),
  ),
  'dialOut.page': integer('Changes that are read from the change log at once.', count(100)),
  'factory.user': text('The part before `@` of the SIP URI by which an INVITE makes a conference (RFC 4579 §5.4).', {
    default: factoryDefaults.user,
  }),
  'factory.ends': choice('With whom such a conference ends: with who made it, or with the last one who leaves.', {
    default: factoryDefaults.ends,
    of: ['creator', 'last'],
  }),
};
