import type { CcmpSettings } from '../ccmp/server.ts';
import type { ControlLimits } from '../conference/control-parts.ts';
import { section, type Config } from '../config.ts';
import type { AttemptLimits } from '../directory/attempts.ts';
import type { DirectoryLimits } from '../directory/directory.ts';
import { scryptDefaults } from '../directory/scrypt.ts';
import type { CertificateFiles } from '../http/certificates.ts';
import { networksOf, type ForwardedHeader, type TrustedProxies } from '../http/forwarded.ts';

// Settings whose names are not those of the options that they become.

export const ccmpSettings = (config: Config): CcmpSettings => ({
  path: config['ccmp.path'],
  linphoneAgents: config['ccmp.linphoneAgents'],
  body: { bytes: config['http.bodyBytes'] },
  xml: section(config, 'xml'),
  redirect: config['ccmp.redirect'],
  retryAfter: config['ccmp.retryAfter'],
  overload: section(config, 'overload'),
});

export const controlLimits = (config: Config): ControlLimits => ({
  ...section(config, 'conference'),
  listed: config['ccmp.maxListEntries'],
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

export const trustedProxies = (config: Config): TrustedProxies => ({
  networks: networksOf(config['http.trustedProxies']),
  header: config['http.forwardedHeader'] as ForwardedHeader,
});

/** Where TLS is served, and with what; undefined when it is not. */
export function tlsSettings(config: Config) {
  const { listen, certificate, key, clientCa, watchInterval } = section(config, 'https');
  if (listen === undefined || certificate === undefined || key === undefined) return undefined;
  const files: CertificateFiles = { certificate, key, clientCa };
  return { listen, files, watchInterval };
}
