import { BadMessage } from './bad-message.ts';
import { isToken } from './characters.ts';
import { knownName, knownNameAt } from './names.ts';

/** The fields of a head, and its Content-Length, which says where the body ends and is kept nowhere else. */
export interface ReadFields {
  readonly fields: string[];
  readonly contentLength: string | undefined;
  /** What is wrong with a line; the fields that could be read are there to answer with. */
  readonly problem: BadMessage | undefined;
}

const SPACE = 0x20;
const TAB = 0x09;
const CR = 0x0d;
const LF = 0x0a;

/** Reads the lines of a head from `from` on; each ends with CRLF, and lines that begin with white space continue the one before. */
export function readFields(head: string, from: number, limit: number): ReadFields {
  const fields: string[] = [];
  let contentLength: string | undefined;
  let problem: BadMessage | undefined;
  for (let at = from; at < head.length;) {
    const lineEnd = head.indexOf('\r', at);
    let end = lineEnd;
    let isWhole = head.indexOf('\n', at) === end + 1;
    while (isWhole && isSpace(head.charCodeAt(end + 2))) {
      const start = end + 2;
      end = head.indexOf('\r', start);
      isWhole = head.indexOf('\n', start) === end + 1;
    }
    if (!isWhole) return { fields, contentLength, problem: problem ?? new BadMessage(400, 'Broken line break') };
    const colon = head.indexOf(':', at);
    const name = colon < 0 || colon > end ? undefined : nameOf(head, at, colon);
    if (name === undefined) {
      problem ??= new BadMessage(400, 'Malformed name of a header field');
    } else {
      const value = trimmed(head, colon + 1, end);
      const unfolded = end === lineEnd ? value : value.replace(/(?:\r\n[ \t]+)+/g, ' ');
      if (name !== 'Content-Length') fields.push(name, unfolded);
      else if (contentLength === undefined) contentLength = unfolded;
      else problem ??= new BadMessage(400, 'More than one Content-Length');
    }
    if (fields.length > limit * 2)
      return { fields, contentLength, problem: new BadMessage(513, 'Too many header fields') };
    at = end + 2;
  }
  return { fields, contentLength, problem };
}

/** The name as the RFCs spell it, or as written where we do not know it; white space may stand before the colon. */
function nameOf(head: string, from: number, to: number): string | undefined {
  const known = knownNameAt(head, from, to);
  if (known !== undefined) return known;
  const name = head.slice(from, to).trimEnd();
  return isToken(name) ? (knownName(name) ?? name) : undefined;
}

function trimmed(text: string, from: number, to: number): string {
  let start = from;
  let end = to;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

const isSpace = (code: number): boolean => code === SPACE || code === TAB;
const isBlank = (code: number): boolean => isSpace(code) || code === CR || code === LF;
