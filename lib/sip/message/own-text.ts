/**
 * The same text in memory of its own. What is cut from a message is a view of its head and keeps all of that alive: whoever
 * stores a Call-ID or a tag for hours stores this copy.
 */
export function ownText(text: string): string {
  if (text.length > LONGEST) return Buffer.from(text).toString();
  return scratch.toString('utf8', 0, scratch.write(text));
}

/** In UTF-16 units, each of which takes three bytes at most. */
const LONGEST = 1_024;
const scratch = Buffer.alloc(3 * LONGEST);
