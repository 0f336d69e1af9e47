import { XML_NAMESPACE, XMLNS_NAMESPACE } from './characters.ts';
import { type XmlAttribute, type XmlDeclaration, XmlElement, type XmlNode } from './element.ts';
import type { XmlLimits } from './limits.ts';
import { nameAt, oneNamespace, type QualifiedName } from './qualified-name.ts';

/** Beyond these a document is not plain: the stack suffices, and looking for duplicates and for prefixes is quick. */
const DEPTH = 100;
const ATTRIBUTES = 30;
const PREFIXES = 50;

const BOUND: readonly XmlDeclaration[] = [
  { prefix: '', namespace: '' },
  { prefix: 'xml', namespace: XML_NAMESPACE },
];

const none: readonly never[] = [];
const notPlain = new Error('not plain');

const DECLARATION = /^<\?xml version=(?:"1\.0"|'1\.0')(?: encoding=(?:"UTF-8"|'UTF-8'))?\?>/i;

const [TAB, LINE_FEED, SPACE, QUOTE, APOSTROPHE, SLASH, LESS, EQUALS, GREATER] = [9, 10, 32, 34, 39, 47, 60, 61, 62];

type Limits = Pick<XmlLimits, 'depth' | 'elements' | 'attributes'>;

/**
 * Reads in one pass, and in a fraction of the library's time, what nearly every message is: names in ASCII, no reference,
 * comment, instruction or CDATA section, nothing beyond the limits. Undefined for all else, right or wrong: the library
 * is to judge it. What this reads, the library reads as the same.
 */
export function readPlain(text: string, scope: readonly XmlDeclaration[], limits: Limits): XmlElement | undefined {
  if (text.includes('&') || text.includes(']]>')) return undefined;
  try {
    return new PlainReader(text, scope, limits).document();
  } catch (error) {
    if (error === notPlain) return undefined;
    throw error;
  }
}

class PlainReader {
  readonly #text: string;
  readonly #depth: number;
  readonly #attributesEach: number;
  /** What prefixes stand for at the element that is read now, innermost last. */
  readonly #bound: XmlDeclaration[];
  #elementsLeft: number;
  #at = 0;

  constructor(text: string, scope: readonly XmlDeclaration[], { depth, elements, attributes }: Limits) {
    this.#text = text;
    this.#depth = Math.min(DEPTH, depth);
    this.#attributesEach = Math.min(ATTRIBUTES, attributes);
    this.#elementsLeft = elements;
    this.#bound = [...BOUND, ...scope];
  }

  document(): XmlElement {
    this.#at = DECLARATION.exec(this.#text)?.[0].length ?? 0;
    this.#skipSpace();
    const root = this.#element(1);
    this.#skipSpace();
    if (this.#at < this.#text.length) throw notPlain;
    return root;
  }

  #element(depth: number): XmlElement {
    this.#expect(LESS);
    if (--this.#elementsLeft < 0 || depth > this.#depth) throw notPlain;
    const name = this.#name();
    const code = this.#code;
    if (code !== GREATER && code !== SLASH) return this.#elementWithAttributes(name, depth);
    return new XmlElement(this.#namespace(name.prefix), name.local, none, this.#content(name, depth), none);
  }

  #elementWithAttributes(name: QualifiedName, depth: number): XmlElement {
    const names: QualifiedName[] = [];
    const values: string[] = [];
    while (this.#skipSpace() && this.#code !== GREATER && this.#code !== SLASH) this.#attribute(names, values);
    const declarations = declarationsIn(names, values);
    const outer = this.#bound.length;
    if (outer + declarations.length > PREFIXES) throw notPlain;
    for (const declaration of declarations) this.#bound.push(declaration);
    const namespace = this.#namespace(name.prefix);
    const attributes = this.#attributes(names, values);
    const element = new XmlElement(namespace, name.local, attributes, this.#content(name, depth), declarations);
    this.#bound.length = outer;
    return element;
  }

  #attribute(names: QualifiedName[], values: string[]): void {
    const text = this.#text;
    const name = this.#name();
    if (names.length >= this.#attributesEach || names.some(({ text }) => text === name.text)) throw notPlain;
    this.#expect(EQUALS);
    const quote = this.#code;
    if (quote !== QUOTE && quote !== APOSTROPHE) throw notPlain;
    const start = this.#at + 1;
    let end = start;
    for (let code = text.charCodeAt(end); code !== quote; code = text.charCodeAt(++end)) {
      // White space is not read as it is written; at the end of the text there is no code.
      if (!(code >= SPACE) || code === LESS) throw notPlain;
    }
    names.push(name);
    values.push(text.slice(start, end));
    this.#at = end + 1;
  }

  #attributes(names: readonly QualifiedName[], values: readonly string[]): readonly XmlAttribute[] {
    const attributes: XmlAttribute[] = [];
    for (const [index, name] of names.entries()) {
      if (isDeclaration(name)) continue;
      const { prefix, local } = name;
      // It takes two values only.
      if (name.text === 'xml:space') throw notPlain;
      const namespace = prefix === '' ? '' : this.#namespace(prefix);
      if (prefix !== '' && attributes.some((one) => one.local === local && one.namespace === namespace)) throw notPlain;
      attributes.push({ namespace, local, value: values[index] ?? '' });
    }
    return attributes.length === 0 ? none : attributes;
  }

  /** What stands between the tags, and the end tag. */
  #content(name: QualifiedName, depth: number): readonly XmlNode[] {
    if (this.#code === SLASH) {
      this.#at += 1;
      this.#expect(GREATER);
      return none;
    }
    this.#expect(GREATER);
    const children: XmlNode[] = [];
    const text = this.#text;
    for (;;) {
      const next = text.indexOf('<', this.#at);
      if (next === -1) throw notPlain;
      if (next > this.#at) children.push(text.slice(this.#at, next));
      this.#at = next;
      if (text.charCodeAt(next + 1) === SLASH) break;
      children.push(this.#element(depth + 1));
    }
    if (!text.startsWith(name.text, this.#at + 2)) throw notPlain;
    this.#at += 2 + name.text.length;
    this.#skipSpace();
    this.#expect(GREATER);
    return children.length === 0 ? none : children;
  }

  #namespace(prefix: string): string {
    for (let index = this.#bound.length - 1; index >= 0; index -= 1) {
      const one = this.#bound[index];
      if (one?.prefix === prefix) return one.namespace;
    }
    throw notPlain;
  }

  #name(): QualifiedName {
    const name = nameAt(this.#text, this.#at);
    if (name === undefined) throw notPlain;
    this.#at += name.text.length;
    return name;
  }

  get #code(): number {
    return this.#text.charCodeAt(this.#at);
  }

  #expect(code: number): void {
    if (this.#code !== code) throw notPlain;
    this.#at += 1;
  }

  /** True when there was some. */
  #skipSpace(): boolean {
    const start = this.#at;
    let end = start;
    for (let code = this.#code; code === SPACE || code === LINE_FEED || code === TAB;)
      code = this.#text.charCodeAt(++end);
    this.#at = end;
    return end > start;
  }
}

const isDeclaration = ({ text, prefix }: QualifiedName): boolean => text === 'xmlns' || prefix === 'xmlns';

function declarationsIn(names: readonly QualifiedName[], values: readonly string[]): readonly XmlDeclaration[] {
  if (!names.some(isDeclaration)) return none;
  const found: XmlDeclaration[] = [];
  for (const [index, name] of names.entries())
    if (isDeclaration(name)) found.push(declaration(name, values[index] ?? ''));
  return found;
}

function declaration({ text, local }: QualifiedName, value: string): XmlDeclaration {
  const prefix = text === 'xmlns' ? '' : local;
  const wrong = prefix === 'xml' || prefix === 'xmlns' || (prefix !== '' && value === '');
  if (wrong || value === XML_NAMESPACE || value === XMLNS_NAMESPACE) throw notPlain;
  return { prefix, namespace: oneNamespace(value) };
}
