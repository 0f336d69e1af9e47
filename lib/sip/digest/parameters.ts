import { BadMessage } from '../message/bad-message.ts';
import { AUTHENTICATION_INFO, AUTHORIZATION } from '../message/headers/index.ts';
import type { Parameters } from '../message/parameters.ts';

/** The parameters of digest credentials or of a digest challenge; undefined for other schemes and for what is malformed. */
export function readDigest(value: string): Parameters | undefined {
  return tolerantly(() => {
    const [read] = AUTHORIZATION.readAll([value]);
    return read?.scheme.toLowerCase() === 'digest' ? read.parameters : undefined;
  });
}

/** Those of Authentication-Info. */
export const readInfo = (value: string): Parameters | undefined => tolerantly(() => AUTHENTICATION_INFO.read(value));

/** Who can't be understood is challenged again. A parameter that stands twice could mean either. */
function tolerantly(read: () => Parameters | undefined): Parameters | undefined {
  try {
    const parameters = read();
    const names = new Set([...(parameters ?? [])].map(([name]) => name.toLowerCase()));
    return names.size === parameters?.size ? parameters : undefined;
  } catch (error) {
    if (error instanceof BadMessage) return undefined;
    throw error;
  }
}

/** Values come quoted already where the grammar wants them so; undefined ones are left out. */
export function formatDigest(parameters: Readonly<Record<string, string | undefined>>): string {
  return `Digest ${formatParameters(parameters)}`;
}

export function formatParameters(parameters: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .join(', ');
}
