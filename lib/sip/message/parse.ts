import { BadMessage } from './bad-message.ts';
import { endOfRun, isToken, URI } from './characters.ts';
import { MESSAGE_LIMITS, type MessageLimits } from './limits.ts';
import { readFields } from './read-fields.ts';
import { Request } from './request.ts';
import { Response } from './response.ts';

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const NO_BODY = Buffer.alloc(0);

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
  const start = readStartLine(head.slice(0, endOfStart));
  const { fields, contentLength, problem } = readFields(head, endOfStart + 2, limits.fields);
  try {
    const wrong = start.problem ?? problem;
    if (wrong !== undefined) throw wrong;
    const body = bodyOf(bytes, end + 4, contentLength, limits.bodyBytes);
    if (start.kind === 'status') return new Response(start.status, start.reason, fields, body);
    return new Request(start.method, start.uri, fields, body);
  } catch (error) {
    if (!(error instanceof BadMessage) || start.kind === 'status') throw error;
    throw new BadMessage(error.status, error.reason, new Request(start.method, start.uri, fields, NO_BODY));
  }
}

/** Line breaks before a message keep connections alive (RFC 3261 §7.5, RFC 5626 §3.5.1). */
function startOfMessage(bytes: Buffer): number {
  let at = 0;
  while (bytes[at] === 0x0d || bytes[at] === 0x0a) at++;
  return at;
}

interface RequestLine {
  readonly kind: 'request';
  readonly method: string;
  readonly uri: string;
  /** Why the request can only be refused. */
  readonly problem: BadMessage | undefined;
}

interface StatusLine {
  readonly kind: 'status';
  readonly status: number;
  readonly reason: string;
  readonly problem: undefined;
}

/** RFC 3261 §7.1, §7.2: single spaces divide the parts. @throws {BadMessage} 400 when there is nothing to answer */
function readStartLine(line: string): RequestLine | StatusLine {
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ');
  const method = line.slice(0, Math.max(first, 0));
  if (method.includes('/')) return readStatusLine(line);
  if (!isToken(method)) throw new BadMessage(400, 'Malformed request line');
  const uri = line.slice(first + 1, last);
  return { kind: 'request', method, uri, problem: problemOf(uri, line.slice(last + 1)) };
}

function problemOf(uri: string, version: string): BadMessage | undefined {
  const isVersion = version === 'SIP/2.0' || /^SIP\/[0-9]+\.[0-9]+$/i.test(version);
  if (!isVersion || uri === '' || endOfRun(uri, 0, URI) < uri.length)
    return new BadMessage(400, 'Malformed request line');
  return version.endsWith('/2.0') ? undefined : new BadMessage(505, 'Version Not Supported');
}

/** The space behind the status is missing in some peers' lines without reason. */
function readStatusLine(line: string): StatusLine {
  const parts = /^SIP\/2\.0 ([1-6][0-9][0-9])(?: (.*))?$/i.exec(line);
  if (parts === null) throw new BadMessage(400, 'Malformed status line');
  return { kind: 'status', status: Number(parts[1]), reason: parts[2] ?? '', problem: undefined };
}

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
