import { mailDefaults } from '../calendar/mail/limits.ts';
import { listenerDefaults } from '../calendar/mail/listener.ts';
import { choice, integer, list, optionalAddress, optionalText, readNetwork, readText } from './setting.ts';
import { bytes, count, milliseconds } from './units.ts';

/** The settings of mail. */
export const MAIL_SETTINGS = {
  'mail.server': optionalText(
    'The mail server that takes our mail: `smtp.example.com:587`. Without it no mail is sent.',
    {
      type: 'host:port',
    },
  ),
  'mail.tls': choice(
    'TLS to it: from the start, by STARTTLS or not at all, by STARTTLS where it is offered, or none.',
    {
      default: 'required',
      of: ['implicit', 'required', 'offered', 'none'],
    },
  ),
  'mail.ca': optionalText('CAs of the mail server, PEM, instead of those of the system.', { type: 'file' }),
  'mail.user': optionalText(
    'Whom we log in as there; only over TLS that is required or implicit, or on this machine.',
    { type: 'text' },
  ),
  'mail.passwordFile': optionalText('Holds the password for it.', { type: 'file' }),
  'mail.domain': optionalText(
    'The domain of the addresses `conf+…@` that answers are sent to; its mail must reach `mail.listen`. The domain of the server where not set.',
    { type: 'domain' },
  ),
  'mail.listen': optionalAddress(
    'Where the mail server hands in mail for these addresses by SMTP, such as 127.0.0.1:2525. Without it nobody answers.',
  ),
  'mail.listenTls': choice(
    'TLS there, with the certificate of HTTPS: none, where STARTTLS asks for it, by STARTTLS or not at all, or from the start.',
    {
      default: 'none',
      of: ['none', 'offered', 'required', 'implicit'],
    },
  ),
  'mail.trusted': list('Addresses and networks that may hand in mail.', {
    ...{ default: ['127.0.0.0/8', '::1'], of: 'networks', entry: readNetwork },
  }),
  'mail.authservId': optionalText(
    'The authserv-id of the mail server whose Authentication-Results (RFC 8601) are believed; it must take out what others wrote under this name.',
    { type: 'text' },
  ),
  'mail.bridge': list(
    'Addresses that make a conference of an event to which its organizer invites them; those without a domain are in `mail.domain`. Needs `mail.authservId`.',
    { default: ['meet'], of: 'addresses', entry: readText },
  ),
  'mail.domains': list(
    'Domains besides those served here whose addresses are mailed to though no user of the directory has them; `*` for all.',
    { default: [], of: 'domains', entry: readText },
  ),
  'mail.pins': choice('Who finds conference passwords in her invitation.', {
    default: 'organizer',
    of: ['organizer', 'invited'],
  }),
  'mail.perOrganizer': integer(
    'Mails that the conferences of one organizer cause in any 24 hours, whatever restarts; more are given up.',
    count(mailDefaults.perOrganizer),
  ),
  'mail.perAttendee': integer(
    'Proposals of other times that one attendee makes in any 24 hours; more are dropped.',
    count(mailDefaults.perAttendee),
  ),
  'mail.shown': integer(
    'Attendees whom an invitation names; where there are more, each sees the organizer and herself.',
    count(mailDefaults.shown),
  ),
  'mail.cancelled': integer(
    'Cancelled occurrences that are told one by one; of more the series is sent anew.',
    count(mailDefaults.cancelled),
  ),
  'mail.rest': integer(
    'How long after a change people are told, with all that has changed until then.',
    milliseconds(mailDefaults.rest),
  ),
  'mail.waiting': integer(
    'Mails of one organizer that wait for the mail server; one more is given up at once.',
    count(mailDefaults.waiting),
  ),
  'mail.dead': integer('Given-up mails of one organizer that are remembered.', count(mailDefaults.dead)),
  'mail.inFlight': integer('Connections to the mail server at the same time.', count(mailDefaults.inFlight)),
  'mail.inFlightPerGroup': integer('Of one organizer among them.', count(mailDefaults.inFlightPerGroup)),
  'mail.time': integer('How long a dialogue with the mail server may stand still.', milliseconds(mailDefaults.time)),
  'mail.firstWait': integer(
    'The wait after a failed attempt; each further failure doubles it.',
    milliseconds(mailDefaults.firstWait),
  ),
  'mail.longestWait': integer('The longest wait.', milliseconds(mailDefaults.longestWait)),
  'mail.giveUp': integer(
    'How old a mail may be at the last attempt; then it is given up.',
    milliseconds(mailDefaults.giveUp),
  ),
  'mail.size': integer('Length of a mail that is taken.', bytes(listenerDefaults.size, 1_000)),
  'mail.connections': integer('Connections that hand in mail at the same time.', count(listenerDefaults.connections)),
  'mail.recipients': integer('Recipients of one mail that is taken.', count(listenerDefaults.recipients)),
  'mail.silence': integer('How long such a connection may stand still.', milliseconds(listenerDefaults.silence)),
  'mail.parts': integer('Parts of a mail, whatever they stand in.', count(listenerDefaults.parts)),
  'mail.headers': integer(
    'Length of the headers of a part; of those of the mail itself only what is read counts.',
    bytes(listenerDefaults.headers, 1_000),
  ),
  'mail.page': integer('Changes that are read from the change log at once.', count(mailDefaults.page)),
};
