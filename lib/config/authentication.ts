import { attemptDefaults } from '../directory/attempts.ts';
import { bearerDefaults } from '../http/bearer.ts';
import { nonceDefaults } from '../http/nonce.ts';
import { verifiedDefaults } from '../http/verified.ts';
import { issuers } from './issuers.ts';
import { integer, type Setting } from './setting.ts';
import { count, milliseconds, seconds } from './units.ts';

/** How it is known who sends a request. */
export const AUTHENTICATION_SETTINGS = {
  'nonces.lifetime': integer('How long a nonce of HTTP Digest may be used.', {
    ...seconds(nonceDefaults.lifetime),
    min: 1,
  }),
  'nonces.used': integer('Used nonces whose counts are remembered.', count(nonceDefaults.used)),
  'basic.remembered': integer('Basic credentials that need no check again.', count(verifiedDefaults.remembered)),
  'basic.age': integer('For how long; a change of any user ends it.', milliseconds(verifiedDefaults.age)),
  'bearer.issuers': issuers(
    'Whose tokens (JWT) are taken over TLS: `[{"issuer": "https://id.example.com", "audience": "plenary", "algorithm": "ES256", "keys": "https://id.example.com/jwks.json", "claim": "sub"}]`. `keys` is an https URL or a file; `claim` (default `sub`) holds an XCON-USERID, an address of a user (`sip:…`, `mailto:…`) or a login name, and `email` needs `email_verified`.',
  ),
  'bearer.keysAge': integer('How long fetched keys are used without asking again.', seconds(bearerDefaults.keysAge)),
  'bearer.fetchTime': integer('How long fetching keys may take.', milliseconds(bearerDefaults.fetchTime)),
  'bearer.tolerance': integer('By how much the clock of an issuer may differ.', seconds(bearerDefaults.tolerance)),
  'bearer.remembered': integer(
    'Verified tokens that need no check until they expire.',
    count(bearerDefaults.remembered),
  ),
  'attempts.pair.free': integer(
    'Wrong passwords of one user from one network that cost no waiting.',
    count(attemptDefaults.pair.free),
  ),
  'attempts.pair.first': integer(
    'The wait after one more; each further one doubles it.',
    seconds(attemptDefaults.pair.first),
  ),
  'attempts.pair.longest': integer('The longest wait.', seconds(attemptDefaults.pair.longest)),
  'attempts.source.free': integer(
    'Wrong passwords of any users from one network that cost no waiting.',
    count(attemptDefaults.source.free),
  ),
  'attempts.source.first': integer(
    'The wait after one more; each further one doubles it.',
    seconds(attemptDefaults.source.first),
  ),
  'attempts.source.longest': integer('The longest wait.', seconds(attemptDefaults.source.longest)),
  'attempts.forgetAfter': integer(
    'Failures are forgotten after this time without another.',
    seconds(attemptDefaults.forgetAfter),
  ),
  'attempts.remembered': integer('Failing users and networks that are remembered.', count(attemptDefaults.remembered)),
} satisfies Record<string, Setting<unknown>>;
