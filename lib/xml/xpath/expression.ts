import type { XPathFunction } from './functions.ts';

export const AXES = [
  'ancestor',
  'ancestor-or-self',
  'attribute',
  'child',
  'descendant',
  'descendant-or-self',
  'following',
  'following-sibling',
  'namespace',
  'parent',
  'preceding',
  'preceding-sibling',
  'self',
] as const;
export type Axis = (typeof AXES)[number];

/** What a location step selects along its axis (XPath 1.0 §2.3). */
export type NodeTest =
  | { readonly kind: 'node' | 'text' | 'comment' }
  | { readonly kind: 'processing-instruction'; readonly target: string | undefined }
  /** Undefined namespaces are any; an undefined local name is any. */
  | { readonly kind: 'name'; readonly namespaces: readonly string[] | undefined; readonly local: string | undefined };

export interface Step {
  readonly axis: Axis;
  readonly test: NodeTest;
  readonly predicates: readonly Predicate[];
}

/** An expression in brackets; a positional one asks where a node stands, so the order of steps before it matters. */
export interface Predicate {
  readonly expression: Expression;
  readonly positional: boolean;
}

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | 'div' | 'mod';

/** Operators of one precedence in a row, applied from left to right; kept flat so that long rows nest nothing. */
export interface Row<Operator> {
  readonly first: Expression;
  readonly rest: readonly { readonly operator: Operator; readonly operand: Expression }[];
}

/** A compiled expression. Its type is known without evaluating it, for there are no variables. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number }
  | { readonly kind: 'or' | 'and' | 'union'; readonly operands: readonly Expression[] }
  | ({ readonly kind: 'comparison' } & Row<Comparison>)
  | ({ readonly kind: 'arithmetic' } & Row<Arithmetic>)
  | { readonly kind: 'negation'; readonly operand: Expression }
  | { readonly kind: 'call'; readonly function: XPathFunction; readonly operands: readonly Expression[] }
  | { readonly kind: 'filter'; readonly of: Expression; readonly predicates: readonly Predicate[] }
  | { readonly kind: 'path'; readonly from: 'root' | 'context' | Expression; readonly steps: readonly Step[] };

export type Type = 'nodes' | 'string' | 'number' | 'boolean';

export function typeOf(expression: Expression): Type {
  switch (expression.kind) {
    case 'literal':
      return typeof expression.value === 'string' ? 'string' : 'number';
    case 'or':
    case 'and':
    case 'comparison':
      return 'boolean';
    case 'arithmetic':
    case 'negation':
      return 'number';
    case 'call':
      return expression.function.returns;
    case 'union':
    case 'filter':
    case 'path':
      return 'nodes';
  }
}
