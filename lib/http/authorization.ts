import { isUtf8 } from 'node:buffer';

/** What an `Authorization` header says (RFC 9110 §11.4), as sent: bytes as latin1, the scheme in lower case. */
export interface Authorization {
  readonly scheme: string;
  /** The one token after the scheme, as Basic and Bearer have it. */
  readonly token?: string;
  /** The parameters otherwise, names in lower case, quotes removed. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const QUOTED = '"(?:[^"\\\\]|\\\\.)*"';
const HEADER = new RegExp(`^\\s*(${TOKEN})(?:[ \\t]+(.*))?$`, 's');
const TOKEN68 = /^[A-Za-z0-9._~+/-]+=*$/;
const PARAMETER = new RegExp(`[ \\t,]*(${TOKEN})[ \\t]*=[ \\t]*(${TOKEN}|${QUOTED})[ \\t]*(?=,|$)`, 'sy');
const END = /[ \t,]*$/y;

/** Reads the header; undefined when it is malformed or names a parameter twice. */
export function parseAuthorization(header: string): Authorization | undefined {
  const [, scheme, rest = ''] = HEADER.exec(header) ?? [];
  if (scheme === undefined) return undefined;
  const token = rest.trim();
  if (TOKEN68.test(token)) return { scheme: scheme.toLowerCase(), token, parameters: new Map() };
  const parameters = parseParameters(rest);
  return parameters && { scheme: scheme.toLowerCase(), parameters };
}

function parseParameters(text: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  let place = 0;
  for (;;) {
    PARAMETER.lastIndex = place;
    const [all, name, value] = PARAMETER.exec(text) ?? [];
    if (all === undefined || name === undefined || value === undefined) break;
    if (parameters.has(name.toLowerCase())) return undefined;
    parameters.set(name.toLowerCase(), value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value);
    place += all.length;
  }
  END.lastIndex = place;
  return END.test(text) ? parameters : undefined;
}

/** A parameter's value in quotes. */
export const quoted = (value: string): string => `"${value.replace(/["\\]/g, '\\$&')}"`;

/** Scheme and parameters as a challenge or credentials carry them; values are given as they go out, quoted or not. */
export const formatParameters = (parameters: Readonly<Record<string, string>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');

/** The text that a header's bytes, given as latin1, stand for in UTF-8; undefined when they are no UTF-8. */
export function fromUtf8(text: string): string | undefined {
  const bytes = Buffer.from(text, 'latin1');
  return isUtf8(bytes) ? bytes.toString('utf8') : undefined;
}
