/** What the benchmark parses: as softphones and notifiers write them. */

const lines = (head: readonly string[], body: string): Buffer =>
  Buffer.from([...head, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\r\n'));

export const SUBSCRIBE = lines(
  [
    'SUBSCRIBE sip:5f2c7a@conference.example.com SIP/2.0',
    'Via: SIP/2.0/TCP 192.0.2.10:51234;branch=z9hG4bK.vN3kq8sQd;rport;alias',
    'Max-Forwards: 70',
    'From: "Alice Example" <sip:alice@example.com>;tag=9fxced76sl',
    'To: <sip:5f2c7a@conference.example.com>',
    'Call-ID: 3848276298220188511@alice.example.com',
    'CSeq: 17766 SUBSCRIBE',
    'Contact: <sip:alice@192.0.2.10:51234;transport=tcp>;+sip.instance="<urn:uuid:8a6f1c2e-52ab-4d3c-9a58-2f6f5a0f7d11>"',
    'Route: <sip:edge.example.com;transport=tcp;lr>',
    'Event: conference',
    'Accept: application/conference-info+xml, application/xcon-conference-info-diff+xml',
    'Expires: 3600',
    'Supported: replaces, outbound, gruu, path',
    'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO, PRACK, UPDATE',
    'User-Agent: Softphone/5.2.1',
  ],
  '',
);

const USER = (at: number): string =>
  `<user entity="sip:user${at}@example.com" state="full"><display-text>User ${at}</display-text>` +
  `<endpoint entity="sip:user${at}@192.0.2.${at}"><status>connected</status></endpoint></user>`;

/** 3 KB of conference-info+xml. */
export const DOCUMENT =
  '<?xml version="1.0" encoding="UTF-8"?><conference-info xmlns="urn:ietf:params:xml:ns:conference-info"' +
  ` entity="sip:5f2c7a@conference.example.com" state="full" version="7"><users>${Array.from({ length: 17 }, (_, at) => USER(at + 1)).join('')}</users></conference-info>`;

export const NOTIFY_FIELDS = [
  ['Via', 'SIP/2.0/TCP 198.51.100.7:5060;branch=z9hG4bKq83kfDks93lQ;rport'],
  ['Max-Forwards', '70'],
  ['Route', '<sip:edge.example.com;transport=tcp;lr>'],
  ['From', '<sip:5f2c7a@conference.example.com>;tag=Zx81kdmWq0aP'],
  ['To', '"Alice Example" <sip:alice@example.com>;tag=9fxced76sl'],
  ['Call-ID', '3848276298220188511@alice.example.com'],
  ['CSeq', '42 NOTIFY'],
  ['Contact', '<sip:5f2c7a@198.51.100.7:5060;transport=tcp;conf-id=5f2c7a>;isfocus'],
  ['Event', 'conference'],
  ['Subscription-State', 'active;expires=3412'],
  ['Allow', 'INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, SUBSCRIBE, PRACK, UPDATE'],
  ['Supported', 'replaces, timer, 100rel, norefersub'],
  ['Content-Type', 'application/conference-info+xml'],
] as const;

export const NOTIFY_URI = 'sip:alice@192.0.2.10:51234;transport=tcp';

export const NOTIFY = lines(
  [`NOTIFY ${NOTIFY_URI} SIP/2.0`, ...NOTIFY_FIELDS.map(([name, value]) => `${name}: ${value}`)],
  DOCUMENT,
);

export const INVITE = lines(
  [
    'INVITE sip:5f2c7a@conference.example.com SIP/2.0',
    'Via: SIP/2.0/UDP 203.0.113.9;branch=z9hG4bK8c1f.d0c2ab91.0',
    'Via: SIP/2.0/UDP 192.0.2.10:5060;branch=z9hG4bK.vN3kq8sQd;rport=5060;received=192.0.2.10',
    'Record-Route: <sip:203.0.113.9;lr;ftag=9fxced76sl>',
    'Max-Forwards: 69',
    'From: "Alice Example" <sip:alice@example.com>;tag=9fxced76sl',
    'To: "The Weekly" <sip:5f2c7a@conference.example.com>',
    'Call-ID: 3848276298220188511@alice.example.com',
    'CSeq: 314159 INVITE',
    'Contact: <sip:alice@192.0.2.10:5060>;audio;video;+sip.instance="<urn:uuid:8a6f1c2e-52ab-4d3c-9a58-2f6f5a0f7d11>"',
    'Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE, SUBSCRIBE, INFO, PRACK, UPDATE',
    'Supported: replaces, outbound, gruu, timer, 100rel',
    'Session-Expires: 1800;refresher=uac',
    'Min-SE: 90',
    'P-Asserted-Identity: "Alice Example" <sip:alice@example.com>',
    'User-Agent: Softphone/5.2.1',
    'Content-Type: application/sdp',
  ],
  [
    'v=0',
    'o=alice 2890844526 2890844526 IN IP4 192.0.2.10',
    's=-',
    'c=IN IP4 192.0.2.10',
    't=0 0',
    'm=audio 49170 RTP/AVP 96 0 8 101',
    'a=rtpmap:96 opus/48000/2',
    'a=fmtp:96 useinbandfec=1',
    'a=rtpmap:101 telephone-event/48000',
    'm=video 51372 RTP/AVP 97',
    'a=rtpmap:97 VP8/90000',
    '',
  ].join('\r\n'),
);
