import { parse } from '../../../lib/xml/parse.ts';
import { compile, type XPathOptions } from '../../../lib/xml/xpath/compile.ts';
import { evaluate } from '../../../lib/xml/xpath/evaluate.ts';
import { XPathNode } from '../../../lib/xml/xpath/node.ts';
import { placeOf } from './places.ts';

/** The value of an expression on a document: nodes as their places. */
export function read(xml: string, expression: string, options?: XPathOptions): unknown {
  const value = evaluate(compile(expression, options), parse(xml));
  return typeof value === 'object' ? value.map(placeOf) : value;
}

/** The nodes that an expression selects, each by its name or its text. */
export function names(xml: string, expression: string, options?: XPathOptions): string[] {
  const value = evaluate(compile(expression, options), parse(xml));
  if (typeof value !== 'object') throw new Error(`${expression} selects no nodes`);
  return value.map(nameOf);
}

const nameOf = (node: XPathNode): string =>
  node.subject.kind === 'document' ? '/' : node.local === '' ? node.text : node.local;
