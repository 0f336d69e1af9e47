import { SETTINGS, type SettingName } from '../config.ts';
import type { Setting, Written } from './setting.ts';
import { variableOf } from './sources.ts';

const names = Object.keys(SETTINGS) as SettingName[];

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
