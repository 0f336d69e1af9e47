import { tortureBytes, TORTURES } from '../message/torture.ts';

/** Numbers below a bound that follow a seed (mulberry32). */
export function randomNumbers(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % bound;
  };
}

const BODIES: Readonly<Record<string, string>> = {
  INVITE: 'v=0\r\no=a 1 1 IN IP4 client.invalid\r\ns=-\r\nc=IN IP4 client.invalid\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\n',
  PUBLISH: 'here',
};

const EXTRAS: Readonly<Record<string, readonly string[]>> = {
  INVITE: ['Supported: 100rel, timer', 'Session-Expires: 90;refresher=uac', 'Content-Type: application/sdp'],
  SUBSCRIBE: ['Event: presence;id=7', 'Expires: 600', 'Accept: text/plain'],
  PUBLISH: ['Event: presence', 'Expires: 600', 'Content-Type: text/plain'],
  REGISTER: ['Expires: 600', 'Path: <sip:edge.invalid;lr;ob>', 'Supported: path, outbound'],
  NOTIFY: ['Event: presence', 'Subscription-State: active;expires=60'],
  REFER: ['Refer-To: <sip:carol@client.invalid?Replaces=a%3Bto-tag%3Db>'],
};

const METHODS = 'OPTIONS INVITE ACK BYE CANCEL REGISTER SUBSCRIBE NOTIFY PUBLISH REFER MESSAGE PRACK UPDATE'.split(' ');

/** What a client might say, and what RFC 4475 and RFC 5118 say. */
const SEEDS: readonly Buffer[] = [
  ...METHODS.map((method) => Buffer.from(sound(method))),
  ...TORTURES.map(({ rfc, name }) => tortureBytes(rfc, name)),
];

function sound(method: string): string {
  const body = BODIES[method] ?? '';
  return [
    `${method} sip:bob@example.com SIP/2.0`,
    'Via: SIP/2.0/UDP client.invalid;rport;branch=z9hG4bKbranch',
    'Max-Forwards: 70',
    'From: "Alice \\" A" <sip:alice@example.com>;tag=from',
    'To: <sip:bob@example.com>',
    'Call-ID: call-id',
    `CSeq: 1 ${method}`,
    'Contact: <sip:alice@client.invalid>;q=0.5',
    ...(EXTRAS[method] ?? []),
    `Content-Length: ${body.length}\r\n\r\n${body}`,
  ].join('\r\n');
}

const SPICES = [
  '\r\n',
  '\r\n\r\n',
  ' ',
  '\t',
  '\0',
  '"',
  '<',
  '>',
  ';',
  ',',
  '%',
  ':',
  '=',
  '@',
  '*',
  '-1',
  '4294967296',
];

type Mutation = (bytes: Buffer, below: (bound: number) => number) => Buffer;

const cut = (bytes: Buffer, from: number, to: number, between: Buffer): Buffer =>
  Buffer.concat([bytes.subarray(0, from), between, bytes.subarray(to)]);
const NOTHING = Buffer.alloc(0);

const MUTATIONS: readonly Mutation[] = [
  /** A byte becomes another. */
  (bytes, below) => {
    const at = below(bytes.length);
    return cut(bytes, at, at + 1, Buffer.from([below(256)]));
  },
  /** Some bytes go. */
  (bytes, below) => {
    const at = below(bytes.length);
    return cut(bytes, at, at + below(40), NOTHING);
  },
  /** Some bytes stand twice. */
  (bytes, below) => {
    const at = below(bytes.length);
    return cut(bytes, at, at, bytes.subarray(at, at + below(200)));
  },
  /** What means something to a parser stands where it should not. */
  (bytes, below) => {
    const at = below(bytes.length);
    return cut(bytes, at, at, Buffer.from(SPICES[below(SPICES.length)] ?? ''));
  },
  /** The end of another message. */
  (bytes, below) => {
    const other = SEEDS[below(SEEDS.length)] ?? bytes;
    return Buffer.concat([bytes.subarray(0, below(bytes.length)), other.subarray(below(other.length))]);
  },
  /** A line goes elsewhere. */
  (bytes, below) => {
    const lines = bytes.toString('latin1').split('\r\n');
    const [line = ''] = lines.splice(below(lines.length), 1);
    lines.splice(below(lines.length + 1), 0, line);
    return Buffer.from(lines.join('\r\n'), 'latin1');
  },
];

/** A message with a mistake or a few, and names of transactions and dialogs out of a few, so that they meet. */
export function mutated(below: (bound: number) => number): Buffer {
  const seed = SEEDS[below(SEEDS.length)] ?? NOTHING;
  const named = seed
    .toString('latin1')
    .replace(/z9hG4bKbranch/, `z9hG4bK${below(1_000)}`)
    .replace(/call-id/, `call-${below(20)}`);
  let bytes: Buffer = Buffer.from(named, 'latin1');
  for (let mistakes = 1 + below(2) * below(4); mistakes > 0 && bytes.length > 0; mistakes--) {
    bytes = MUTATIONS[below(MUTATIONS.length)]?.(bytes, below) ?? bytes;
  }
  return bytes;
}
