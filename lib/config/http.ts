import { bodyDefaults } from '../http/body.ts';
import { corsDefaults } from '../http/cors.ts';
import { FORWARDED_HEADERS } from '../http/forwarded.ts';
import { listenerDefaults } from '../http/listener-limits.ts';
import {
  address,
  choice,
  integer,
  list,
  optionalAddress,
  optionalText,
  readNetwork,
  readOrigin,
  type Setting,
} from './setting.ts';
import { bytes, count, milliseconds, seconds } from './units.ts';

/** Where HTTP is served, to whom, and what connections may cost. */
export const HTTP_SETTINGS = {
  'http.listen': address('Where HTTP is served; port 0 picks a free one.', { default: '127.0.0.1:8080' }),
  'http.headersTime': integer(
    'From the first byte of a request to the end of its headers.',
    milliseconds(listenerDefaults.headersTime),
  ),
  'http.requestTime': integer(
    'From the first byte of a request to the end of its body.',
    milliseconds(listenerDefaults.requestTime),
  ),
  'http.keepAliveTime': integer(
    'How long a connection may wait for its next request.',
    milliseconds(listenerDefaults.keepAliveTime),
  ),
  'http.silence': integer(
    'How long a connection may stand without a byte in either direction.',
    milliseconds(listenerDefaults.silence),
  ),
  'http.checkInterval': integer('Between two looks at the times above.', milliseconds(listenerDefaults.checkInterval)),
  'http.headerBytes': integer('Request line and headers together.', bytes(listenerDefaults.headerBytes, 1_000)),
  'http.headers': integer('Headers of a request.', count(listenerDefaults.headers)),
  'http.connections': integer(
    'Connections at the same time; one more takes the place of the one that waits longest for a whole request, or is closed.',
    count(listenerDefaults.connections),
  ),
  'http.requestsPerConnection': integer(
    'Requests over one connection before it is closed.',
    count(listenerDefaults.requestsPerConnection),
  ),
  'http.pipelined': integer(
    'Requests of one connection that wait for the answer before them.',
    count(listenerDefaults.pipelined),
  ),
  'http.grace': integer(
    'How long requests in flight may take when the server stops.',
    milliseconds(listenerDefaults.grace),
  ),
  'http.drainTime': integer(
    'How long a server that ends goes on to answer new requests, with 503, before it closes its connections: time for a load balancer to notice.',
    { ...milliseconds(listenerDefaults.drainTime), min: 0 },
  ),
  'http.retryAfter': integer('What that 503 says in Retry-After.', seconds(listenerDefaults.retryAfter)),
  'http.trustedProxies': list(
    'Reverse proxies that are believed about whose request they pass on: addresses and networks.',
    { default: [], of: 'addresses', entry: readNetwork },
  ),
  'http.forwardedHeader': choice('The header in which they tell it; X-Forwarded-For goes with X-Forwarded-Proto.', {
    default: FORWARDED_HEADERS[0],
    of: FORWARDED_HEADERS,
  }),
  'http.bodyBytes': integer(
    'Body of a request. Each 100 kB more hold all others up for about 20 ms.',
    bytes(bodyDefaults.bytes, 1_000),
  ),
  'https.listen': optionalAddress('Where HTTP over TLS is served, with the times and limits of `http`.'),
  'https.certificate': optionalText('The certificate of the server and those up to its root, PEM.', { type: 'file' }),
  'https.key': optionalText('The key of the certificate, PEM.', { type: 'file' }),
  'https.clientCa': optionalText(
    'CAs of client certificates, PEM. The names in such a certificate (URI, e-mail as `mailto:`, DNS name as `dns:`) are ids or addresses of the one user who logs in with it.',
    { type: 'file' },
  ),
  'https.watchInterval': integer(
    'Between two looks whether these files changed; SIGHUP looks at once.',
    milliseconds(10_000),
  ),
  'https.hsts': integer(
    'How long browsers are to use TLS alone (RFC 6797); 0 tells them nothing.',
    seconds(31_536_000),
  ),
  'admin.listen': optionalAddress(
    'Where `/metrics`, `/healthz` and `/readyz` are served, in clear and to everybody: choose an address that only operators reach, such as 127.0.0.1:9090.',
  ),
  'admin.readyTime': integer(
    'How long the store may take to answer before the server counts as not ready.',
    milliseconds(2_000),
  ),
  'cors.origins': list('Origins whose pages may send requests and read the answers: `https://example.com`.', {
    default: corsDefaults.origins,
    of: 'origins',
    entry: readOrigin,
  }),
  'cors.maxAge': integer('How long browsers remember that they may.', seconds(corsDefaults.maxAge)),
} satisfies Record<string, Setting<unknown>>;
