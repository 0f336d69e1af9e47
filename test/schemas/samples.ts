import { readdirSync, readFileSync } from 'node:fs';

const ROOT = new URL('samples/', import.meta.url);

/** The names of the sample documents in a folder of `samples/`. */
export const samplesOf = (folder: string): string[] => readdirSync(new URL(`${folder}/`, ROOT)).sort();

/** One of them, `folder/name.xml`. */
export const sample = (path: string): string => readFileSync(new URL(path, ROOT), 'utf8');

/** The sample with one place changed; the place must stand in it. */
export function changed(path: string, before: string, after: string): string {
  const xml = sample(path);
  if (!xml.includes(before)) throw new Error(`${path} has no ${before}`);
  return xml.replace(before, () => after);
}
