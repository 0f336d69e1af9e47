import { createHash } from 'node:crypto';
import type { SendMailOptions } from 'nodemailer';
import type { MailLetter } from './letter.ts';
import { htmlOf, textOf } from './words.ts';

/** The letter as a mail: for people as text and HTML, for calendars as RFC 6047 §2.4 says, and as a file for those that do not look. */
export function messageOf(letter: MailLetter, domain: string): SendMailOptions {
  const { from, to, subject, words, calendar, inReplyTo } = letter;
  return {
    from: mailbox(from),
    to: mailbox(to),
    envelope: { from: from.address, to: to.address },
    subject,
    text: textOf(words),
    html: htmlOf(words),
    date: new Date(letter.at),
    // The same when it is sent again, so that who got it twice shows it once.
    messageId: `<${createHash('sha256').update(letter.id).digest('hex').slice(0, 32)}@${domain}>`,
    ...(inReplyTo !== undefined && { inReplyTo, references: inReplyTo }),
    headers: {
      'Auto-Submitted': inReplyTo === undefined ? 'auto-generated' : 'auto-replied', // RFC 3834 §5
    },
    ...(calendar && {
      icalEvent: { method: calendar.method, content: calendar.text, filename: 'invite.ics' },
    }),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

const mailbox = ({ address, name }: MailLetter['to']): { address: string; name: string } => ({
  address,
  name: name ?? '',
});
