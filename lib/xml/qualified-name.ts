/** A name as written (Namespaces in XML 1.0 §4), ASCII only. */
export interface QualifiedName {
  readonly text: string;
  readonly prefix: string;
  readonly local: string;
}

/** How many names and namespaces are remembered, and how long they are, at most. */
const MOST = 2_048;
const LONGEST = 128;

const QUALIFIED = /(?:([A-Z_][-.\w]*):)?([A-Z_][-.\w]*)/iy;

/** By code below 128: whether the character may stand in a qualified name. */
const inNames = Uint8Array.from({ length: 128 }, (_, code) => Number(/[-.:\w]/.test(String.fromCharCode(code))));

/** Few names stand in all messages, so those met lately are kept, each in the place that its characters give. */
const names = new Array<QualifiedName | undefined>(MOST).fill(undefined);

/** The qualified name that begins here; undefined when none does. */
export function nameAt(text: string, start: number): QualifiedName | undefined {
  let hash = 0;
  let end = start;
  for (let code = text.charCodeAt(end); inNames[code] === 1; code = text.charCodeAt(++end)) {
    hash = (hash * 31 + code) | 0;
  }
  const place = hash & (MOST - 1);
  const known = names[place];
  if (known?.text.length === end - start && text.startsWith(known.text, start)) return known;
  QUALIFIED.lastIndex = start;
  const [written, prefix = '', local = ''] = QUALIFIED.exec(text) ?? [];
  if (written === undefined || written.length !== end - start) return undefined;
  if (written.length > LONGEST) return { text: written, prefix, local };
  const own = copy(written);
  return (names[place] =
    prefix === '' ? { text: own, prefix, local: own } : { text: own, prefix: copy(prefix), local: copy(local) });
}

const namespaces = new Map<string, string>();

/** The namespace as the one string that stands for it. */
export function oneNamespace(written: string): string {
  const known = namespaces.get(written);
  if (known !== undefined || written.length > LONGEST) return known ?? written;
  if (namespaces.size >= MOST) namespaces.clear();
  const one = copy(written);
  namespaces.set(one, one);
  return one;
}

/** The same string, without the text that it was cut from. */
const copy = (text: string): string => Buffer.from(text).toString();
