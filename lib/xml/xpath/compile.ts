import type { Expression, Step } from './expression.ts';
import { XPathError } from './error.ts';
import { Parser } from './parser.ts';

export { XPathError } from './error.ts';

export interface XPathLimits {
  /** Characters of an expression. */
  readonly length: number;
  /** Parentheses, brackets and functions inside one another. */
  readonly depth: number;
}

export const xpathDefaults: XPathLimits = { length: 4_096, depth: 32 };

export interface XPathOptions {
  /** What prefixes stand for; `xml` is known. */
  readonly prefixes?: ReadonlyMap<string, string>;
  /** The namespaces of elements whose names have no prefix, any of them; no namespace unless said (XPath 1.0 §2.3). */
  readonly defaultNamespaces?: readonly string[];
  /** May say each location path otherwise. */
  readonly adapt?: (steps: readonly Step[]) => readonly Step[];
  readonly limits?: Partial<XPathLimits>;
}

/** An expression of XPath 1.0, to be evaluated on any document. */
export interface XPath {
  readonly expression: Expression;
  readonly prefixes: ReadonlyMap<string, string>;
  readonly defaultNamespaces: readonly string[];
}

/** @throws {XPathError} which says where the expression is wrong */
export function compile(text: string, options: XPathOptions = {}): XPath {
  const { prefixes = new Map<string, string>(), defaultNamespaces = [''], adapt = asWritten } = options;
  const limits = { ...xpathDefaults, ...options.limits };
  if (text.length > limits.length) throw new XPathError(`longer than ${limits.length} characters`, limits.length);
  const parser = new Parser(text, { prefixes, defaultNamespaces, adapt, depth: limits.depth });
  return { expression: parser.whole(), prefixes, defaultNamespaces };
}

const asWritten = (steps: readonly Step[]): readonly Step[] => steps;
