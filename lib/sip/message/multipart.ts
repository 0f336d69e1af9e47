import { newBoundary } from '../token.ts';
import { BadMessage } from './bad-message.ts';
import { quote } from './cursor.ts';
import { fieldsOf, findField } from './fields.ts';
import { CONTENT_DISPOSITION, CONTENT_TYPE, type ContentDisposition, type MediaType } from './headers/index.ts';
import type { Message } from './message.ts';
import { Parameters } from './parameters.ts';
import { readFields } from './read-fields.ts';

/** What a body of several parts may cost. */
export interface MultipartLimits {
  /** Parts of one multipart body. */
  readonly parts: number;
  /** Header fields of one part. */
  readonly fields: number;
  /** Multipart bodies within one another. */
  readonly depth: number;
}

export const MULTIPART_LIMITS: MultipartLimits = { parts: 64, fields: 32, depth: 4 };

const CRLF = '\r\n';
const TEXT: MediaType = { type: 'text/plain', parameters: Parameters.NONE };

/** One body of several (RFC 5621 §3, RFC 2046 §5.1). */
export class BodyPart {
  /** Content-Type, Content-Disposition, Content-ID …, as names and values by turns. */
  readonly fields: readonly string[];
  readonly body: Buffer;

  constructor(fields: readonly string[], body: Buffer) {
    this.fields = fields;
    this.body = body;
  }

  /** @throws {TypeError} for a name or value that no header field can hold */
  static of(fields: Readonly<Record<string, string>>, body: Buffer): BodyPart {
    return new BodyPart(fieldsOf(Object.entries(fields)), body);
  }

  header(name: string): string | undefined {
    const at = findField(this.fields, name);
    return at < 0 ? undefined : this.fields[at + 1];
  }

  /** The type, text/plain where none is given (RFC 2046 §5.2). @throws {BadMessage} 400 */
  get contentType(): MediaType {
    const text = this.header('Content-Type');
    return text === undefined ? TEXT : CONTENT_TYPE.read(text);
  }

  /** @throws {BadMessage} 400 */
  get disposition(): ContentDisposition | undefined {
    const text = this.header('Content-Disposition');
    return text === undefined ? undefined : CONTENT_DISPOSITION.read(text);
  }
}

/**
 * The bodies of a message in their order: its own one, or the parts of a multipart one, nested ones opened (RFC 5621 §4.2).
 * They share memory with the message. @throws {BadMessage} 400, 413
 */
export function bodyParts(message: Message, limits: MultipartLimits = MULTIPART_LIMITS): BodyPart[] {
  if (message.body.length === 0) return [];
  const fields = [...message.fields()].filter(([name]) => /^content-/i.test(name)).flat();
  return open(new BodyPart(fields, message.body), limits, limits.depth);
}

function open(part: BodyPart, limits: MultipartLimits, depth: number): BodyPart[] {
  const { contentType } = part;
  if (!contentType.type.startsWith('multipart/')) return [part];
  if (depth === 0) throw new BadMessage(413, 'Multipart bodies nested too deep');
  return splitMultipart(contentType, part.body, limits).flatMap((inner) => open(inner, limits, depth - 1));
}

/** The parts of one multipart body. They share memory with it. @throws {BadMessage} 400, 413 */
export function splitMultipart(
  { parameters }: MediaType,
  body: Buffer,
  limits: MultipartLimits = MULTIPART_LIMITS,
): BodyPart[] {
  const boundary = parameters.get('boundary');
  if (boundary === undefined || boundary === '' || boundary.length > 70) throw malformed();
  const delimiter = Buffer.from(`${CRLF}--${boundary}`);
  const opening = delimiter.subarray(CRLF.length);
  const parts: BodyPart[] = [];
  let at = body.subarray(0, opening.length).equals(opening) ? -CRLF.length : body.indexOf(delimiter);
  if (at < -CRLF.length || at === -1) throw malformed();
  for (;;) {
    const behind = at + delimiter.length;
    if (body[behind] === 0x2d && body[behind + 1] === 0x2d) return parts;
    const from = endOfLine(body, behind);
    if (parts.length === limits.parts) throw new BadMessage(413, 'Too many parts in a multipart body');
    // A part without anything may give its last line break to the delimiter.
    at = body.indexOf(delimiter, from - CRLF.length);
    if (at < 0) throw malformed();
    parts.push(readPart(body, from, Math.max(at, from), limits.fields));
  }
}

/** The delimiter's line may end with white space (RFC 2046 §5.1.1). */
function endOfLine(body: Buffer, from: number): number {
  let at = from;
  while (body[at] === 0x20 || body[at] === 0x09) at++;
  if (body[at] !== 0x0d || body[at + 1] !== 0x0a) throw malformed();
  return at + CRLF.length;
}

function readPart(body: Buffer, from: number, to: number, maxFields: number): BodyPart {
  const part = body.subarray(from, to);
  if (part.length === 0) return new BodyPart([], part);
  if (part[0] === 0x0d && part[1] === 0x0a) return new BodyPart([], part.subarray(CRLF.length));
  const end = part.indexOf(`${CRLF}${CRLF}`);
  const head = end < 0 ? `${part.toString()}${CRLF}` : part.toString('utf8', 0, end + CRLF.length);
  const { fields, problem } = readFields(head, 0, maxFields);
  if (problem !== undefined) throw problem;
  return new BodyPart(fields, end < 0 ? part.subarray(part.length) : part.subarray(end + 2 * CRLF.length));
}

/** A multipart body and its Content-Type. The boundary is random, so no part can hold it. */
export function joinMultipart(
  parts: readonly BodyPart[],
  subtype: 'mixed' | 'alternative' | 'related' = 'mixed',
  boundary: string = newBoundary(),
): { readonly contentType: string; readonly body: Buffer } {
  const pieces = parts.flatMap(({ fields, body }) => {
    let head = `--${boundary}${CRLF}`;
    for (let at = 0; at < fields.length; at += 2) head += `${fields[at]}: ${fields[at + 1]}${CRLF}`;
    return [Buffer.from(head + CRLF), body, Buffer.from(CRLF)];
  });
  return {
    contentType: `multipart/${subtype};boundary=${quote(boundary)}`,
    body: Buffer.concat([...pieces, Buffer.from(`--${boundary}--${CRLF}`)]),
  };
}

const malformed = (): BadMessage => new BadMessage(400, 'Malformed multipart body');
