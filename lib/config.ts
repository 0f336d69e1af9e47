import {
  address,
  choice,
  domain,
  integer,
  list,
  optionalAddress,
  optionalText,
  optionalUrl,
  path,
  readDomain,
  readNetwork,
  readOrigin,
  readText,
  text,
  type Setting,
  type Written,
} from './config/setting.ts';
import { CALENDAR_SETTINGS } from './config/calendar.ts';
import { CALLBACK_SETTINGS } from './config/callbacks.ts';
import { CAPACITY_SETTINGS } from './config/capacity.ts';
import { DIAL_OUT_SETTINGS } from './config/dial-out.ts';
import { FOCUS_SETTINGS } from './config/focus.ts';
import { issuers } from './config/issuers.ts';
import { MAIL_SETTINGS } from './config/mail.ts';
import { REMINDER_SETTINGS } from './config/reminders.ts';
import { MIXER_SETTINGS } from './config/mixer.ts';
import { MMTEL_SETTINGS } from './config/mmtel.ts';
import { SCHEDULE_SETTINGS } from './config/schedule.ts';
import { SIP_SETTINGS } from './config/sip.ts';
import { fromEnvironment, fromFile, InvalidSetting, variableOf, type Assignment } from './config/sources.ts';
import { bytes, count, milliseconds, seconds } from './config/units.ts';
import { feedDefaults } from './calendar/feed-server.ts';
import { overloadDefaults } from './ccmp/overload.ts';
import { ccmpDefaults } from './ccmp/server.ts';
import { commitDefaults } from './conference/commits.ts';
import { filterDefaults } from './conference/filter.ts';
import { controlDefaults } from './conference/control-parts.ts';
import { attemptDefaults } from './directory/attempts.ts';
import { credentialDefaults } from './directory/credentials.ts';
import { directoryDefaults } from './directory/directory.ts';
import { scryptDefaults } from './directory/scrypt.ts';
import { eventStreamDefaults } from './event-stream/server.ts';
import { loggerDefaults } from './http/access-log.ts';
import { isLoopback } from './http/address.ts';
import { bearerDefaults } from './http/bearer.ts';
import { bodyDefaults } from './http/body.ts';
import { corsDefaults } from './http/cors.ts';
import { FORWARDED_HEADERS } from './http/forwarded.ts';
import { listenerDefaults } from './http/listener-limits.ts';
import { nonceDefaults } from './http/nonce.ts';
import { verifiedDefaults } from './http/verified.ts';
import { viewDefaults } from './conference/remembered-views.ts';
import { notificationDefaults } from './notification/service.ts';
import { DEFAULT_XML_LIMITS } from './xml/limits.ts';

const LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'];

/** Every setting of the server. `docs/settings.md` is made from this table. */
export const SETTINGS = {
  domain: domain('The domain of the conferences and users that the server makes.'),
  domains: list('Further domains whose users the directory may hold.', {
    default: [],
    of: 'domains',
    entry: readDomain,
  }),
  data: text('Holds the store, the key file and the admin socket.', { default: 'data', type: 'directory' }),

  'logging.level': choice('The least that is logged, on standard error.', {
    default: loggerDefaults.level,
    of: LEVELS,
  }),

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

  'https.listen': optionalAddress('Where HTTP over TLS is served, with the times and limits of `http`.'),
  'https.certificate': optionalText('The certificate of the server and those up to its root, PEM.', { type: 'file' }),
  'https.key': optionalText('The key of the certificate, PEM.', { type: 'file' }),
  'https.clientCa': optionalText(
    'CAs of client certificates, PEM. The names in such a certificate (URI, e-mail as `mailto:`, DNS name as `dns:`) are ids or addresses of the one user who logs in with it.',
    { type: 'file' },
  ),
  'https.watchInterval': integer('Between two looks whether these files changed; SIGHUP looks at once.', {
    ...milliseconds(10_000),
  }),
  'https.hsts': integer(
    'How long browsers are to use TLS alone (RFC 6797); 0 tells them nothing.',
    seconds(31_536_000),
  ),

  'http.bodyBytes': integer(
    'Body of a request. Each 100 kB more hold all others up for about 20 ms.',
    bytes(bodyDefaults.bytes, 1_000),
  ),
  'admin.listen': optionalAddress(
    'Where `/metrics`, `/healthz` and `/readyz` are served, in clear and to everybody: choose an address that only operators reach, such as 127.0.0.1:9090.',
  ),
  'admin.readyTime': integer(
    'How long the store may take to answer before the server counts as not ready.',
    milliseconds(2_000),
  ),

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

  'ccmp.path': path('The path of the conference control service (RFC 6503 §4.4).', { default: ccmpDefaults.path }),
  'ccmp.linphoneAgents': list('Clients with one of these in their User-Agent are answered as Linphone needs it.', {
    default: ccmpDefaults.linphoneAgents,
    of: 'texts',
    entry: readText,
  }),
  'ccmp.redirect': optionalUrl('Where all requests are sent instead (307), while the service moves or rests.'),
  'ccmp.retryAfter': integer(
    'How long clients wait before they follow; 0 for at once.',
    seconds(ccmpDefaults.retryAfter),
  ),
  'ccmp.maxListEntries': integer(
    'Entries of one list of conferences, blueprints or occurrences. More conferences or blueprints are answered 511.',
    count(controlDefaults.listed),
  ),
  'cors.origins': list('Origins whose pages may send requests and read the answers: `https://example.com`.', {
    default: corsDefaults.origins,
    of: 'origins',
    entry: readOrigin,
  }),
  'cors.maxAge': integer('How long browsers remember that they may.', seconds(corsDefaults.maxAge)),

  'notification.minInterval': integer(
    'Between two notifications to one watcher (RFC 4575 §3.9).',
    milliseconds(notificationDefaults.minInterval),
  ),
  'notification.urgentInterval': integer(
    'The same for important news: of the conference, of a moderator, of the watcher himself.',
    milliseconds(notificationDefaults.urgentInterval),
  ),
  'notification.inFlight': integer(
    'Whole documents on their way to all watchers together.',
    bytes(notificationDefaults.inFlight, 1_000),
  ),
  'notification.maxBody': integer(
    'Largest `conference-info+xml`; of larger conferences telephones are told of themselves and of the moderators only.',
    bytes(notificationDefaults.maxBody, 1_000),
  ),
  'notification.history': integer(
    'Versions back from which a watcher is told the difference; who is farther back is told all.',
    count(notificationDefaults.history),
  ),
  'notification.bodies': integer(
    'Documents and differences that are kept for the next watcher who needs the same.',
    count(notificationDefaults.bodies),
  ),
  'notification.tags': integer(
    'Classes of readers whose names in the ids of events are kept.',
    count(notificationDefaults.tags),
  ),
  'notification.turn': integer(
    'How long telling watchers may hold everything else up at a time. Longer turns keep answers waiting, which are then asked for again.',
    milliseconds(notificationDefaults.turn),
  ),
  'notification.perTurn': integer(
    'Watchers who are told at a time: fewer than the 32 datagrams that are read at a time, so that their answers are heard.',
    count(notificationDefaults.perTurn),
  ),
  'views.bytes': integer(
    'Documents of small conferences, as each of their readers sees them, that are kept for the next who reads.',
    bytes(viewDefaults.bytes),
  ),
  'views.rosterBytes': integer(
    'Rosters of small conferences that are kept beside them, as they were shown last.',
    bytes(viewDefaults.rosterBytes),
  ),
  'views.users': integer(
    'Users that a small conference has at most; what is read of a larger one is put together from its parts each time.',
    count(viewDefaults.users),
  ),

  ...SIP_SETTINGS,
  ...FOCUS_SETTINGS,
  ...DIAL_OUT_SETTINGS,

  ...CALENDAR_SETTINGS,

  'calendars.perUser': integer('Secret calendar URLs that one user may have.', count(feedDefaults.perUser)),
  'calendars.conferences': integer('Conferences in one calendar, at most.', count(feedDefaults.conferences)),
  'calendars.refresh': integer('How often calendars are asked to look again.', seconds(feedDefaults.refresh)),

  'events.connections': integer('Streams of events at once.', count(eventStreamDefaults.connections)),
  'events.perUser': integer('Streams of events at once of one user.', count(eventStreamDefaults.perUser)),
  'events.heartbeat': integer(
    'Between two signs of life on a silent stream.',
    milliseconds(eventStreamDefaults.heartbeat),
  ),
  'events.sessionTime': integer(
    'How long a page may use the token that it got for credentials.',
    seconds(eventStreamDefaults.sessionTime),
  ),
  'events.sessions': integer('Such tokens at once.', count(eventStreamDefaults.sessions)),

  ...CALLBACK_SETTINGS,
  ...MAIL_SETTINGS,
  ...REMINDER_SETTINGS,
  ...MIXER_SETTINGS,
  ...MMTEL_SETTINGS,

  'overload.requestTime': integer(
    'How long a request may take; then it is answered 510, and what it began ends by itself.',
    milliseconds(overloadDefaults.requestTime),
  ),
  'overload.inFlight': integer(
    'Requests that are worked on at the same time; one more is answered 510 at once.',
    count(overloadDefaults.inFlight),
  ),
  'overload.inFlightPerUser': integer('Of one user among them.', count(overloadDefaults.inFlightPerUser)),
  'overload.userRate': integer(
    'Requests of one user per second, this machine excepted; one more is answered 510.',
    count(overloadDefaults.userRate),
  ),
  'overload.userBurst': integer('Requests of one user at once after a silence.', count(overloadDefaults.userBurst)),
  'overload.addressRate': integer(
    'Requests from one IPv4 address or IPv6 /64 per second, this machine excepted; one more is answered 429.',
    count(overloadDefaults.addressRate),
  ),
  'overload.addressBurst': integer(
    'Requests from there at once after a silence.',
    count(overloadDefaults.addressBurst),
  ),
  'overload.remembered': integer(
    'Users, and as many networks, whose rates are remembered.',
    count(overloadDefaults.remembered),
  ),

  'store.maximumBytes': integer('Size of the database at which changes are refused.', {
    ...bytes(2 ** 40),
    min: 1_000_000,
  }),
  'store.cacheKilobytes': integer('Memory for pages of the database, for reading and for writing each.', {
    ...count(16_384),
    unit: 'KiB',
  }),
  'store.checkpointPages': integer('Write-ahead log that starts a checkpoint.', {
    ...count(4_000),
    unit: 'pages of 4 KiB',
  }),
  'store.sliceRows': integer('Rows that are read without a turn of the event loop.', count(250)),
  'store.checkFindings': integer('Findings per rule that `plenary check` names.', count(100)),

  'conference.users': integer('Users in one conference at a time.', count(controlDefaults.users)),
  'conference.named': integer(
    'Users and targets of lists that one request names. A thousand more hold all others up for about 40 ms.',
    count(controlDefaults.named),
  ),
  'conference.sidebars': integer('Sidebars of one conference at a time.', count(controlDefaults.sidebars)),
  'conference.children': integer(
    'Conference objects of one series: itself, and what stands for some of its occurrences.',
    count(controlDefaults.children),
  ),
  'conference.filterLength': integer('Length of an xpathFilter.', {
    ...count(filterDefaults.filterLength),
    unit: 'characters',
  }),
  'conference.filterDepth': integer('Parentheses and brackets of an xpathFilter inside one another.', {
    ...count(filterDefaults.filterDepth),
    max: 100,
  }),
  'conference.filterSteps': integer(
    'Steps that the xpathFilter of one list takes through all its objects; a million takes about 0.1 s.',
    count(filterDefaults.filterSteps),
  ),
  'conference.filterSlice': integer(
    'What all filters together take of one turn of the event loop.',
    milliseconds(filterDefaults.filterSlice),
  ),
  'conference.passwordDigits': integer('Digits of the conference passwords that the server makes.', {
    ...count(controlDefaults.passwordDigits),
    min: 6,
    max: 64,
  }),
  'conference.batch': integer('Sets of changes that one flush writes.', count(commitDefaults.batch)),
  'conference.enough': integer(
    'Sets of changes for which a flush begins though another is on its way.',
    count(commitDefaults.enough),
  ),
  'conference.flushes': integer('Flushes on their way at once.', count(commitDefaults.flushes)),
  'conference.cached': integer('Objects and users of objects that are kept in memory.', count(commitDefaults.cached)),

  ...SCHEDULE_SETTINGS,
  ...CAPACITY_SETTINGS,

  'log.retention': integer(
    'How long a change stays in the change log, at most. What a follower of the log still needs stays longer.',
    { ...seconds(3_600), min: 1 },
  ),
  'log.versions': integer(
    'Versions of an object that stay in the change log, and up to 16 more until they are counted again.',
    count(1_000),
  ),
  'log.trimInterval': integer('Between two looks for what may leave the change log.', { ...seconds(60), min: 1 }),

  'xml.bytes': integer('Length of a document.', bytes(DEFAULT_XML_LIMITS.bytes, 1_000)),
  'xml.depth': integer('Elements inside one another.', { ...count(DEFAULT_XML_LIMITS.depth), max: 1_000 }),
  'xml.elements': integer('Elements of a document.', count(ccmpDefaults.xml.elements)),
  'xml.attributes': integer('Attributes of an element.', count(DEFAULT_XML_LIMITS.attributes)),

  'directory.addresses': integer('Addresses of a user.', count(directoryDefaults.addresses)),
  'directory.passwordBytes': integer('Length of a password.', {
    ...count(directoryDefaults.passwordBytes),
    unit: 'bytes',
  }),
  'directory.displayText': integer('Length of the name to show.', {
    ...count(directoryDefaults.displayText),
    unit: 'characters',
  }),
  'directory.known': integer('Users kept in memory, by each of their names.', count(directoryDefaults.known)),
  'directory.remembered': integer(
    'Right passwords of `--no-digest` users that need no scrypt again.',
    count(credentialDefaults.remembered),
  ),
  'scrypt.logN': integer('Cost of a password of a `--no-digest` user: N is 2 to this power.', {
    default: scryptDefaults.cost.logN,
    unit: 'exponent',
    min: 14,
    max: 20,
  }),
  'scrypt.atOnce': integer('Derivations at the same time.', count(scryptDefaults.atOnce)),
  'scrypt.waiting': integer('Derivations that wait; one more is refused.', count(scryptDefaults.waiting)),

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

type Table = typeof SETTINGS;
export type SettingName = keyof Table;

/** The value of every setting. */
export type Config = {
  readonly [Name in SettingName]: Table[Name] extends Setting<infer Value> ? Value : never;
};

/** The settings below a name, as the part that they belong to takes them: `section(config, 'http')`. */
export type Section<Prefix extends string> = {
  readonly [Name in SettingName as Name extends `${Prefix}.${infer Key}` ? Key : never]: Config[Name];
};

export function section<Prefix extends string>(config: Config, prefix: Prefix): Section<Prefix> {
  const inside = Object.entries(config).filter(([name]) => name.startsWith(`${prefix}.`));
  return Object.fromEntries(inside.map(([name, value]) => [name.slice(prefix.length + 1), value])) as Section<Prefix>;
}

export interface ConfigSources {
  /** A JSON file of settings. */
  readonly file?: string | undefined;
  readonly environment?: NodeJS.ProcessEnv;
  readonly flags?: readonly Assignment[];
  /** Serves the domain example.com by HTTP and SIP, and only to this machine. */
  readonly demo?: boolean;
}

const names = Object.keys(SETTINGS) as SettingName[];

/** Reads every setting: a file, over it the environment, over that the flags. @throws {InvalidSetting} */
export function loadConfig(sources: ConfigSources): Config {
  const assignments = gather(sources);
  const config = Object.fromEntries(names.map((name) => [name, valueOf(name, assignments.get(name))])) as Config;
  if (sources.demo === true) assertLoopback(config, assignments);
  const missing = (['https.certificate', 'https.key'] as const).find((name) => config[name] === undefined);
  if (config['https.listen'] !== undefined && missing !== undefined)
    throw new InvalidSetting(missing, 'not set', 'https.listen needs it');
  const secure = (['sip.tls', 'sip.wss', 'mail.listenTls'] as const).find((name) => isOn(config[name]));
  const without = (['https.certificate', 'https.key'] as const).find((name) => config[name] === undefined);
  if (secure !== undefined && without !== undefined) throw new InvalidSetting(without, 'not set', `${secure} needs it`);
  if (config['mail.user'] !== undefined && !isPrivateMail(config))
    throw new InvalidSetting(
      'mail.tls',
      assignments.get('mail.tls')?.source ?? 'its default',
      'the password of mail.user would go in clear: say required or implicit',
    );
  return config;
}

const isOn = (value: unknown): boolean => value !== undefined && value !== 'none';

const isPrivateMail = (config: Config): boolean =>
  ['required', 'implicit'].includes(config['mail.tls']) ||
  isLoopback((config['mail.server'] ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'));

const DEMO: readonly Assignment[] = [
  { name: 'domain', raw: 'example.com', source: 'flag --demo' },
  { name: 'sip.listen', raw: '127.0.0.1:5060', source: 'flag --demo' },
];

const LISTENING = ['http.listen', 'https.listen', 'sip.listen', 'sip.tls', 'sip.ws', 'sip.wss'] as const;

function assertLoopback(config: Config, assignments: ReadonlyMap<string, Assignment>): void {
  for (const name of LISTENING) {
    if (isLoopback(config[name]?.address ?? 'localhost')) continue;
    const source = assignments.get(name)?.source ?? 'not set';
    throw new InvalidSetting(name, source, 'a demonstration has known passwords and is served on loopback only');
  }
}

/** Reads one setting; others may be missing or wrong. @throws {InvalidSetting} */
export const loadSetting = <Name extends SettingName>(name: Name, sources: ConfigSources): Config[Name] =>
  valueOf(name, gather(sources).get(name)) as Config[Name];

function gather({ file, environment = {}, flags = [], demo = false }: ConfigSources): Map<string, Assignment> {
  const layers = [
    demo ? DEMO : [],
    file === undefined ? [] : fromFile(file),
    fromEnvironment(names, environment),
    flags,
  ];
  const assignments = layers.flat();
  const unknown = assignments.find(({ name }) => !Object.hasOwn(SETTINGS, name));
  if (unknown !== undefined) throw new InvalidSetting(unknown.name, unknown.source, 'there is no such setting');
  return new Map(assignments.map((assignment) => [assignment.name, assignment]));
}

function valueOf(name: SettingName, assignment: Assignment | undefined): unknown {
  const setting: Setting<unknown> = SETTINGS[name];
  const { raw, source } = assignment ?? { raw: setting.default, source: 'not set' };
  if (raw === undefined) {
    throw new InvalidSetting(name, source, `has no default; give --set ${name}=… or ${variableOf(name)}`);
  }
  try {
    return setting.read(raw);
  } catch (error) {
    throw new InvalidSetting(name, source, (error as Error).message);
  }
}

/** The settings for programs; without `default` an administrator must choose. */
export const settingsAsRecords = () =>
  names.map((name) => {
    const { type, default: written, description }: Setting<unknown> = SETTINGS[name];
    return { name, variable: variableOf(name), type, default: written, description };
  });

/** The page `docs/settings.md`. */
export function settingsAsMarkdown(): string {
  const rows = names.map((name) => {
    const setting: Setting<unknown> = SETTINGS[name];
    return `| \`${name}\` | ${setting.type} | ${showDefault(setting.default)} | ${setting.description} |`;
  });
  return [
    '# Settings',
    '',
    'A setting comes from the JSON file that `--config` (or `PLENARY_CONFIG`) names, where the dots are nested objects;',
    'over it from the environment; over that from `--set name=value`. The variable of the environment is the name in',
    `capitals: \`http.listen\` is \`${variableOf('http.listen')}\`, \`http.headersTime\` is \`${variableOf('http.headersTime')}\`. A setting that does`,
    'not exist is refused. `plenary settings` prints this page.',
    '',
    '| setting | type and unit | default | what it does |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

function showDefault(written: Written | undefined): string {
  if (written === undefined) return 'must be set';
  const shown = Array.isArray(written) ? written.join(', ') : String(written);
  return shown === '' ? 'none' : `\`${shown}\``;
}
