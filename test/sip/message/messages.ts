/** The bytes of a message from its lines; the last one is the body. */
export const message = (...lines: readonly string[]): Buffer => Buffer.from(lines.join('\r\n'));

/** A request that a server takes, with other header fields behind its own. */
export const subscribe = (...fields: readonly string[]): Buffer =>
  message(
    'SUBSCRIBE sip:weekly@example.com SIP/2.0',
    'Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKalice1;rport',
    'Max-Forwards: 70',
    'From: Alice <sip:alice@example.com>;tag=a1',
    'To: <sip:weekly@example.com>',
    'Call-ID: call-1@192.0.2.1',
    'CSeq: 1 SUBSCRIBE',
    ...fields,
    '',
    '',
  );
