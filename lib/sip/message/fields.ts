import { isToken } from './characters.ts';
import { knownName } from './names.ts';

/** Header fields in their order: names (as the RFCs spell those that we know) and values, by turns. */
export type Fields = readonly string[];

/** Where the first field of this name at or behind `from` stands, or -1. */
export function findField(fields: Fields, name: string, from = 0): number {
  const known = knownName(name);
  if (known !== undefined) return findKnown(fields, known, from);
  const lower = name.toLowerCase();
  for (let at = from; at < fields.length; at += 2) {
    const field = fields[at] ?? '';
    if (field.length === lower.length && field.toLowerCase() === lower) return at;
  }
  return -1;
}

/** The same for a name that is spelled as the RFCs do. */
export function findKnown(fields: Fields, name: string, from = 0): number {
  for (let at = from; at < fields.length; at += 2) if (fields[at] === name) return at;
  return -1;
}

/** The values of a list that commas outside of quotes and angle brackets divide. */
export function splitList(text: string): string[] {
  const values: string[] = [];
  let from = 0;
  let isQuoted = false;
  let isBracketed = false;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (isQuoted) {
      if (code === 0x5c) at++;
      else if (code === 0x22) isQuoted = false;
    } else if (code === 0x22) isQuoted = !isBracketed;
    else if (code === 0x3c) isBracketed = true;
    else if (code === 0x3e) isBracketed = false;
    else if (code === 0x2c && !isBracketed) {
      values.push(text.slice(from, at).trim());
      from = at + 1;
    }
  }
  values.push(text.slice(from).trim());
  return values.filter((value) => value !== '');
}

/** Puts a field that may be sent behind others: a name that is a token, a value in one line. @throws {TypeError} */
export function pushField(fields: string[], name: string, value: string): void {
  fields.push(checkedName(name), checkedValue(name, value));
}

/** The name of a field that may be sent, as the RFCs spell it. @throws {TypeError} */
export function checkedName(name: string): string {
  const known = knownName(name);
  if (known === undefined && !isToken(name)) throw new TypeError(`no name of a header field: ${name}`);
  return known ?? name;
}

/** A value in one line. @throws {TypeError} */
export function checkedValue(name: string, value: string): string {
  if (value.includes('\n') || value.includes('\r')) throw new TypeError(`a line break in ${name}`);
  return value;
}

/** The fields made of names and values. @throws {TypeError} */
export function fieldsOf(entries: readonly (readonly [name: string, value: string])[]): string[] {
  const fields: string[] = [];
  for (const entry of entries) pushField(fields, entry[0], entry[1]);
  return fields;
}
