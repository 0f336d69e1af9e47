import { readFileSync } from 'node:fs';

/** A value for a setting, as somebody gave it, and where. */
export interface Assignment {
  readonly name: string;
  readonly raw: unknown;
  /** For people: `environment PLENARY_HTTP_LISTEN`. */
  readonly source: string;
}

/** A setting that can not be used: the message names it, where it was given, and what is wrong. */
export class InvalidSetting extends Error {
  readonly setting: string;

  constructor(setting: string, source: string, problem: string) {
    super(`${setting} (${source}): ${problem}`);
    this.name = 'InvalidSetting';
    this.setting = setting;
  }
}

/** Variables of the environment that mean something to the command and are no settings. */
const NO_SETTINGS = new Set(['PLENARY_CONFIG', 'PLENARY_SERVER', 'PLENARY_SIP', 'PLENARY_USER']);

/** `http.maxBody` → `PLENARY_HTTP_MAX_BODY`. */
export const variableOf = (name: string): string =>
  `PLENARY_${name.replaceAll('.', '_').replace(/[A-Z]/g, '_$&').toUpperCase()}`;

/** A JSON file of nested objects: `{"http": {"listen": "127.0.0.1:80"}}`. @throws {InvalidSetting} */
export function fromFile(file: string): Assignment[] {
  const source = `file ${file}`;
  let settings: unknown;
  try {
    settings = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new InvalidSetting('config', source, error instanceof Error ? error.message : String(error));
  }
  if (!isObject(settings)) throw new InvalidSetting('config', source, 'is not a JSON object');
  return flatten(settings, '').map(([name, raw]) => ({ name, raw, source }));
}

/** Variables `PLENARY_…`; one that belongs to no setting is refused, because it is most likely misspelt. */
export function fromEnvironment(names: readonly string[], environment: NodeJS.ProcessEnv): Assignment[] {
  const settings = new Map(names.map((name) => [variableOf(name), name]));
  return Object.entries(environment)
    .filter(([variable]) => variable.startsWith('PLENARY_') && !NO_SETTINGS.has(variable))
    .map(([variable, raw]) => {
      const source = `environment ${variable}`;
      const name = settings.get(variable);
      if (name === undefined) throw new InvalidSetting(variable, 'environment', 'there is no such setting');
      return { name, raw, source };
    });
}

/** `name=value`, as `--set` takes it. @throws {InvalidSetting} */
export function fromFlag(assignment: string): Assignment {
  const at = assignment.indexOf('=');
  if (at < 1) throw new InvalidSetting(assignment, 'flag --set', 'is not name=value');
  return { name: assignment.slice(0, at), raw: assignment.slice(at + 1), source: 'flag --set' };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function flatten(settings: Record<string, unknown>, prefix: string): [string, unknown][] {
  return Object.entries(settings).flatMap(([key, value]): [string, unknown][] =>
    isObject(value) ? flatten(value, `${prefix}${key}.`) : [[prefix + key, value]],
  );
}
