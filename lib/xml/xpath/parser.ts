import { XML_NAMESPACE } from '../characters.ts';
import { XPathError } from './error.ts';
import {
  AXES,
  typeOf,
  type Arithmetic,
  type Axis,
  type Comparison,
  type Expression,
  type NodeTest,
  type Predicate,
  type Row,
  type Step,
  type Type,
} from './expression.ts';
import { FUNCTIONS, type XPathFunction } from './functions.ts';
import { tokens, type Token, type TokenKind } from './token.ts';

import type { XPathOptions } from './compile.ts';

type Settings = Required<Omit<XPathOptions, 'limits'>> & { readonly depth: number };

const EQUALITY: readonly Comparison[] = ['=', '!='];
const RELATION: readonly Comparison[] = ['<', '<=', '>', '>='];
const SUM: readonly Arithmetic[] = ['+', '-'];
const PRODUCT: readonly Arithmetic[] = ['*', 'div', 'mod'];
const STEP_KINDS = new Set<TokenKind>(['name', 'axis', 'node-type']);
const ANY: NodeTest = { kind: 'node' };

const step = (axis: Axis, test: NodeTest, predicates: readonly Predicate[] = []): Step => ({ axis, test, predicates });
/** What `//` abbreviates (XPath 1.0 §2.5). */
const ANYWHERE_BELOW = step('descendant-or-self', ANY);

/** Recursive descent by the grammar of XPath 1.0 §3; rows of operators and steps are read in loops. */
export class Parser {
  readonly #tokens: readonly Token[];
  readonly #settings: Settings;
  #at = 0;
  #depth = 0;
  /** Calls of position() and last() read so far. */
  #positional = 0;

  constructor(text: string, settings: Settings) {
    this.#tokens = tokens(text);
    this.#settings = settings;
  }

  whole(): Expression {
    const expression = this.#or();
    this.#expect('end');
    return expression;
  }

  #or(): Expression {
    return this.#operands('or', 'or', () => this.#and());
  }

  #and(): Expression {
    return this.#operands('and', 'and', () => this.#equality());
  }

  #operands(kind: 'or' | 'and' | 'union', operator: string, operand: () => Expression): Expression {
    const start = this.#token.offset;
    const first = operand();
    const operands = [first];
    while (this.#take('operator', operator) !== undefined) {
      const { offset } = this.#token;
      const next = operand();
      if (kind === 'union') this.#expectNodes(next, offset, 'stand beside |');
      operands.push(next);
    }
    if (operands.length === 1) return first;
    if (kind === 'union') this.#expectNodes(first, start, 'stand beside |');
    return { kind, operands };
  }

  #equality(): Expression {
    return this.#comparison(EQUALITY, () => this.#comparison(RELATION, () => this.#sum()));
  }

  #comparison(operators: readonly Comparison[], operand: () => Expression): Expression {
    const row = this.#row(operators, operand);
    return row.rest.length === 0 ? row.first : { kind: 'comparison', ...row };
  }

  #sum(): Expression {
    return this.#arithmetic(SUM, () => this.#arithmetic(PRODUCT, () => this.#unary()));
  }

  #arithmetic(operators: readonly Arithmetic[], operand: () => Expression): Expression {
    const row = this.#row(operators, operand);
    return row.rest.length === 0 ? row.first : { kind: 'arithmetic', ...row };
  }

  #row<Operator extends string>(operators: readonly Operator[], operand: () => Expression): Row<Operator> {
    const first = operand();
    const rest: { operator: Operator; operand: Expression }[] = [];
    for (;;) {
      const { kind, text } = this.#token;
      const operator = kind === 'operator' ? operators.find((one) => one === text) : undefined;
      if (operator === undefined) return { first, rest };
      this.#at += 1;
      rest.push({ operator, operand: operand() });
    }
  }

  #unary(): Expression {
    let signs = 0;
    while (this.#take('operator', '-') !== undefined) signs += 1;
    const operand = this.#operands('union', '|', () => this.#path());
    if (signs === 0) return operand;
    const negation: Expression = { kind: 'negation', operand };
    return signs % 2 === 1 ? negation : { kind: 'negation', operand: negation };
  }

  /** §3.3: a location path, or a primary expression with predicates and steps behind it. */
  #path(): Expression {
    const { kind, text, offset } = this.#token;
    if (kind === 'sign' && (text === '/' || text === '//')) return this.#absolute();
    if (this.#startsStep()) return this.#stepsFrom('context', []);
    const primary = this.#primary();
    const predicates = this.#predicates();
    if (predicates.length > 0) this.#expectNodes(primary, offset, 'have predicates');
    const filtered: Expression = predicates.length === 0 ? primary : { kind: 'filter', of: primary, predicates };
    if (!this.#isSign('/') && !this.#isSign('//')) return filtered;
    this.#expectNodes(primary, offset, 'begin a path');
    return this.#stepsFrom(filtered, this.#take('sign', '//') ? [ANYWHERE_BELOW] : (this.#expect('sign', '/'), []));
  }

  #absolute(): Expression {
    if (this.#take('sign', '//') !== undefined) return this.#stepsFrom('root', [ANYWHERE_BELOW]);
    this.#expect('sign', '/');
    return this.#startsStep() ? this.#stepsFrom('root', []) : { kind: 'path', from: 'root', steps: [] };
  }

  #stepsFrom(from: 'root' | 'context' | Expression, begun: readonly Step[]): Expression {
    const steps = [...begun, this.#step()];
    for (;;) {
      if (this.#take('sign', '//') !== undefined) steps.push(ANYWHERE_BELOW, this.#step());
      else if (this.#take('sign', '/') !== undefined) steps.push(this.#step());
      else return { kind: 'path', from, steps: joined(this.#settings.adapt(steps)) };
    }
  }

  #startsStep(): boolean {
    return STEP_KINDS.has(this.#token.kind) || this.#isSign('@') || this.#isSign('.') || this.#isSign('..');
  }

  #step(): Step {
    if (this.#take('sign', '.') !== undefined) return step('self', ANY);
    if (this.#take('sign', '..') !== undefined) return step('parent', ANY);
    const axis = this.#axis();
    return step(axis, this.#test(axis), this.#predicates());
  }

  #axis(): Axis {
    if (this.#take('sign', '@') !== undefined) return 'attribute';
    const named = this.#take('axis');
    if (named === undefined) return 'child';
    const axis = AXES.find((one) => one === named.text);
    if (axis === undefined) throw new XPathError(`there is no axis ${named.text}`, named.offset);
    this.#expect('sign', '::');
    return axis;
  }

  #test(axis: Axis): NodeTest {
    const type = this.#take('node-type');
    if (type === undefined) return this.#name(axis);
    this.#expect('sign', '(');
    const target = type.text === 'processing-instruction' ? this.#take('literal')?.text : undefined;
    this.#expect('sign', ')');
    if (type.text === 'processing-instruction') return { kind: type.text, target };
    return { kind: type.text as 'node' | 'text' | 'comment' };
  }

  #name(axis: Axis): NodeTest {
    const { text, offset } = this.#expect('name');
    if (text === '*') return { kind: 'name', namespaces: undefined, local: undefined };
    const [first = '', second] = text.split(':');
    if (second !== undefined) {
      return { kind: 'name', namespaces: [this.#namespace(first, offset)], local: second === '*' ? undefined : second };
    }
    const namespaces = axis === 'attribute' || axis === 'namespace' ? [''] : this.#settings.defaultNamespaces;
    return { kind: 'name', namespaces, local: first };
  }

  #namespace(prefix: string, offset: number): string {
    const namespace = prefix === 'xml' ? XML_NAMESPACE : this.#settings.prefixes.get(prefix);
    if (namespace === undefined) throw new XPathError(`the prefix ${prefix} is not declared`, offset);
    return namespace;
  }

  #predicates(): readonly Predicate[] {
    const predicates: Predicate[] = [];
    while (this.#isSign('[')) {
      const before = this.#positional;
      const expression = this.#nested('[', ']', () => this.#or());
      predicates.push({ expression, positional: typeOf(expression) === 'number' || this.#positional > before });
    }
    return predicates;
  }

  #primary(): Expression {
    if (this.#isSign('(')) return this.#nested('(', ')', () => this.#or());
    const number = this.#take('number');
    if (number !== undefined) return { kind: 'literal', value: Number(number.text) };
    const literal = this.#take('literal');
    if (literal !== undefined) return { kind: 'literal', value: literal.text };
    return this.#call();
  }

  #call(): Expression {
    const { text, offset } = this.#expect('function');
    const called = FUNCTIONS.get(text);
    if (called === undefined) throw new XPathError(`there is no function ${text}()`, offset);
    if (text === 'position' || text === 'last') this.#positional += 1;
    const operands = this.#nested('(', ')', () => this.#arguments(text, called));
    if (operands.length < called.least || operands.length > called.most) {
      throw new XPathError(`${text}() takes ${countOf(called)}, not ${operands.length}`, offset);
    }
    const missing = called.ofContext === true && operands.length < called.most;
    return {
      kind: 'call',
      function: called,
      operands: missing ? [{ kind: 'path', from: 'context', steps: [] }] : operands,
    };
  }

  #arguments(name: string, { takes }: XPathFunction): Expression[] {
    const operands: Expression[] = [];
    if (this.#isSign(')')) return operands;
    do {
      const { offset } = this.#token;
      const operand = this.#or();
      if (takes === 'nodes' || takes === 'texts of nodes') this.#expectNodes(operand, offset, `be given to ${name}()`);
      operands.push(operand);
    } while (this.#take('sign', ',') !== undefined);
    return operands;
  }

  #nested<T>(open: string, close: string, inside: () => T): T {
    const { offset } = this.#expect('sign', open);
    if (++this.#depth > this.#settings.depth)
      throw new XPathError(`nested more than ${this.#settings.depth} deep`, offset);
    const result = inside();
    this.#expect('sign', close);
    this.#depth -= 1;
    return result;
  }

  #expectNodes(expression: Expression, offset: number, purpose: string): void {
    const type: Type = typeOf(expression);
    if (type !== 'nodes') throw new XPathError(`a ${type} can't ${purpose}, only nodes can`, offset);
  }

  get #token(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: 'the end', offset: 0 };
  }

  #isSign(text: string): boolean {
    return this.#token.kind === 'sign' && this.#token.text === text;
  }

  #take(kind: TokenKind, text?: string): Token | undefined {
    const token = this.#token;
    if (token.kind !== kind || (text !== undefined && token.text !== text)) return undefined;
    if (kind !== 'end') this.#at += 1;
    return token;
  }

  #expect(kind: TokenKind, text?: string): Token {
    const token = this.#take(kind, text);
    if (token !== undefined) return token;
    const found = this.#token;
    const wanted = text ?? WANTED[kind] ?? `a ${kind}`;
    throw new XPathError(`${found.text} instead of ${wanted}`, found.offset);
  }
}

const WANTED: Partial<Record<TokenKind, string>> = { function: 'an expression', end: 'the end' };

const countOf = ({ least, most }: XPathFunction): string => {
  if (most === Infinity) return `${least} or more arguments`;
  const range = least === most ? String(most) : `${least} to ${most}`;
  return most === 1 && least === 1 ? '1 argument' : `${range} arguments`;
};

/** `//name` is read as one step, unless a predicate asks for a place among the children of one parent (§2.5). */
function joined(steps: readonly Step[]): readonly Step[] {
  const list: Step[] = [];
  for (const next of steps) {
    const plain = next.axis === 'child' && !next.predicates.some(({ positional }) => positional);
    if (plain && list.at(-1) === ANYWHERE_BELOW) {
      list.pop();
      list.push({ ...next, axis: 'descendant' });
    } else list.push(next);
  }
  return list;
}
