import { keySetUrl, TOKEN_ALGORITHMS, type Issuer } from '../http/issuers.ts';
import { readText, type Setting } from './setting.ts';

const KEYS = ['issuer', 'audience', 'algorithm', 'keys', 'claim'];

/** A JSON array of objects, in a file or as text. */
export const issuers = (description: string): Setting<readonly Issuer[]> => ({
  type: 'JSON, list of objects',
  default: [],
  description,
  read(raw) {
    const entries: unknown = typeof raw === 'string' ? JSON.parse(raw) : raw;
    if (!Array.isArray(entries)) throw new Error('is not a list');
    const read = entries.map(readIssuer);
    if (new Set(read.map(({ issuer }) => issuer)).size < read.length) throw new Error('names an issuer twice');
    return read;
  },
});

function readIssuer(raw: unknown): Issuer {
  if (typeof raw !== 'object' || raw === null) throw new Error('holds what is no object');
  const given = raw as Record<string, unknown>;
  const unknown = Object.keys(given).find((key) => !KEYS.includes(key));
  if (unknown !== undefined) throw new Error(`an issuer has no ${unknown}`);
  const part = (name: string, fallback?: string): string => {
    if (given[name] === undefined && fallback === undefined) throw new Error(`an issuer needs ${name}`);
    return readText(given[name] ?? fallback);
  };
  const algorithm = part('algorithm');
  if (!TOKEN_ALGORITHMS.includes(algorithm)) throw new Error(`${algorithm} is none of ${TOKEN_ALGORITHMS.join(', ')}`);
  const keys = part('keys');
  if (/^https?:/i.test(keys)) keySetUrl(keys);
  return { issuer: part('issuer'), audience: part('audience'), algorithm, keys, claim: part('claim', 'sub') };
}
