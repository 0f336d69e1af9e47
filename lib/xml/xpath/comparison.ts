import type { Comparison } from './expression.ts';
import { toBoolean, toNumber, toText, type Atom } from './value.ts';

/** A side of a comparison: an atom, or the string-values of a node-set, of which any may make the comparison true. */
export type Side = Atom | readonly string[];

type Order = '<' | '<=' | '>' | '>=';

const IN_ORDER: Readonly<Record<Order, (left: number, right: number) => boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

/** XPath 1.0 §3.4. Two node-sets cost what they hold, not its product. */
export function compare(operator: Comparison, left: Side, right: Side): boolean {
  const equality = operator === '=' || operator === '!=';
  if (typeof left !== 'object' && typeof right !== 'object') {
    return equality
      ? areEqual(left, right) === (operator === '=')
      : IN_ORDER[operator](toNumber(left), toNumber(right));
  }
  // A boolean beside a node-set asks only whether there are nodes.
  if (typeof left === 'boolean') return compare(operator, left, whetherAny(right));
  if (typeof right === 'boolean') return compare(operator, whetherAny(left), right);
  if (equality) return operator === '=' ? someEqual(left, right) : someDiffer(left, right);
  return someInOrder(operator, numbersOf(left), numbersOf(right));
}

const whetherAny = (side: Side): boolean => (typeof side === 'object' ? side.length > 0 : toBoolean(side));

function areEqual(left: Atom, right: Atom): boolean {
  if (typeof left === 'boolean' || typeof right === 'boolean') return toBoolean(left) === toBoolean(right);
  if (typeof left === 'number' || typeof right === 'number') return toNumber(left) === toNumber(right);
  return toText(left) === toText(right);
}

function someEqual(left: Side, right: Side): boolean {
  if (typeof left === 'object' && typeof right === 'object') {
    const texts = new Set(left);
    return right.some((text) => texts.has(text));
  }
  return typeof left === 'object'
    ? left.some((text) => areEqual(text, right as Atom))
    : (right as readonly string[]).some((text) => areEqual(left, text));
}

/** Of two sets some pair differs unless both hold one and the same text alone. */
function someDiffer(left: Side, right: Side): boolean {
  if (typeof left === 'object' && typeof right === 'object') {
    return left.length > 0 && right.length > 0 && new Set([...left, ...right]).size > 1;
  }
  return typeof left === 'object'
    ? left.some((text) => !areEqual(text, right as Atom))
    : (right as readonly string[]).some((text) => !areEqual(left, text));
}

const numbersOf = (side: Side): readonly number[] =>
  (typeof side === 'object' ? side.map(toNumber) : [toNumber(side)]).filter((number) => !Number.isNaN(number));

/** The least and the greatest decide. */
function someInOrder(operator: Order, left: readonly number[], right: readonly number[]): boolean {
  if (left.length === 0 || right.length === 0) return false;
  const rising = operator === '<' || operator === '<=';
  return IN_ORDER[operator](extreme(left, rising), extreme(right, !rising));
}

const extreme = (numbers: readonly number[], least: boolean): number =>
  numbers.reduce((one, other) => (least === one < other ? one : other));
