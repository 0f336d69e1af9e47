/** Header fields whose value is a list that commas divide (RFC 3261 §7.3.1). */
const LISTS =
  'Accept Accept-Contact Accept-Encoding Accept-Language Alert-Info Allow Allow-Events Call-Info Contact Content-Encoding ' +
  'Content-Language Diversion Error-Info Geolocation History-Info In-Reply-To P-Asserted-Identity P-Associated-URI ' +
  'P-Preferred-Identity Path Permission-Missing Proxy-Require Reason Record-Route Recv-Info Reject-Contact ' +
  'Request-Disposition Require Route Service-Route Supported Trigger-Consent Unsupported Via Warning';

/** Header fields of one value. */
const SINGLES =
  'Authentication-Info Authorization Call-ID Content-Disposition Content-Length Content-Type CSeq Date Event Expires ' +
  'Flow-Timer From Identity Identity-Info Info-Package Join Max-Breadth Max-Forwards MIME-Version Min-Expires Min-SE ' +
  'Organization P-Access-Network-Info Priority Privacy Proxy-Authenticate Proxy-Authorization RAck Refer-Sub Refer-To ' +
  'Referred-By Replaces Reply-To Retry-After RSeq Server Session-Expires SIP-ETag SIP-If-Match Subject ' +
  'Subscription-State Suppress-If-Match Target-Dialog Timestamp To User-Agent User-to-User WWW-Authenticate';

/** RFC 3261 §7.3.3 and the extensions that took a letter. */
const COMPACT: Readonly<Record<string, string>> = {
  a: 'Accept-Contact',
  b: 'Referred-By',
  c: 'Content-Type',
  d: 'Request-Disposition',
  e: 'Content-Encoding',
  f: 'From',
  i: 'Call-ID',
  j: 'Reject-Contact',
  k: 'Supported',
  l: 'Content-Length',
  m: 'Contact',
  n: 'Identity-Info',
  o: 'Event',
  r: 'Refer-To',
  s: 'Subject',
  t: 'To',
  u: 'Allow-Events',
  v: 'Via',
  x: 'Session-Expires',
  y: 'Identity',
};

/** One object for each text, as names of properties are: so comparing known names compares two pointers. */
const interned = (name: string): string => Object.keys({ [name]: true })[0] ?? name;

const lists = new Set(LISTS.split(' ').map(interned));
const known = new Map<string, string>();
for (const name of [...lists, ...SINGLES.split(' ').map(interned)]) known.set(name, name).set(name.toLowerCase(), name);
for (const [letter, name] of Object.entries(COMPACT)) known.set(letter, name).set(letter.toUpperCase(), name);

/** Names by their length and their first letter, to be compared where they stand in a head. */
const spelled = new Map<number, readonly string[]>();
for (const name of known.values()) {
  const key = keyOf(name.length, name.charCodeAt(0));
  const others = spelled.get(key) ?? [];
  if (!others.includes(name)) spelled.set(key, [...others, name]);
}

/** The known name that `text` holds from `from` to `to`. */
export function knownNameAt(text: string, from: number, to: number): string | undefined {
  const candidates = spelled.get(keyOf(to - from, text.charCodeAt(from)));
  if (candidates !== undefined) for (const name of candidates) if (text.startsWith(name, from)) return name;
  return knownName(text.slice(from, to));
}

function keyOf(length: number, first: number): number {
  return length * 256 + first;
}

/** What begins the line of each known field, behind the line before it. */
const lineStarts = new Map<string, string>();
for (const name of known.values()) lineStarts.set(name, `\r\n${name}: `);

/** The line break, the name and the colon before a value. */
export const lineStart = (name: string): string => lineStarts.get(name) ?? `\r\n${name}: `;

/** The name as the RFCs spell it; undefined for a header field that we do not know. */
export const knownName = (name: string): string | undefined => known.get(name) ?? known.get(name.toLowerCase());

export const isList = (name: string): boolean => lists.has(name);
