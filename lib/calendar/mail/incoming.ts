import { type HeaderLines, simpleParser } from 'mailparser';
import { calendarText } from '../event/octets.ts';
import { type Verdict, verdictOf } from './authentication-results.ts';
import type { Mailbox } from './letter.ts';

/** A mail as it came. */
export interface IncomingMail {
  /** Of the envelope; `''` is nobody, to whom nobody answers. */
  readonly sender: string;
  /** Of the envelope, lower case. */
  readonly recipients: readonly string[];
  /** Who says that he wrote it; undefined where it is not one. */
  readonly from: Mailbox | undefined;
  readonly messageId?: string;
  /** Whether a person wrote it, a program for one, or it is an answer of a machine, or for many (RFC 3834 §2). */
  readonly by: 'person' | 'program' | 'machine';
  /** Whether the configured mail server vouches for the domain of From. */
  readonly verdict: Verdict;
  /** What calendars read of it. */
  readonly calendar?: string;
}

export interface Envelope {
  readonly sender: string;
  readonly recipients: readonly string[];
}

export interface ParsingLimits {
  /** Parts of one mail, whatever they stand in. */
  readonly parts: number;
  /** Bytes of the headers of a part. */
  readonly headers: number;
}

/** Reads a mail. @throws {Error} where it breaks off or has too much of everything */
export async function readMail(
  text: Buffer,
  { sender, recipients }: Envelope,
  { parts, headers }: ParsingLimits,
  authservId: string | undefined,
): Promise<IncomingMail> {
  const mail = await simpleParser(withReadHeaders(text), {
    ...{ skipHtmlToText: true, skipTextToHtml: true, skipTextLinks: true, skipImageLinks: true, keepCidLinks: true },
    ...{ ignoreEmbedded: true, checksumAlgo: false, maxChildNodes: parts, maxHeadSize: headers },
  });
  const [author, ...others] = mail.from?.value ?? [];
  const address = author?.address?.toLowerCase();
  const lines = linesOf(mail.headerLines);
  const isOne = address !== undefined && others.length === 0 && (lines.get('from')?.length ?? 0) === 1;
  const from = isOne ? { address, ...(author?.name && { name: author.name }) } : undefined;
  const found = ['text/calendar', 'application/ics'].map((type) =>
    mail.attachments.find(({ contentType }) => contentType === type),
  );
  const part = found.find((one) => one !== undefined);
  const results = lines.get('authentication-results') ?? [];
  const domain = address?.slice(address.lastIndexOf('@') + 1) ?? '';
  return {
    sender: sender.toLowerCase(),
    recipients: recipients.map((one) => one.toLowerCase()),
    from,
    ...(mail.messageId !== undefined && { messageId: mail.messageId }),
    by: sender === '' ? 'machine' : writerOf(lines),
    verdict: authservId === undefined || !isOne ? 'unknown' : verdictOf(results, authservId, domain),
    ...(part && { calendar: calendarText(part.content) }),
  };
}

const READ =
  /^(?:from|message-id|authentication-results|auto-submitted|list-[a-z-]+|precedence|x-loop|mime-version|content-[a-z-]+)[ \t]*:/i;

/** Without headers that nobody reads here: lists of addresses take the parser long, and mail servers write many others. */
function withReadHeaders(text: Buffer): Buffer {
  const end = text.indexOf('\r\n\r\n');
  const head = text.subarray(0, end < 0 ? text.length : end).toString('latin1');
  const fields = head.split(/\r?\n(?![ \t])/).filter((field) => READ.test(field));
  return Buffer.concat([Buffer.from(fields.join('\r\n'), 'latin1'), end < 0 ? Buffer.alloc(0) : text.subarray(end)]);
}

/** The values of headers as they were written, unfolded. */
function linesOf(headers: HeaderLines): Map<string, string[]> {
  const lines = new Map<string, string[]>();
  for (const { key, line } of headers) {
    const value = line.slice(line.indexOf(':') + 1).replace(/\r?\n(?=[ \t])/g, '');
    lines.set(key, [...(lines.get(key) ?? []), value.trim()]);
  }
  return lines;
}

function writerOf(lines: ReadonlyMap<string, readonly string[]>): IncomingMail['by'] {
  const said = (name: string): string => lines.get(name)?.[0]?.toLowerCase() ?? '';
  const automatic = said('auto-submitted');
  const isForMany = ['list-id', 'list-unsubscribe', 'list-post', 'x-loop'].some((name) => lines.has(name));
  if (isForMany || /^(?:bulk|list|junk)\b/.test(said('precedence'))) return 'machine';
  if (automatic === '' || /^no\b/.test(automatic)) return 'person';
  return /^auto-generated\b/.test(automatic) ? 'program' : 'machine'; // RFC 3834 §5
}
