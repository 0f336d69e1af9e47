import type { Message } from './message.ts';
import { lineStart } from './names.ts';

/** A message to be sent: two buffers, so that one body serves many heads. */
export interface Serialized {
  readonly head: Buffer;
  readonly body: Buffer;
}

/** The bytes of a message with its Content-Length; the body is the message's own, not a copy. */
export function serialize(message: Message): Serialized {
  const { fieldsAsWritten: fields, body } = message;
  let head = message.startLine;
  for (let at = 0; at < fields.length; at += 2) head += lineStart(fields[at] ?? '') + (fields[at + 1] ?? '');
  head += `\r\nContent-Length: ${body.length}\r\n\r\n`;
  return { head: Buffer.from(head), body };
}
