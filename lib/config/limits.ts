import type { CcmpSettings } from '../ccmp/server.ts';
import { section, type Config } from '../config.ts';
import type { AttemptLimits } from '../directory/attempts.ts';
import type { DirectoryLimits } from '../directory/directory.ts';
import { scryptDefaults } from '../directory/scrypt.ts';

// Settings whose names are not those of the options that they become.

export const ccmpSettings = (config: Config): CcmpSettings => ({
  path: config['ccmp.path'],
  linphoneAgents: config['ccmp.linphoneAgents'],
  body: { bytes: config['http.bodyBytes'] },
  xml: section(config, 'xml'),
});

export const attemptLimits = (config: Config): AttemptLimits => ({
  ...section(config, 'attempts'),
  pair: section(config, 'attempts.pair'),
  source: section(config, 'attempts.source'),
});

export function directoryLimits(config: Config): DirectoryLimits {
  const { logN, ...scrypt } = section(config, 'scrypt');
  const { remembered, ...limits } = section(config, 'directory');
  const cost = { ...scryptDefaults.cost, logN };
  return { ...limits, credentials: { remembered, scrypt: { ...scrypt, cost } } };
}
