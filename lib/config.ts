import { AUTHENTICATION_SETTINGS } from './config/authentication.ts';
import { CALENDAR_SETTINGS } from './config/calendar.ts';
import { CALLBACK_SETTINGS } from './config/callbacks.ts';
import { CAPACITY_SETTINGS } from './config/capacity.ts';
import { CCMP_SETTINGS } from './config/ccmp.ts';
import { CONFERENCE_SETTINGS } from './config/conference.ts';
import { DIAL_OUT_SETTINGS } from './config/dial-out.ts';
import { DIRECTORY_SETTINGS } from './config/directory.ts';
import { FOCUS_SETTINGS } from './config/focus.ts';
import { HTTP_SETTINGS } from './config/http.ts';
import { MAIL_SETTINGS } from './config/mail.ts';
import { MIXER_SETTINGS } from './config/mixer.ts';
import { MMTEL_SETTINGS } from './config/mmtel.ts';
import { NOTIFICATION_SETTINGS } from './config/notification.ts';
import { REMINDER_SETTINGS } from './config/reminders.ts';
import { SCHEDULE_SETTINGS } from './config/schedule.ts';
import { choice, domain, list, readDomain, text, type Setting } from './config/setting.ts';
import { SIP_SETTINGS } from './config/sip.ts';
import { fromEnvironment, fromFile, InvalidSetting, variableOf, type Assignment } from './config/sources.ts';
import { STORE_SETTINGS } from './config/store.ts';
import { loggerDefaults } from './http/access-log.ts';
import { isLoopback } from './http/address.ts';

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

  ...HTTP_SETTINGS,
  ...AUTHENTICATION_SETTINGS,
  ...DIRECTORY_SETTINGS,
  ...CCMP_SETTINGS,
  ...CONFERENCE_SETTINGS,
  ...SCHEDULE_SETTINGS,
  ...CAPACITY_SETTINGS,
  ...NOTIFICATION_SETTINGS,
  ...SIP_SETTINGS,
  ...FOCUS_SETTINGS,
  ...DIAL_OUT_SETTINGS,
  ...MIXER_SETTINGS,
  ...MMTEL_SETTINGS,
  ...CALENDAR_SETTINGS,
  ...MAIL_SETTINGS,
  ...REMINDER_SETTINGS,
  ...CALLBACK_SETTINGS,
  ...STORE_SETTINGS,
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
  assertCertificate(config);
  assertPrivateMail(config, assignments);
  return config;
}

/** What is to be served over TLS has a certificate and its key. */
function assertCertificate(config: Config): void {
  const missing = (['https.certificate', 'https.key'] as const).find((name) => config[name] === undefined);
  if (missing === undefined) return;
  const secure = (['https.listen', 'sip.tls', 'sip.wss', 'mail.listenTls'] as const).find((name) => isOn(config[name]));
  if (secure !== undefined) throw new InvalidSetting(missing, 'not set', `${secure} needs it`);
}

const isOn = (value: unknown): boolean => value !== undefined && value !== 'none';

function assertPrivateMail(config: Config, assignments: ReadonlyMap<string, Assignment>): void {
  if (config['mail.user'] === undefined || ['required', 'implicit'].includes(config['mail.tls'])) return;
  const host = (config['mail.server'] ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  if (isLoopback(host)) return;
  const source = assignments.get('mail.tls')?.source ?? 'its default';
  throw new InvalidSetting('mail.tls', source, 'the password of mail.user would go in clear: say required or implicit');
}

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
