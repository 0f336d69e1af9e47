import { XML_NAMESPACE } from '../characters.ts';
import { alongAxis, descendants, REVERSE } from './axes.ts';
import type { XPathBudget } from './budget.ts';
import { compare, type Side } from './comparison.ts';
import type { XPath } from './compile.ts';
import type { Arithmetic, Expression, Predicate, Step } from './expression.ts';
import type { XPathContext, XPathFunction } from './functions.ts';
import type { XPathNode } from './node.ts';
import { nameOf, passes } from './node-test.ts';
import { mergeRuns } from './node-set.ts';
import { toBoolean, toNumber, toText, type Atom, type XPathValue } from './value.ts';

/** Work that pauses now and then, so that others get their turn. */
type Pausing<T> = Generator<undefined, T, undefined>;
type Call = Extract<Expression, { kind: 'call' }>;
type Nodes = readonly XPathNode[];

const CALCULATIONS: Readonly<Record<Arithmetic, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  div: (left, right) => left / right,
  // The remainder of a truncating division, as in ECMAScript (XPath 1.0 §3.5).
  mod: (left, right) => left % right,
};

/** One evaluation of an expression of XPath 1.0. It recurses only as deep as the expression nests. */
export class Evaluation {
  readonly #xpath: XPath;
  readonly #budget: XPathBudget;

  constructor(xpath: XPath, budget: XPathBudget) {
    this.#xpath = xpath;
    this.#budget = budget;
  }

  *value(expression: Expression, context: XPathContext): Pausing<XPathValue> {
    if (this.#budget.spend()) yield;
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'or':
      case 'and':
        return yield* this.#logical(expression.kind === 'or', expression.operands, context);
      case 'comparison': {
        let left: XPathValue = yield* this.value(expression.first, context);
        for (const { operator, operand } of expression.rest) {
          const right: XPathValue = yield* this.value(operand, context);
          left = compare(operator, yield* this.#side(left, right), yield* this.#side(right, left));
        }
        return left;
      }
      case 'arithmetic': {
        let result = toNumber(yield* this.#atom(expression.first, context));
        for (const { operator, operand } of expression.rest) {
          result = CALCULATIONS[operator](result, toNumber(yield* this.#atom(operand, context)));
        }
        return result;
      }
      case 'negation':
        return -toNumber(yield* this.#atom(expression.operand, context));
      case 'union': {
        const runs: Nodes[] = [];
        for (const operand of expression.operands) runs.push(yield* this.#nodes(operand, context));
        return yield* mergeRuns(runs, this.#budget);
      }
      case 'call':
        return yield* this.#call(expression, context);
      case 'filter':
        return yield* this.#filtered(yield* this.#nodes(expression.of, context), expression.predicates);
      case 'path':
        return yield* this.#path(yield* this.#start(expression.from, context), expression.steps);
    }
  }

  *#logical(enough: boolean, operands: readonly Expression[], context: XPathContext): Pausing<boolean> {
    for (const operand of operands) {
      if (toBoolean(yield* this.value(operand, context)) === enough) return enough;
    }
    return !enough;
  }

  *#start(from: 'root' | 'context' | Expression, context: XPathContext): Pausing<Nodes> {
    if (from === 'context') return [context.node];
    return from === 'root' ? [documentOf(context.node)] : yield* this.#nodes(from, context);
  }

  *#path(start: Nodes, steps: readonly Step[]): Pausing<Nodes> {
    let nodes = start;
    for (const step of steps) {
      const runs: Nodes[] = [];
      for (const node of nodes) {
        const run = yield* this.#step(node, step);
        if (run.length > 0) runs.push(run);
      }
      nodes = yield* mergeRuns(runs, this.#budget);
    }
    return nodes;
  }

  /** XPath 1.0 §2.1: along the axis, by the node test, then by each predicate; in document order. */
  *#step(from: XPathNode, { axis, test, predicates }: Step): Pausing<Nodes> {
    const found: XPathNode[] = [];
    for (const node of alongAxis[axis](from)) {
      if (this.#budget.spend()) yield;
      if (passes(node, test, axis)) found.push(node);
    }
    const kept = yield* this.#filtered(found, predicates);
    return REVERSE.has(axis) ? kept.toReversed() : kept;
  }

  *#filtered(nodes: Nodes, predicates: readonly Predicate[]): Pausing<Nodes> {
    let list = nodes;
    for (const { expression } of predicates) {
      const kept: XPathNode[] = [];
      for (const [index, node] of list.entries()) {
        const position = index + 1;
        const value = yield* this.value(expression, { node, position, size: list.length });
        if (typeof value === 'number' ? value === position : toBoolean(value)) kept.push(node);
      }
      list = kept;
    }
    return list;
  }

  *#call({ function: called, operands }: Call, context: XPathContext): Pausing<XPathValue> {
    switch (called.takes) {
      case 'atoms': {
        const atoms: Atom[] = [];
        for (const operand of operands) atoms.push(yield* this.#atom(operand, context));
        if (this.#budget.spend(costOf(called, atoms))) yield;
        return called.apply(atoms, context);
      }
      case 'boolean':
        return called.apply(toBoolean(yield* this.#only(operands, context)));
      case 'nodes':
        return called.apply(yield* this.#onlyNodes(operands, context), (node) => nameOf(node, this.#xpath));
      case 'texts of nodes':
        return called.apply(yield* this.#texts(yield* this.#onlyNodes(operands, context)));
      case 'ids': {
        const value = yield* this.#only(operands, context);
        const ids = typeof value === 'object' ? yield* this.#texts(value) : [toText(value)];
        return yield* this.#withIds(new Set(ids.flatMap((list) => list.split(/[ \t\r\n]+/))), context.node);
      }
    }
  }

  *#only([operand]: readonly Expression[], context: XPathContext): Pausing<XPathValue> {
    return operand === undefined ? [] : yield* this.value(operand, context);
  }

  *#onlyNodes([operand]: readonly Expression[], context: XPathContext): Pausing<Nodes> {
    return operand === undefined ? [] : yield* this.#nodes(operand, context);
  }

  /** XPath 1.0 §4.1, with `xml:id` for the ids that a document type would declare. */
  *#withIds(ids: ReadonlySet<string>, from: XPathNode): Pausing<Nodes> {
    const found: XPathNode[] = [];
    const given = new Set<string>();
    for (const node of descendants(documentOf(from))) {
      if (this.#budget.spend()) yield;
      const id = node.attributes.find(({ local, namespace }) => local === 'id' && namespace === XML_NAMESPACE)?.text;
      if (id === undefined || !ids.has(id) || given.has(id)) continue;
      given.add(id);
      found.push(node);
    }
    return found;
  }

  *#nodes(expression: Expression, context: XPathContext): Pausing<Nodes> {
    const value = yield* this.value(expression, context);
    if (typeof value !== 'object') throw new Error('the compiler lets nothing but nodes through here');
    return value;
  }

  /** A node-set as an atom is the string-value of its first node (XPath 1.0 §4.2). */
  *#atom(expression: Expression, context: XPathContext): Pausing<Atom> {
    const value = yield* this.value(expression, context);
    if (typeof value !== 'object') return value;
    return value[0] === undefined ? '' : yield* this.#text(value[0]);
  }

  /** Beside a boolean only the number of nodes counts, so no string-value is built. */
  *#side(value: XPathValue, other: XPathValue): Pausing<Side> {
    if (typeof value !== 'object') return value;
    return typeof other === 'boolean' ? value.length > 0 : yield* this.#texts(value);
  }

  *#texts(nodes: Nodes): Pausing<string[]> {
    const texts: string[] = [];
    for (const node of nodes) texts.push(yield* this.#text(node));
    return texts;
  }

  /** The string-value of a node (XPath 1.0 §5). */
  *#text(node: XPathNode): Pausing<string> {
    const { kind } = node.subject;
    if (kind !== 'element' && kind !== 'document') {
      if (this.#budget.spendText(node.text.length)) yield;
      return node.text;
    }
    const parts: string[] = [];
    for (const below of descendants(node)) {
      if (this.#budget.spend()) yield;
      if (below.subject.kind !== 'text') continue;
      if (this.#budget.spendText(below.text.length)) yield;
      parts.push(below.text);
    }
    return parts.join('');
  }
}

function documentOf(start: XPathNode): XPathNode {
  let node = start;
  while (node.parent !== undefined) node = node.parent;
  return node;
}

/** Characters that one step pays for when a function reads them, and when it looks for some among others. */
const READ = 16;
const SEARCHED = 4_096;

/** Searching may compare each place of one text with all of the other. */
function costOf({ least, most }: XPathFunction, atoms: readonly Atom[]): number {
  const lengths = atoms.map((atom) => (typeof atom === 'string' ? atom.length : 1));
  const [first = 0, second = 0] = lengths;
  const read = lengths.reduce((sum, length) => sum + length, 0) / READ;
  return Math.ceil(read + (least === 2 && most === 2 ? (first * second) / SEARCHED : 0));
}
