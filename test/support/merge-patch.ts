export type Json = { [name: string]: Json | string | number | boolean | null };

/** What RFC 7396 §2 makes of a document and a patch. */
export function merged(target: Json, patch: Json): Json {
  const result = new Map(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    const old = result.get(name);
    if (value === null) result.delete(name);
    else result.set(name, isObject(value) ? merged(isObject(old) ? old : {}, value) : value);
  }
  return Object.fromEntries(result);
}

const isObject = (value: Json[string] | undefined): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
