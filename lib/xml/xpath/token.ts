import { NCNAME } from '../characters.ts';
import { XPathError } from './error.ts';

/** The tokens of XPath 1.0 §3.7; a name is a node's, a function's or a prefix's, told apart from operators and axes. */
export type TokenKind = 'name' | 'function' | 'node-type' | 'axis' | 'literal' | 'number' | 'operator' | 'sign' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** The name, sign or operator; the text of a literal without its quotes; of a name `prefix:local`, `prefix:*` or `*`. */
  readonly text: string;
  readonly offset: number;
}

const SPACE = /[ \t\r\n]*/y;
const SIGN = /\.\.|::|[()[\]@,./]|\/\//y;
const DOUBLE = /\/\//y;
const OPERATOR = /!=|<=|>=|[|+\-=<>]/y;
const NUMBER = /\d+(?:\.\d*)?|\.\d+/y;
const LITERAL = /"([^"]*)"|'([^']*)'/y;
const NAME = new RegExp(`${NCNAME}(?::(?!:)(?:\\*|${NCNAME}))?`, 'uy');
const AFTER_NAME = /[ \t\r\n]*(\(|::)?/y;

const NODE_TYPES = new Set(['comment', 'text', 'processing-instruction', 'node']);
const NAMED_OPERATORS = new Set(['and', 'or', 'mod', 'div']);
const BEFORE_OPERAND = new Set(['@', '::', '(', '[', ',', '/', '//']);

/** @throws {XPathError} */
export function tokens(text: string): Token[] {
  const list: Token[] = [];
  let at = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found === null) return undefined;
    at = pattern.lastIndex;
    return found;
  };
  const next = (offset: number): Omit<Token, 'offset'> => {
    const operand = expectsOperand(list.at(-1));
    const number = take(NUMBER)?.[0];
    if (number !== undefined) return { kind: 'number', text: number };
    const sign = (take(DOUBLE) ?? take(SIGN))?.[0];
    if (sign !== undefined) return { kind: 'sign', text: sign };
    const literal = take(LITERAL);
    if (literal !== undefined) return { kind: 'literal', text: literal[1] ?? literal[2] ?? '' };
    const operator = take(OPERATOR)?.[0];
    if (operator !== undefined) return { kind: 'operator', text: operator };
    if (text[at] === '*') {
      at += 1;
      return { kind: operand ? 'name' : 'operator', text: '*' };
    }
    const name = take(NAME)?.[0];
    if (name !== undefined) return named(name, operand, offset);
    if (text[at] === '$') throw new XPathError('there are no variables', at);
    throw new XPathError(text[at] === '"' || text[at] === "'" ? 'the quotation does not end' : 'not expected here', at);
  };
  /** What follows a name tells a function, a node type and an axis from a node's name (§3.7). */
  const named = (name: string, operand: boolean, offset: number): Omit<Token, 'offset'> => {
    if (!operand) {
      if (NAMED_OPERATORS.has(name)) return { kind: 'operator', text: name };
      throw new XPathError('an operator is missing before the name', offset);
    }
    AFTER_NAME.lastIndex = at;
    const follows = AFTER_NAME.exec(text)?.[1];
    if (follows === '::') return { kind: 'axis', text: name };
    if (follows === '(') return { kind: NODE_TYPES.has(name) ? 'node-type' : 'function', text: name };
    return { kind: 'name', text: name };
  };
  for (;;) {
    take(SPACE);
    const offset = at;
    if (offset === text.length) return [...list, { kind: 'end', text: 'the end', offset }];
    list.push({ ...next(offset), offset });
  }
}

/** §3.7: `*` and names like `and` are operators where a token stands before them that is none and opens nothing. */
const expectsOperand = (before: Token | undefined): boolean =>
  before === undefined ||
  before.kind === 'operator' ||
  before.kind === 'axis' ||
  (before.kind === 'sign' && BEFORE_OPERAND.has(before.text));
