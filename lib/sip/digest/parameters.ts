/** `name=token` and `name="quoted"`, separated by commas (RFC 3261 §25.1, auth-param). */
const PARAMETER = /\s*([!#$%&'*+.^_`|~\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(?:,|$)/suy;

/** The parameters of digest credentials or of a digest challenge; undefined for other schemes and as `readParameters` says. */
export function readDigest(value: string): ReadonlyMap<string, string> | undefined {
  const scheme = /^\s*digest\s+/iu.exec(value)?.[0];
  return scheme === undefined ? undefined : readParameters(value.slice(scheme.length));
}

/** Names in lower case. Undefined for what is malformed and when a parameter stands twice. */
export function readParameters(value: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  let at = 0;
  while (at < value.length) {
    PARAMETER.lastIndex = at;
    const match = PARAMETER.exec(value);
    const name = match?.[1]?.toLowerCase();
    if (match === null || name === undefined || parameters.has(name)) return undefined;
    parameters.set(name, match[2]?.replaceAll(/\\(.)/gsu, '$1') ?? match[3] ?? '');
    at = PARAMETER.lastIndex;
  }
  return parameters;
}

export const quoted = (text: string): string => `"${text.replaceAll(/["\\]/gu, '\\$&')}"`;

/** Values come quoted already where the grammar wants them so; undefined ones are left out. */
export function formatDigest(parameters: Readonly<Record<string, string | undefined>>): string {
  return `Digest ${formatParameters(parameters)}`;
}

export function formatParameters(parameters: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(parameters)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]))
    .join(', ');
}
