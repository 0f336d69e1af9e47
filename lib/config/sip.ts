import { conferencePackageDefaults } from '../conference-package/limits.ts';
import { phoneProfileDefaults } from '../conference-package/phone-profiles.ts';
import { publicationExpires } from '../conference-package/publications.ts';
import { notifierDefaults } from '../sip/event/notifier.ts';
import { resolverCacheDefaults } from '../sip/locate/cached-resolver.ts';
import { locatorDefaults } from '../sip/locate/locator.ts';
import { parseUri, SipUri } from '../sip/message/index.ts';
import { MESSAGE_LIMITS } from '../sip/message/limits.ts';
import { registrarDefaults } from '../sip/registrar/policy.ts';
import { transactionDefaults } from '../sip/transaction/limits.ts';
import { timesDefaults } from '../sip/transaction/timers.ts';
import { transportDefaults } from '../sip/transport/limits.ts';
import {
  integer,
  list,
  optionalAddress,
  optionalText,
  readNetwork,
  readOrigin,
  readText,
  text,
  choice,
  type Setting,
} from './setting.ts';
import { bytes, count, milliseconds, seconds } from './units.ts';

const transport = transportDefaults;
const { expires, lists, acknowledged, datagram, tooLargeRetry } = conferencePackageDefaults;

function readAlgorithm(raw: unknown): string {
  const algorithm = readText(raw);
  if (algorithm !== 'SHA-256' && algorithm !== 'MD5') throw new Error(`${algorithm} is neither SHA-256 nor MD5`);
  return algorithm;
}

function optionalSipUri(description: string): Setting<SipUri | undefined> {
  return {
    type: 'SIP URI',
    default: '',
    description,
    read(raw) {
      if (raw === '') return undefined;
      const uri = parseUri(readText(raw));
      if (!(uri instanceof SipUri)) throw new Error(`${uri.toString()} is not a SIP URI like sip:proxy.example.com`);
      return uri;
    },
  };
}

/** The settings of SIP. */
export const SIP_SETTINGS = {
  'sip.listen': optionalAddress('Where SIP is served over UDP and TCP; port 0 picks a free one, the same for both.'),
  'sip.tls': optionalAddress('Where SIP is served over TLS, with the certificate of HTTPS.'),
  'sip.ws': optionalAddress('Where SIP is served over WebSocket.'),
  'sip.wss': optionalAddress('Where SIP is served over secure WebSocket, with the certificate of HTTPS.'),
  'sip.outboundProxy': optionalSipUri(
    'Where requests go that no connection and no Route leads (RFC 3261 §8.1.2), such as `sip:proxy.example.com;transport=tcp`. If its address is private, `dialOut.networks` must allow it for calls.',
  ),
  'sip.locate.targets': integer('Servers of one domain that a request tries.', count(locatorDefaults.targets)),
  'sip.locate.answers': integer('Answers of DNS that are remembered.', count(resolverCacheDefaults.answers)),
  'sip.locate.longest': integer('How long at most, whatever their TTL.', seconds(resolverCacheDefaults.longest)),
  'sip.locate.none': integer(
    'How long it is remembered that a name has no record.',
    seconds(resolverCacheDefaults.none),
  ),
  'sip.locate.failure': integer(
    'How long it is remembered that nobody answered.',
    seconds(resolverCacheDefaults.failure),
  ),
  'sip.locateSenders': choice(
    'Whether responses whose connection is gone and can not be made again go to the servers of the host in the top Via (RFC 3263 §5). It lets strangers aim what we send: for networks of servers that one knows.',
    { default: 'no', of: ['no', 'yes'] },
  ),
  'sip.origins': list(
    'Origins whose pages may speak SIP over WebSocket: `https://example.com`. Clients that name no origin are no pages.',
    { default: [], of: 'origins', entry: readOrigin },
  ),
  'sip.advertise': optionalText(
    'By which peers reach us, where that is not the address we listen at: in Contact and Via.',
    {
      type: 'host',
    },
  ),
  'sip.trustedNames': list('Domains in the certificates of peers that assert who sends (RFC 3325).', {
    default: [],
    of: 'domains',
    entry: readText,
  }),
  'sip.trustedAddresses': list('Addresses and networks of peers that assert who sends, over TCP, TLS and WebSocket.', {
    default: [],
    of: 'networks',
    entry: readNetwork,
  }),
  'sip.trustUdp': choice('Whether those addresses are believed over UDP too, where anybody can write any address.', {
    default: 'no',
    of: ['no', 'yes'],
  }),
  'sip.digest': list(
    'Digest algorithms that SIP clients may choose from, the preferred first. Some old telephones give up where they find one that ' +
      'they do not know.',
    { default: ['SHA-256', 'MD5'], of: 'SHA-256, MD5', entry: readAlgorithm },
  ),
  'sip.grace': integer('How long the end waits for the last notifications.', milliseconds(2_000)),

  'sip.times.t1': integer('Estimate of a round trip (RFC 3261 §17).', milliseconds(timesDefaults.t1)),
  'sip.times.t2': integer('Longest interval between retransmissions.', milliseconds(timesDefaults.t2)),
  'sip.times.t4': integer('How long a message stays in the network.', milliseconds(timesDefaults.t4)),
  'sip.times.trying': integer('Until 100 answers an INVITE.', milliseconds(timesDefaults.trying)),

  'sip.messages.headBytes': integer('Start line and header fields of a message.', bytes(MESSAGE_LIMITS.headBytes)),
  'sip.messages.fields': integer('Header fields of a message.', count(MESSAGE_LIMITS.fields)),
  'sip.messages.bodyBytes': integer('Body of a message.', bytes(MESSAGE_LIMITS.bodyBytes)),

  'sip.transactions.transactions': integer(
    'Transactions at once; a request beyond gets 503.',
    count(transactionDefaults.transactions),
  ),
  'sip.transactions.unansweredPerPeer': integer(
    'Requests of one peer that wait for their answer; more get 503.',
    count(transactionDefaults.unansweredPerPeer),
  ),
  'sip.transactions.retryAfter': integer('How long those wait.', seconds(transactionDefaults.retryAfter)),

  'sip.transport.udpLimit': integer(
    'A request longer than this goes over TCP where UDP was chosen (RFC 3261 §18.1.1).',
    bytes(transport.udpLimit),
  ),
  'sip.transport.tcpRefusedTime': integer(
    'How long a peer that refused TCP is sent long requests over UDP.',
    milliseconds(transport.tcpRefusedTime),
  ),
  'sip.transport.connections': integer('Connections at once.', count(transport.connections)),
  'sip.transport.connectionsPerPeer': integer(
    'Connections of one peer: an address, or a network of 64 bits of IPv6.',
    count(transport.connectionsPerPeer),
  ),
  'sip.transport.messagesPerPeer': integer(
    'Messages per second that one peer may send for ever.',
    count(transport.messagesPerPeer),
  ),
  'sip.transport.messageBurst': integer('Messages of one peer at once after a silence.', count(transport.messageBurst)),
  'sip.transport.peersRemembered': integer('Peers whose rate is remembered.', count(transport.peersRemembered)),
  'sip.transport.unlimitedPeers': list('Addresses without limits per peer: edge proxies, which speak for many.', {
    default: transport.unlimitedPeers,
    of: 'addresses',
    entry: readText,
  }),
  'sip.transport.connectTime': integer(
    'From the begin of a connection to its first moment of use.',
    milliseconds(transport.connectTime),
  ),
  'sip.transport.firstMessageTime': integer(
    'How long a new connection may stay without a message.',
    milliseconds(transport.firstMessageTime),
  ),
  'sip.transport.messageTime': integer("From a message's first byte to its last.", milliseconds(transport.messageTime)),
  'sip.transport.idleTime': integer(
    'How long a connection may stand without a byte.',
    milliseconds(transport.idleTime),
  ),
  'sip.transport.checkInterval': integer(
    'Between two looks at the times of connections.',
    milliseconds(transport.checkInterval),
  ),
  'sip.transport.lingerTime': integer(
    'From the answer to what is no message to the end of its connection.',
    milliseconds(transport.lingerTime),
  ),
  'sip.transport.writeBuffer': integer(
    'Written to a connection and not yet read by its peer.',
    bytes(transport.writeBuffer),
  ),
  'sip.transport.buffers': integer('Buffered of all connections together.', bytes(transport.buffers)),
  'sip.transport.writeTime': integer(
    'How long a peer may read nothing of what is buffered for it.',
    milliseconds(transport.writeTime),
  ),
  'sip.transport.pongTime': integer('Until the answer to a keep-alive (RFC 5626).', milliseconds(transport.pongTime)),
  'sip.transport.udpReceiveBuffer': integer(
    'Asked of the system for receiving datagrams.',
    bytes(transport.udpReceiveBuffer),
  ),
  'sip.transport.udpSendBuffer': integer('The same for sending.', bytes(transport.udpSendBuffer)),
  'sip.transport.udpQueue': integer(
    'Datagrams that wait for the system to take them; more are dropped.',
    bytes(transport.udpQueue),
  ),

  'registrations.addresses': integer(
    'Addresses whose users register, at once; more get 503.',
    count(registrarDefaults.addresses),
  ),
  'registrations.bindingsPerAddress': integer(
    'Contacts of one address; more get 403.',
    count(registrarDefaults.bindingsPerAddress),
  ),
  'registrations.bindingLength': integer('Of a Contact and its Path together; more gets 513.', {
    default: registrarDefaults.bindingLength,
    unit: 'characters',
    min: 1,
  }),
  'registrations.flowTimer': integer(
    'How often a client lets its connection be heard of, at least (RFC 5626 §10).',
    seconds(registrarDefaults.flowTimer),
  ),
  'registrations.expires.default': integer(
    'How long a registration lasts that asks for no time.',
    seconds(registrarDefaults.expires.default),
  ),
  'registrations.expires.minimum': integer(
    'A shorter one is refused with 423.',
    seconds(registrarDefaults.expires.minimum),
  ),
  'registrations.expires.maximum': integer('A longer one is shortened.', seconds(registrarDefaults.expires.maximum)),

  'subscriptions.subscriptions': integer(
    'SIP subscriptions at once; more get 503.',
    count(notifierDefaults.subscriptions),
  ),
  'subscriptions.retryAfter': integer(
    'How long those wait, and how long a refused NOTIFY, where the subscriber says nothing.',
    seconds(notifierDefaults.retryAfter),
  ),
  'subscriptions.failures': integer(
    'Refused NOTIFYs in a row that end a subscription.',
    count(notifierDefaults.failures),
  ),
  'subscriptions.sequenceBlock': integer(
    'CSeq and versions of documents that are reserved with each record of a subscription, and jumped over after a restart.',
    count(notifierDefaults.sequenceBlock),
  ),
  'publications.expires.default': integer(
    'How long what another focus publishes counts when it asks for no time.',
    seconds(publicationExpires.default),
  ),
  'publications.expires.minimum': integer('A shorter time is refused with 423.', seconds(publicationExpires.minimum)),
  'publications.expires.maximum': integer(
    'A longer one is shortened; so long after a restart counts what is published no more.',
    seconds(publicationExpires.maximum),
  ),
  'subscriptions.profiles.lastStatusAgents': list(
    'Telephones with one of these in their User-Agent take the last status of a user for that of her endpoint, and are told none of media.',
    { default: phoneProfileDefaults.lastStatusAgents, of: 'texts', entry: readText },
  ),
  'subscriptions.lists.user': text(
    'The part before `@` of the SIP URI by which somebody subscribes to all conferences of hers (RFC 4662).',
    { default: lists.user },
  ),
  'subscriptions.lists.entries': integer(
    'Conferences of one such list, or of one that a SUBSCRIBE brings (RFC 5367).',
    count(lists.entries),
  ),
  'subscriptions.acknowledged.interval': integer(
    'Between two times that acknowledged NOTIFYs are stored: who is known to have all is told nothing after a restart.',
    milliseconds(acknowledged.interval),
  ),
  'subscriptions.acknowledged.records': integer(
    'Subscriptions that are stored at such a time.',
    count(acknowledged.records),
  ),
  'subscriptions.datagram': integer(
    'Largest document for who can be sent no more than datagrams: larger ones become what telephones of very large conferences are told.',
    bytes(datagram),
  ),
  'subscriptions.tooLargeRetry': integer(
    'When a subscriber may come again to whom nothing is small enough for a datagram.',
    seconds(tooLargeRetry),
  ),
  'subscriptions.lists.interval': integer('Between two notifications of a list.', milliseconds(lists.interval)),
  'subscriptions.expires.default': integer(
    'How long a subscription lasts that asks for no time.',
    seconds(expires.default),
  ),
  'subscriptions.expires.minimum': integer('A shorter one is refused with 423.', seconds(expires.minimum)),
  'subscriptions.expires.maximum': integer('A longer one is shortened.', seconds(expires.maximum)),
};
