import type { Expression, Step } from '../xml/xpath/expression.ts';
import { FUNCTIONS } from '../xml/xpath/functions.ts';
import { namespaceOf, tokensOfPiece, tokensOfValue, UNKNOWN } from './tokens.ts';

type Tokens = readonly string[] | undefined;

/**
 * Tokens of which every object has one whose document an expression is true of; undefined when the expression does not
 * tell. Only what must hold is looked at, so an object found by them may still not be meant.
 */
export function narrow(expression: Expression): Tokens {
  const tokens = needed(expression, '');
  return tokens && [...new Set([...tokens, UNKNOWN])];
}

/** `at` is the place of the context node: local names from the root, each behind a `/`; undefined where it may be any. */
function needed(expression: Expression, at: string | undefined): Tokens {
  switch (expression.kind) {
    case 'and':
      return best(expression.operands.map((operand) => needed(operand, at)));
    case 'or':
    case 'union':
      return all(expression.operands.map((operand) => needed(operand, at)));
    case 'comparison': {
      const { first, rest } = expression;
      const [next] = rest;
      if (next?.operator !== '=' || rest.length > 1) return undefined;
      return ofValue(first, next.operand, at, tokensOfValue) ?? ofValue(next.operand, first, at, tokensOfValue);
    }
    case 'path':
      return best([...predicatesOf(expression, at)]);
    case 'call': {
      const [one, other] = expression.operands;
      if (one === undefined) return undefined;
      if (expression.function === FUNCTIONS.get('boolean')) return needed(one, at);
      const isPiece = PIECES.includes(expression.function);
      return isPiece && other !== undefined ? ofValue(one, other, at, tokensOfPiece) : undefined;
    }
    default:
      return undefined;
  }
}

const PIECES = ['contains', 'starts-with'].map((name) => FUNCTIONS.get(name));

/** What stands early in a filter's `and` is looked for, but what many have only when there is nothing else. */
const best = (needs: readonly Tokens[]): Tokens =>
  needs.find((tokens) => tokens?.every((token) => !isCommon(token))) ?? needs.find((tokens) => tokens !== undefined);

const isCommon = (token: string): boolean => token.startsWith('=media') || token.startsWith('=active');

function all(needs: readonly Tokens[]): Tokens {
  const tokens: string[] = [];
  for (const one of needs) {
    if (one === undefined) return undefined;
    tokens.push(...one);
  }
  return tokens;
}

/** A path whose text is, or holds, a literal. */
function ofValue(
  path: Expression,
  literal: Expression,
  at: string | undefined,
  tokensOf: (place: string, value: string) => Tokens,
): Tokens {
  if (path.kind !== 'path' || literal.kind !== 'literal' || typeof literal.value !== 'string') return undefined;
  const place = placeOf(path, at);
  const own = place === undefined ? undefined : tokensOf(place, literal.value);
  return best([own, ...predicatesOf(path, at)]);
}

type Path = Extract<Expression, { kind: 'path' }>;

const startOf = ({ from }: Path, at: string | undefined): string | undefined =>
  from === 'root' ? '' : from === 'context' ? at : undefined;

const placeOf = (path: Path, at: string | undefined): string | undefined =>
  path.steps.reduce<string | undefined>(taken, startOf(path, at));

function* predicatesOf(path: Path, at: string | undefined): Generator<Tokens> {
  let place = startOf(path, at);
  for (const step of path.steps) {
    place = taken(place, step);
    for (const { expression } of step.predicates) yield needed(expression, place);
  }
}

/** Where a step leads; undefined where that may be many places. */
function taken(at: string | undefined, { axis, test }: Step): string | undefined {
  if (at === undefined) return undefined;
  if (test.kind === 'node') {
    if (axis === 'self') return at;
    return axis === 'parent' && at !== '' ? at.slice(0, at.lastIndexOf('/')) : undefined;
  }
  if (axis === 'child' && test.kind === 'text') return at;
  if (test.kind !== 'name' || test.local === undefined) return undefined;
  if (axis === 'attribute') return test.namespaces?.includes('') === true ? `${at}/@${test.local}` : undefined;
  const isModels = test.namespaces?.includes(namespaceOf(test.local, at)) === true;
  return axis === 'child' && isModels ? `${at}/${test.local}` : undefined;
}
