import type { XPathNode } from './node.ts';

export type Atom = string | number | boolean;
/** What an expression yields (XPath 1.0 §1); nodes are distinct and in document order. */
export type XPathValue = Atom | readonly XPathNode[];

/** XPath 1.0 §4.2: never with an exponent, and as many digits as tell the number from every other. */
export function formatNumber(value: number): string {
  if (value === 0) return '0';
  const [, sign = '', first = '', fraction = '', power] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(String(value)) ?? [];
  if (power === undefined) return String(value);
  const digits = first + fraction;
  const exponent = Number(power);
  return exponent < 0 ? `${sign}0.${'0'.repeat(-exponent - 1)}${digits}` : sign + digits.padEnd(exponent + 1, '0');
}

const NUMBER = /^[ \t\r\n]*(-?(?:\d+(?:\.\d*)?|\.\d+))[ \t\r\n]*$/;

/** XPath 1.0 §4.4. */
export function toNumber(value: Atom): number {
  return typeof value === 'string' ? Number(NUMBER.exec(value)?.[1] ?? NaN) : Number(value);
}

/** XPath 1.0 §4.2. */
export const toText = (value: Atom): string => (typeof value === 'number' ? formatNumber(value) : String(value));

/** XPath 1.0 §4.3: a number but 0 and NaN, a string that is not empty, a node-set that is not empty. */
export const toBoolean = (value: XPathValue): boolean =>
  typeof value === 'object' ? value.length > 0 : Boolean(value);
