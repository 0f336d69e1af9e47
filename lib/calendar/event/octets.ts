/** A fold between the octets of one character; some programs count octets where they fold (RFC 5545 §3.1). */
const SPLIT = /\r?\n[ \t](?=[\x80-\xbf])/g;

/** The text of an iCalendar object as it came over a wire. */
export function calendarText(octets: Buffer): string {
  const text = octets.toString('utf8');
  if (!text.includes('\ufffd')) return text;
  return Buffer.from(octets.toString('latin1').replace(SPLIT, ''), 'latin1').toString('utf8');
}
