import { BadMessage } from './bad-message.ts';
import { isToken } from './characters.ts';
import { MESSAGE_LIMITS, type MessageLimits } from './limits.ts';
import { knownName } from './names.ts';
import { Request } from './request.ts';
import { Response } from './response.ts';

const SPACE = 0x20;
const TAB = 0x09;
const END_OF_HEAD = Buffer.from('\r\n\r\n');
const NO_BODY = Buffer.alloc(0);

/** The fields of a head, and its Content-Length, which says where the body ends and is kept nowhere else. */
interface ReadFields {
  readonly fields: string[];
  readonly contentLength: string | undefined;
}

/**
 * Reads a message. Only what frames it is judged: the start line, the lines of the head, Content-Length; the rest when it is
 * asked for, or by `validate`. Without Content-Length the body goes to the end; bytes beyond it are dropped (RFC 3261 §18.3).
 * The body shares memory with `bytes`.
 * @throws {BadMessage} 400, 505, 513
 */
export function parse(bytes: Buffer, limits: MessageLimits = MESSAGE_LIMITS): Request | Response {
  const from = startOfMessage(bytes);
  const end = bytes.indexOf(END_OF_HEAD, from);
  if (end < 0) throw new BadMessage(400, 'No end of the header fields');
  if (end - from > limits.headBytes) throw new BadMessage(513, 'Header fields too long');
  const head = bytes.toString('utf8', from, end + 2);
  const endOfStart = head.indexOf('\r\n');
  const { fields, contentLength } = readFields(head, endOfStart + 2, limits.fields);
  const line = head.slice(0, endOfStart);
  const message = (body: Buffer): Request | Response => readStartLine(line, fields, body);
  try {
    return message(bodyOf(bytes, end + 4, contentLength, limits.bodyBytes));
  } catch (error) {
    if (!(error instanceof BadMessage) || error.request !== undefined) throw error;
    const bare = message(NO_BODY);
    throw bare instanceof Request ? new BadMessage(error.status, error.reason, bare) : error;
  }
}

/** Line breaks before a message keep connections alive (RFC 3261 §7.5, RFC 5626 §3.5.1). */
export function startOfMessage(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === 0x0d || bytes[at] === 0x0a) at++;
  return at;
}

function readStartLine(line: string, fields: string[], body: Buffer): Request | Response {
  if (/^SIP\/[^ ]* /i.test(line)) return readStatusLine(line, fields, body);
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const method = line.slice(0, Math.max(first, 0));
  const uri = line.slice(first + 1, last);
  const version = line.slice(last + 1);
  if (!isToken(method)) throw new BadMessage(400, 'Malformed request line');
  const request = new Request(method, uri, fields, body);
  if (uri === '' || uri.includes(' ') || uri.includes('\t'))
    throw new BadMessage(400, 'Malformed request line', request);
  if (/^SIP\/2\.0$/i.test(version)) return request;
  if (/^SIP\/[0-9]+\.[0-9]+$/i.test(version)) throw new BadMessage(505, 'Version Not Supported', request);
  throw new BadMessage(400, 'Malformed request line', request);
}

function readStatusLine(line: string, fields: string[], body: Buffer): Response {
  const parts = /^SIP\/2\.0 ([1-6][0-9][0-9])(?: (.*))?$/i.exec(line);
  if (parts === null) throw new BadMessage(400, 'Malformed status line');
  return new Response(Number(parts[1]), parts[2] ?? '', fields, body);
}

function readFields(head: string, from: number, limit: number): ReadFields {
  const fields: string[] = [];
  let contentLength: string | undefined;
  for (let at = from; at < head.length;) {
    const colon = head.indexOf(':', at);
    let end = head.indexOf('\r\n', at);
    const isFolded = isSpace(head.charCodeAt(end + 2));
    while (isSpace(head.charCodeAt(end + 2))) end = head.indexOf('\r\n', end + 2);
    if (colon < 0 || colon > end) throw new BadMessage(400, 'Header field without a name');
    const written = head.slice(at, colon);
    const name = knownName(written) ?? nameOf(written);
    const value = trimmed(head, colon + 1, end);
    const unfolded = isFolded ? value.replace(/\r\n[ \t]+/g, ' ') : value;
    if (name === 'Content-Length') {
      if (contentLength !== undefined) throw new BadMessage(400, 'More than one Content-Length');
      contentLength = unfolded;
    } else if (fields.push(name, unfolded) > limit * 2) throw new BadMessage(513, 'Too many header fields');
    at = end + 2;
  }
  return { fields, contentLength };
}

/** The name of a field that is written with white space before the colon, or that we do not know. */
function nameOf(written: string): string {
  const name = written.trimEnd();
  if (!isToken(name)) throw new BadMessage(400, 'Malformed name of a header field');
  return knownName(name) ?? name;
}

function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isSpace = (code: number): boolean => code === SPACE || code === TAB;
const isBlank = (code: number): boolean => isSpace(code) || code === 0x0d || code === 0x0a;

function bodyOf(bytes: Buffer, from: number, contentLength: string | undefined, limit: number): Buffer {
  const rest = bytes.length - from;
  const length = contentLength === undefined ? rest : lengthOf(contentLength);
  if (length > limit) throw new BadMessage(513, 'Message Too Large');
  if (length > rest) throw new BadMessage(400, 'Content-Length beyond the end of the message');
  return length === 0 ? NO_BODY : bytes.subarray(from, from + length);
}

/** The number in Content-Length. @throws {BadMessage} 400 */
function lengthOf(text: string): number {
  if (!/^[0-9]{1,15}$/.test(text)) throw new BadMessage(400, 'Malformed Content-Length');
  return Number(text);
}
