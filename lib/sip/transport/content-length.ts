const LF = 0x0a;
const COLON = 0x3a;
const SPACE = 0x20;
const TAB = 0x09;
const TO_LOWER = 0x20;
const LONG = Buffer.from('content-length');
const SHORT = Buffer.from('l');

/** The Content-Length of a header; undefined without one, NaN for two or what is no length. */
export function contentLength(head: Buffer): number | undefined {
  let found: number | undefined;
  for (let line = head.indexOf(LF) + 1; line > 0 && line < head.length; line = head.indexOf(LF, line) + 1) {
    const first = (head[line] ?? 0) | TO_LOWER;
    const name = first === LONG[0] ? LONG : first === SHORT[0] ? SHORT : undefined;
    if (name === undefined) continue;
    const value = valueOf(head, line, name);
    if (value === undefined) continue;
    if (found !== undefined) return NaN;
    found = /^\d{1,10}$/.test(value) ? Number(value) : NaN;
  }
  return found;
}

/** The value of the field that begins here, if this is its name. */
function valueOf(head: Buffer, line: number, name: Buffer): string | undefined {
  for (let at = 0; at < name.length; at++) if (((head[line + at] ?? 0) | TO_LOWER) !== name[at]) return undefined;
  let from = line + name.length;
  while (isSpace(head[from])) from++;
  if (head[from] !== COLON) return undefined;
  let end = head.indexOf(LF, from);
  // A line that begins with white space goes on with the field (RFC 3261 §7.3.1).
  while (isSpace(head[end + 1])) end = head.indexOf(LF, end + 1);
  return head.toString('latin1', from + 1, end).trim();
}

const isSpace = (byte: number | undefined): boolean => byte === SPACE || byte === TAB;
