import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { bodyParts, headers, Request, SipUri, type Message } from '../../../lib/sip/message/index.ts';

/** One message of RFC 4475 or RFC 5118 and what becomes of it. */
export interface Torture {
  readonly rfc: 4475 | 5118;
  readonly section: string;
  /** The name of the RFC's message and of its file. */
  readonly name: string;
  readonly what: string;
  /** What `parse` and `validate` say: taken; status and reason; or, for a response, dropped. */
  readonly verdict: 'taken' | 'dropped' | `${number} ${string}`;
  readonly by?: 'parse' | 'validate';
  /** What a server that is no proxy says of a message that was taken, where the RFC names it. */
  readonly later?: string;
  /** What must have been read. */
  readonly read?: (message: Message) => void;
}

/** The bytes of a message by its name. */
export const tortureBytes = (rfc: 4475 | 5118, name: string): Buffer =>
  readFileSync(new URL(`./torture/rfc${rfc}/${name}.dat`, import.meta.url));

function request(message: Message): Request {
  if (message instanceof Request) return message;
  throw new Error('no request');
}

function uriOf(message: Message): SipUri {
  const { uri } = request(message);
  if (uri instanceof SipUri) return uri;
  throw new Error('no SIP URI');
}

const host = (expected: string) => (message: Message) => expect(uriOf(message).host).to.equal(expected);

export const TORTURES: readonly Torture[] = [
  {
    rfc: 4475,
    section: '3.1.1.1',
    name: 'wsinv',
    what: 'folding, white space, compact forms',
    verdict: 'taken',
    read: (message) => {
      expect(message.to.tag).to.equal('1918181833n');
      expect(message.from.displayName).to.equal('J Rosenberg \\"');
      expect(message.from.tag).to.equal('98asjd8');
      expect(message.maxForwards).to.equal(68);
      expect(message.cseq).to.deep.equal({ number: 9, method: 'INVITE' });
      expect(message.vias.map(({ transport, sentBy, branch }) => [transport, sentBy, branch])).to.deep.equal([
        ['UDP', '192.0.2.2', '390skdjuw'],
        ['TCP', 'spindle.example.com', 'z9hG4bK9ikj8'],
        ['UDP', '192.168.255.111', 'z9hG4bK30239'],
      ]);
      expect(message.header('s')).to.equal('');
      expect(message.header('newfangledheader')).to.equal('newfangled value continued newfangled value');
      expect(message.header('UnknownHeaderWithUnusualValue')).to.equal(';;,,;;,;');
      expect(message.routes[0]?.uri.toString()).to.equal(
        'sip:services.example.com;lr;unknownwith=value;unknown-no-value',
      );
      expect(message.contacts[0]?.displayName).to.equal('Quoted string ""');
      expect(message.contacts[0]?.parameters.get('q')).to.equal('0.33');
      expect([...(message.contacts[0]?.parameters ?? [])]).to.deep.equal([
        ['newparam', 'newvalue'],
        ['secondparam', ''],
        ['q', '0.33'],
      ]);
      expect(message.body.length).to.equal(150);
    },
  },
  {
    rfc: 4475,
    section: '3.1.1.2',
    name: 'intmeth',
    what: 'unusual characters everywhere',
    verdict: 'taken',
    later: '501 Not Implemented',
    read: (message) => {
      expect(request(message).method).to.equal("!interesting-Method0123456789_*+`.%indeed'~");
      expect(uriOf(message).user).to.equal("1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*");
      expect(uriOf(message).password).to.equal("&it+has=1,weird!*pas$wo~d_too.(doesn't-it)");
      expect(message.via.branch).to.equal("z9hG4bK-.!%66*_+`'~");
      expect(message.to.displayName).to.equal('BEL:\x07 NUL:\0 DEL:\x7f');
      expect(message.from.displayName).to.equal("token1~` token2'+_ token3*%!.-");
      expect(message.from.parameters.get("fromParam''~+*_!.-%")).to.equal('работающий');
      expect(message.from.tag).to.equal("_token~1'+`*%!-.");
      expect(message.callId).to.equal('intmeth.word%ZK-!.*_+\'@word`~)(><:\\/"][?}{');
      expect(message.header("extensionHeader-!.%*+_`'~")).to.equal('\ufeff大停電');
    },
  },
  {
    rfc: 4475,
    section: '3.1.1.3',
    name: 'esc01',
    what: 'escapes in URIs',
    verdict: 'taken',
    read: (message) => {
      expect(uriOf(message).user).to.equal('sips:user@example.com');
      expect(uriOf(message).host).to.equal('example.net');
      expect((message.to.uri as SipUri).user).to.equal('user');
      expect((message.from.uri as SipUri).user).to.equal('I have spaces');
      const contact = message.contacts[0]?.uri as SipUri;
      expect([contact.user, contact.parameter('lr'), contact.parameter('name')]).to.deep.equal([
        'caller',
        '',
        'value%41',
      ]);
    },
  },
  {
    rfc: 4475,
    section: '3.1.1.4',
    name: 'escnull',
    what: 'escaped NUL in URIs',
    verdict: 'taken',
    later: '200 OK by the registrar',
    read: (message) => {
      expect((message.to.uri as SipUri).user).to.equal('null-\0-null');
      expect(message.contacts.map(({ uri }) => (uri as SipUri).user)).to.deep.equal(['\0', '\0\0']);
    },
  },
  {
    rfc: 4475,
    section: '3.1.1.5',
    name: 'esc02',
    what: '% that is no escape',
    verdict: 'taken',
    later: '501 Not Implemented',
    read: (message) => {
      expect(request(message).method).to.equal('RE%47IST%45R');
      expect(message.to.displayName).to.equal('%Z%45');
      expect(message.contacts).to.have.length(2);
      expect(message.header('C%6Fntact')).to.equal('<sip:alias2@host2.example.com>');
    },
  },
  {
    rfc: 4475,
    section: '3.1.1.6',
    name: 'lwsdisp',
    what: 'no space between display name and <',
    verdict: 'taken',
    read: (message) => expect(message.from.displayName).to.equal('caller'),
  },
  {
    rfc: 4475,
    section: '3.1.1.7',
    name: 'longreq',
    what: 'long values, many Via',
    verdict: 'taken',
    read: (message) => {
      expect(message.vias).to.have.length(34);
      expect(message.vias[33]?.branch).to.have.length(215);
      expect(message.callId).to.have.length(141);
    },
  },
  {
    rfc: 4475,
    section: '3.1.1.8',
    name: 'dblreq',
    what: 'bytes behind the message',
    verdict: 'taken',
    read: (message) => expect(message.body).to.have.length(0),
  },
  {
    rfc: 4475,
    section: '3.1.1.9',
    name: 'semiuri',
    what: 'semicolon in the user part',
    verdict: 'taken',
    read: (message) => expect(uriOf(message).user).to.equal('user;par=u@example.net'),
  },
  {
    rfc: 4475,
    section: '3.1.1.10',
    name: 'transports',
    what: 'known and unknown transports',
    verdict: 'taken',
    read: (message) =>
      expect(message.vias.map(({ transport }) => transport)).to.deep.equal(['UDP', 'SCTP', 'TLS', 'UNKNOWN', 'TCP']),
  },
  {
    rfc: 4475,
    section: '3.1.1.11',
    name: 'mpart01',
    what: 'multipart with a binary part',
    verdict: 'taken',
    read: (message) => {
      expect(message.contentType?.type).to.equal('multipart/mixed');
      const parts = bodyParts(message);
      expect(parts.map(({ contentType }) => contentType.type)).to.deep.equal([
        'text/plain',
        'application/octet-stream',
      ]);
      expect(parts[0]?.body.toString()).to.equal('Hello');
      expect(parts[1]?.body.includes(0)).to.equal(true);
    },
  },
  {
    rfc: 4475,
    section: '3.1.1.12',
    name: 'unreason',
    what: 'reason phrase in UTF-8',
    verdict: 'taken',
    read: (message) =>
      expect(message.startLine).to.equal('SIP/2.0 200 = 2**3 * 5**2 но сто девяносто девять - простое'),
  },
  {
    rfc: 4475,
    section: '3.1.1.13',
    name: 'noreason',
    what: 'empty reason phrase',
    verdict: 'taken',
    read: (message) => expect(message.startLine).to.equal('SIP/2.0 100 '),
  },
  {
    rfc: 4475,
    section: '3.1.2.1',
    name: 'badinv01',
    what: 'separators without values',
    verdict: '400 Malformed Via',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.1.2.2',
    name: 'clerr',
    what: 'Content-Length beyond the datagram',
    verdict: '400 Content-Length beyond the end of the message',
    by: 'parse',
  },
  {
    rfc: 4475,
    section: '3.1.2.3',
    name: 'ncl',
    what: 'negative Content-Length',
    verdict: '400 Malformed Content-Length',
    by: 'parse',
  },
  {
    rfc: 4475,
    section: '3.1.2.4',
    name: 'scalar02',
    what: 'numbers too large in a request',
    verdict: '400 Malformed CSeq',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.1.2.5',
    name: 'scalarlg',
    what: 'numbers too large in a response',
    verdict: 'dropped',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.1.2.6',
    name: 'quotbal',
    what: 'quoted string without end',
    verdict: '400 Malformed To',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.1.2.7',
    name: 'ltgtruri',
    what: 'Request-URI in <>',
    verdict: '400 Malformed request line',
    by: 'parse',
  },
  {
    rfc: 4475,
    section: '3.1.2.8',
    name: 'lwsruri',
    what: 'space in the Request-URI',
    verdict: '400 Malformed request line',
    by: 'parse',
  },
  {
    rfc: 4475,
    section: '3.1.2.9',
    name: 'lwsstart',
    what: 'several spaces in the request line',
    verdict: '400 Malformed request line',
    by: 'parse',
  },
  {
    rfc: 4475,
    section: '3.1.2.10',
    name: 'trws',
    what: 'spaces behind the request line',
    verdict: '400 Malformed request line',
    by: 'parse',
  },
  {
    rfc: 4475,
    section: '3.1.2.11',
    name: 'escruri',
    what: 'header fields in the Request-URI',
    verdict: '400 Header fields in the Request-URI',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.1.2.12',
    name: 'baddate',
    what: 'Date in another zone than GMT',
    verdict: 'taken',
    read: (message) => expect(message.header('Date')).to.equal('Fri, 01 Jan 2010 16:00:00 EST'),
  },
  {
    rfc: 4475,
    section: '3.1.2.13',
    name: 'regbadct',
    what: 'URI with headers outside of <>',
    verdict: '400 Malformed Contact',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.1.2.14',
    name: 'badaspec',
    what: 'spaces within <>',
    verdict: '400 Malformed URI in To',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.1.2.15',
    name: 'baddn',
    what: 'comma in an unquoted display name',
    verdict: '400 Malformed URI in From',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.1.2.16',
    name: 'badvers',
    what: 'SIP/7.0',
    verdict: '505 Version Not Supported',
    by: 'parse',
  },
  {
    rfc: 4475,
    section: '3.1.2.17',
    name: 'mismatch01',
    what: 'CSeq of another method',
    verdict: '400 CSeq of another method',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.1.2.18',
    name: 'mismatch02',
    what: 'unknown method, CSeq of another one',
    verdict: '400 CSeq of another method',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.1.2.19',
    name: 'bigcode',
    what: 'status code above 699',
    verdict: 'dropped',
    by: 'parse',
  },
  {
    rfc: 4475,
    section: '3.2.1',
    name: 'badbranch',
    what: 'branch that is only the cookie',
    verdict: '400 Branch without identifier',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.3.1',
    name: 'insuf',
    what: 'no Call-ID, From, To',
    verdict: '400 Missing From',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.3.2',
    name: 'unkscm',
    what: 'Request-URI of an unknown scheme',
    verdict: 'taken',
    later: '416 Unsupported URI Scheme',
    read: (message) => expect(request(message).uri.kind).to.equal('opaque'),
  },
  {
    rfc: 4475,
    section: '3.3.3',
    name: 'novelsc',
    what: 'Request-URI of an unusual scheme',
    verdict: 'taken',
    later: '416 Unsupported URI Scheme',
    read: (message) => expect(request(message).uri.scheme).to.equal('soap.beep'),
  },
  {
    rfc: 4475,
    section: '3.3.4',
    name: 'unksm2',
    what: 'unknown schemes in header fields',
    verdict: 'taken',
    later: '400 by the registrar',
    read: (message) =>
      expect([message.to, message.from, ...message.contacts].map(({ uri }) => uri.scheme)).to.deep.equal([
        'isbn',
        'http',
        'name',
      ]),
  },
  {
    rfc: 4475,
    section: '3.3.5',
    name: 'bext01',
    what: 'Require of what nobody supports',
    verdict: 'taken',
    later: '420 Bad Extension',
    read: (message) => expect(message.require).to.deep.equal(['nothingSupportsThis', 'nothingSupportsThisEither']),
  },
  {
    rfc: 4475,
    section: '3.3.6',
    name: 'invut',
    what: 'body of an unknown type',
    verdict: 'taken',
    later: '415 Unsupported Media Type',
    read: (message) => expect(message.contentType?.type).to.equal('application/unknownformat'),
  },
  {
    rfc: 4475,
    section: '3.3.7',
    name: 'regaut01',
    what: 'unknown authorization scheme',
    verdict: 'taken',
    later: '401 Unauthorized by the registrar',
    read: (message) => {
      const [credentials] = message.all(headers.AUTHORIZATION);
      expect(credentials?.scheme).to.equal('NoOneKnowsThisScheme');
      expect(credentials?.parameters.get('opaque-data')).to.equal('here');
    },
  },
  {
    rfc: 4475,
    section: '3.3.8',
    name: 'multi01',
    what: 'several values of single fields',
    verdict: '400 More than one CSeq',
    by: 'validate',
  },
  {
    rfc: 4475,
    section: '3.3.9',
    name: 'mcl01',
    what: 'two Content-Length',
    verdict: '400 More than one Content-Length',
    by: 'parse',
  },
  {
    rfc: 4475,
    section: '3.3.10',
    name: 'bcast',
    what: 'response with a broadcast Via below',
    verdict: 'taken',
    later: 'dropped: it belongs to no transaction',
    read: (message) => expect(message.vias[1]?.host).to.equal('255.255.255.255'),
  },
  {
    rfc: 4475,
    section: '3.3.11',
    name: 'zeromf',
    what: 'Max-Forwards of 0',
    verdict: 'taken',
    later: '200 OK',
    read: (message) => expect(message.maxForwards).to.equal(0),
  },
  {
    rfc: 4475,
    section: '3.3.12',
    name: 'cparam01',
    what: 'parameter of the Contact',
    verdict: 'taken',
    later: '200 OK by the registrar',
    read: (message) => {
      const contact = message.contacts[0];
      expect([contact?.parameters.has('unknownparam'), (contact?.uri as SipUri).parameters.size]).to.deep.equal([
        true,
        0,
      ]);
    },
  },
  {
    rfc: 4475,
    section: '3.3.13',
    name: 'cparam02',
    what: 'parameter of the URI in Contact',
    verdict: 'taken',
    later: '200 OK by the registrar',
    read: (message) => {
      const contact = message.contacts[0];
      expect([contact?.parameters.size, (contact?.uri as SipUri).parameter('unknownparam')]).to.deep.equal([0, '']);
    },
  },
  {
    rfc: 4475,
    section: '3.3.14',
    name: 'regescrt',
    what: 'URI with headers in Contact',
    verdict: 'taken',
    later: '200 OK by the registrar',
    read: (message) =>
      expect((message.contacts[0]?.uri as SipUri).headers).to.deep.equal([['Route', '<sip:sip.example.com>']]),
  },
  {
    rfc: 4475,
    section: '3.3.15',
    name: 'sdp01',
    what: 'Accept of an unknown type alone',
    verdict: 'taken',
    later: '406 Not Acceptable',
    read: (message) => expect(headers.isAccepted('application/sdp', message.all(headers.ACCEPT))).to.equal(false),
  },
  {
    rfc: 4475,
    section: '3.4.1',
    name: 'inv2543',
    what: 'INVITE of RFC 2543: no branch, no From tag, no lengths',
    verdict: 'taken',
    read: (message) => {
      expect([message.via.branch, message.from.tag, message.maxForwards]).to.deep.equal([
        undefined,
        undefined,
        undefined,
      ]);
      expect(message.body.toString()).to.match(/^v=0\r\n[^]*AVP 0\r\n$/);
      expect(message.to.parameters.get('user')).to.equal('phone');
    },
  },
  {
    rfc: 5118,
    section: '4.1',
    name: 'ipv6-good',
    what: 'IPv6 references',
    verdict: 'taken',
    read: (message) => {
      host('[2001:db8::10]')(message);
      expect(message.via.host).to.equal('[2001:db8::9:1]');
      expect((message.contacts[0]?.uri as SipUri).host).to.equal('[2001:db8::1]');
    },
  },
  {
    rfc: 5118,
    section: '4.2',
    name: 'ipv6-bad',
    what: 'IPv6 address without brackets',
    verdict: '400 Malformed URI',
    by: 'validate',
  },
  {
    rfc: 5118,
    section: '4.3',
    name: 'port-ambiguous',
    what: 'port inside the brackets',
    verdict: 'taken',
    read: (message) => {
      host('[2001:db8::10:5070]')(message);
      expect(uriOf(message).port).to.equal(undefined);
    },
  },
  {
    rfc: 5118,
    section: '4.4',
    name: 'port-unambiguous',
    what: 'port behind the brackets',
    verdict: 'taken',
    read: (message) => {
      host('[2001:db8::10]')(message);
      expect(uriOf(message).port).to.equal(5070);
    },
  },
  ...['via-received-param-with-delim', 'via-received-param-no-delim'].map((name): Torture => ({
    rfc: 5118,
    section: '4.5',
    name,
    what: `received ${name.endsWith('no-delim') ? 'without' : 'with'} brackets`,
    verdict: 'taken',
    read: (message) => expect(message.via.received).to.equal('2001:db8::9:255'),
  })),
  {
    rfc: 5118,
    section: '4.6',
    name: 'ipv6-in-sdp',
    what: 'IPv6 in SDP',
    verdict: 'taken',
    read: (message) => expect(message.body.toString()).to.match(/c=IN IP6 2001:db8::20\r\n/),
  },
  {
    rfc: 5118,
    section: '4.7',
    name: 'mult-ip-in-header',
    what: 'IPv4 and IPv6 in Via',
    verdict: 'taken',
    read: (message) => {
      expect(message.vias.map(({ sentBy }) => sentBy)).to.deep.equal([
        '[2001:db8::9:1]:6050',
        '192.0.2.1',
        '[2001:db8::9:255]',
      ]);
      expect(message.vias[2]?.received).to.equal('192.0.2.200');
    },
  },
  {
    rfc: 5118,
    section: '4.8',
    name: 'mult-ip-in-sdp',
    what: 'IPv4 and IPv6 in SDP',
    verdict: 'taken',
    read: (message) => expect(message.body).to.have.length(189),
  },
  {
    rfc: 5118,
    section: '4.9',
    name: 'ipv4-mapped-ipv6',
    what: 'IPv4 addresses mapped into IPv6',
    verdict: 'taken',
    read: (message) => {
      expect([message.via.host, message.via.port]).to.deep.equal(['[::ffff:192.0.2.10]', 19823]);
      expect((message.contacts[0]?.uri as SipUri).host).to.equal('[::ffff:192.0.2.2]');
    },
  },
  ...['ipv6-bug-abnf-3-colons', 'ipv6-correct-abnf-2-colons'].map((name): Torture => ({
    rfc: 5118,
    section: '4.10',
    name,
    what: `${name.includes('3') ? 'three colons, as RFC 3261 allows' : 'two colons'} before an IPv4 address`,
    verdict: 'taken',
    read: host('[2001:db8::192.0.2.1]'),
  })),
];
