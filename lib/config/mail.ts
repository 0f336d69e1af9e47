import { mailDefaults } from '../calendar/mail/limits.ts';
import { choice, integer, list, optionalText, readText } from './setting.ts';
import { count, milliseconds } from './units.ts';

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
  'mail.user': optionalText('Whom we log in as there.', { type: 'text' }),
  'mail.passwordFile': optionalText('Holds the password for it.', { type: 'file' }),
  'mail.domain': optionalText(
    'The domain of the addresses `conf+…@` that answers are sent to; its mail must reach `mail.listen`. The domain of the server where not set.',
    { type: 'domain' },
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
    'Mails that the conferences of one organizer cause in a day; more are given up.',
    count(mailDefaults.perOrganizer),
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
  'mail.page': integer('Changes that are read from the change log at once.', count(mailDefaults.page)),
};
