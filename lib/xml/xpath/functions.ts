import { XML_NAMESPACE } from '../characters.ts';
import type { Type } from './expression.ts';
import type { XPathNode } from './node.ts';
import { toNumber, toText, type Atom } from './value.ts';

/** Where an expression is evaluated (XPath 1.0 §1). */
export interface XPathContext {
  readonly node: XPathNode;
  readonly position: number;
  readonly size: number;
}

/** How an element or attribute is called in the expression's own terms. */
export type NameOf = (node: XPathNode) => string;

interface Signature {
  readonly returns: Type;
  readonly least: number;
  readonly most: number;
  /** Stands on the context node where its last operand is left out. */
  readonly ofContext?: true;
}

/** A function of the core library (XPath 1.0 §4) by what its operands are turned into before it is applied. */
export type XPathFunction = Signature &
  (
    | { readonly takes: 'atoms'; readonly apply: (atoms: readonly Atom[], context: XPathContext) => Atom }
    | { readonly takes: 'boolean'; readonly apply: (value: boolean) => boolean }
    | { readonly takes: 'nodes'; readonly apply: (nodes: readonly XPathNode[], nameOf: NameOf) => Atom }
    | { readonly takes: 'texts of nodes'; readonly apply: (texts: readonly string[]) => number }
    | { readonly takes: 'ids' }
  );

const texts = (
  returns: Type,
  least: number,
  most: number,
  apply: (...texts: string[]) => Atom,
  more?: { ofContext: true },
): XPathFunction => ({
  ...{ returns, least, most, ...more },
  takes: 'atoms',
  apply: (atoms) => apply(...atoms.map(toText)),
});

const ofNumber = (apply: (value: number) => number): XPathFunction => ({
  ...{ returns: 'number', least: 1, most: 1 },
  takes: 'atoms',
  apply: ([value = NaN]) => apply(toNumber(value)),
});

const ofBoolean = (apply: (value: boolean) => boolean): XPathFunction => ({
  ...{ returns: 'boolean', least: 1, most: 1 },
  takes: 'boolean',
  apply,
});

const ofContext = (returns: Type, apply: (context: XPathContext) => Atom): XPathFunction => ({
  ...{ returns, least: 0, most: 0 },
  takes: 'atoms',
  apply: (_, context) => apply(context),
});

const named = (apply: (node: XPathNode, nameOf: NameOf) => string): XPathFunction => ({
  ...{ returns: 'string', least: 0, most: 1, ofContext: true },
  takes: 'nodes',
  apply: ([first], nameOf) => (first === undefined ? '' : apply(first, nameOf)),
});

const optional = { ofContext: true } as const;

export const FUNCTIONS: ReadonlyMap<string, XPathFunction> = new Map<string, XPathFunction>([
  ['last', ofContext('number', ({ size }) => size)],
  ['position', ofContext('number', ({ position }) => position)],
  ['count', { returns: 'number', least: 1, most: 1, takes: 'nodes', apply: (nodes) => nodes.length }],
  ['id', { returns: 'nodes', least: 1, most: 1, takes: 'ids' }],
  ['local-name', named((node) => node.local)],
  ['namespace-uri', named((node) => node.namespace)],
  ['name', named((node, nameOf) => nameOf(node))],

  ['string', texts('string', 0, 1, (text = '') => text, optional)],
  ['concat', texts('string', 2, Infinity, (...parts) => parts.join(''))],
  ['starts-with', texts('boolean', 2, 2, (text = '', start = '') => text.startsWith(start))],
  ['contains', texts('boolean', 2, 2, (text = '', part = '') => text.includes(part))],
  ['substring-before', texts('string', 2, 2, (text = '', mark = '') => before(text, text.indexOf(mark)))],
  ['substring-after', texts('string', 2, 2, (text = '', mark = '') => after(text, text.indexOf(mark), mark.length))],
  ['substring', { returns: 'string', least: 2, most: 3, takes: 'atoms', apply: substring }],
  ['string-length', texts('number', 0, 1, (text = '') => lengthOf(text), optional)],
  ['normalize-space', texts('string', 0, 1, (text = '') => normaliseSpace(text), optional)],
  ['translate', texts('string', 3, 3, (text = '', from = '', to = '') => translate(text, from, to))],

  ['boolean', ofBoolean((value) => value)],
  ['not', ofBoolean((value) => !value)],
  ['true', ofContext('boolean', () => true)],
  ['false', ofContext('boolean', () => false)],
  [
    'lang',
    {
      ...{ returns: 'boolean', least: 1, most: 1 },
      takes: 'atoms',
      apply: ([wanted = ''], { node }) => isInLanguage(node, toText(wanted)),
    },
  ],

  [
    'number',
    { returns: 'number', least: 0, most: 1, ...optional, takes: 'atoms', apply: ([value = NaN]) => toNumber(value) },
  ],
  [
    'sum',
    {
      ...{ returns: 'number', least: 1, most: 1 },
      takes: 'texts of nodes',
      apply: (values) => values.reduce((sum, value) => sum + toNumber(value), 0),
    },
  ],
  ['floor', ofNumber(Math.floor)],
  ['ceiling', ofNumber(Math.ceil)],
  ['round', ofNumber(Math.round)],
]);

const before = (text: string, at: number): string => (at < 0 ? '' : text.slice(0, at));
const after = (text: string, at: number, length: number): string => (at < 0 ? '' : text.slice(at + length));

const SURROGATE = /[\uD800-\uDFFF]/;
/** XPath counts characters, not UTF-16 units (§3.6). */
const lengthOf = (text: string): number => (SURROGATE.test(text) ? Array.from(text).length : text.length);

/** Characters at the positions from the rounded start to the rounded start and length (§4.2); NaN is nowhere. */
function substring([value = '', start = NaN, length]: readonly Atom[]): string {
  const text = toText(value);
  const first = Math.round(toNumber(start));
  const end = length === undefined ? Infinity : first + Math.round(toNumber(length));
  if (Number.isNaN(first) || Number.isNaN(end)) return '';
  const [from, to] = [Math.max(first - 1, 0), Math.max(end - 1, 0)];
  return SURROGATE.test(text) ? Array.from(text).slice(from, to).join('') : text.slice(from, to);
}

const normaliseSpace = (text: string): string =>
  text
    .split(/[ \t\r\n]+/)
    .filter(Boolean)
    .join(' ');

function translate(text: string, from: string, to: string): string {
  const replacements = Array.from(to);
  const map = new Map<string, string>();
  Array.from(from).forEach((character, index) => {
    if (!map.has(character)) map.set(character, replacements[index] ?? '');
  });
  return Array.from(text, (character) => map.get(character) ?? character).join('');
}

/** §4.3: `en` is said by the nearest `xml:lang` that is `en` or `en-…`, in any case. */
function isInLanguage(start: XPathNode, wanted: string): boolean {
  for (let node: XPathNode | undefined = start; node !== undefined; node = node.parent) {
    const language = node.attributes.find(({ local, namespace }) => local === 'lang' && namespace === XML_NAMESPACE);
    if (language === undefined) continue;
    const [said, asked] = [language.text.toLowerCase(), wanted.toLowerCase()];
    return said === asked || said.startsWith(`${asked}-`);
  }
  return false;
}
