import { BadMessage } from './bad-message.ts';
import { findKnown } from './fields.ts';
import * as headers from './headers/index.ts';
import type { Message } from './message.ts';
import { Request } from './request.ts';
import { hasCookie } from './transaction-key.ts';

/** Fields that must be sound before a server does anything; a malformed field that nobody reads harms nobody (RFC 3261 §16.3). */
const JUDGED = new Map<string, (message: Message) => unknown>();
for (const header of [
  headers.MAX_FORWARDS,
  headers.EXPIRES,
  headers.EVENT,
  headers.CONTENT_TYPE,
  headers.SUBSCRIPTION_STATE,
]) {
  JUDGED.set(header.name, (message) => message.get<unknown>(header));
}
for (const header of [
  headers.ROUTE,
  headers.RECORD_ROUTE,
  headers.REQUIRE,
  headers.PROXY_REQUIRE,
  headers.SUPPORTED,
  headers.ACCEPT,
  headers.ALLOW,
]) {
  JUDGED.set(header.name, (message) => message.all<unknown>(header));
}
JUDGED.set(headers.CONTACT.name, (message) => message.contacts);

/** Fields that every message has, beside those that tell transactions apart (RFC 3261 §8.1.1). */
const MANDATORY: readonly ((message: Message) => unknown)[] = [
  (message) => message.from,
  (message) => message.to,
  (message) => message.callId,
];

/**
 * Judges what every layer relies on: the mandatory fields, each once, and well-formed; method and CSeq; the fields that
 * a user agent server reads of any request. Others are judged by whoever reads them. A request that fails is answered, a response
 * dropped. What repeats the request that was `sent` needs no judgement. @throws {BadMessage} 400
 */
export function validate(message: Message, sent?: Message): void {
  try {
    judge(message, sent);
  } catch (error) {
    if (!(error instanceof BadMessage) || !(message instanceof Request)) throw error;
    throw new BadMessage(error.status, error.reason, message);
  }
}

function judge(message: Message, sent: Message | undefined): void {
  const { vias, cseq, fieldsAsWritten } = message;
  if (vias.length === 0) throw new BadMessage(400, 'Missing Via');
  if (message instanceof Request) judgeRequest(message, vias[0]?.branch ?? '', cseq.method);
  if (sent === undefined || !repeats(message, sent)) for (const read of MANDATORY) read(message);
  for (let at = 0; at < fieldsAsWritten.length; at += 2) JUDGED.get(fieldsAsWritten[at] ?? '')?.(message);
}

/** RFC 3261 §8.2.6.2; To with another tag is not the same. */
const repeats = ({ fieldsAsWritten: fields }: Message, sent: Message): boolean =>
  REPEATED.every((name) => {
    const at = findKnown(fields, name);
    return at >= 0 && fields[at + 1] === sent.header(name) && findKnown(fields, name, at + 2) < 0;
  });

const REPEATED = ['From', 'To', 'Call-ID'];

function judgeRequest(request: Request, branch: string, method: string): void {
  const { uri } = request;
  if (uri.kind === 'sip' && uri.written.headers.length > 0) {
    throw new BadMessage(400, 'Header fields in the Request-URI'); // RFC 3261 §19.1.1 table 1
  }
  if (method !== request.method) throw new BadMessage(400, 'CSeq of another method');
  if (hasCookie(branch) && branch.length === 7) throw new BadMessage(400, 'Branch without identifier');
}
