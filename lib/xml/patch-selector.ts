import { NCNAME, XML_NAMESPACE } from './characters.ts';
import type { XmlName } from './element.ts';
import { PatchError } from './patch-error.ts';

export type Predicate =
  | { readonly kind: 'position'; readonly position: number }
  | { readonly kind: 'attribute' | 'child'; readonly name: XmlName; readonly value: string }
  | { readonly kind: 'self'; readonly value: string };

export type NodeTest =
  | { readonly kind: 'element'; readonly name: XmlName | undefined }
  | { readonly kind: 'instruction'; readonly target: string | undefined }
  | { readonly kind: 'text' | 'comment' };

export interface Step {
  readonly test: NodeTest;
  readonly predicates: readonly Predicate[];
}

/** Which node a patch is about (RFC 5261 §4.1, §8): child steps, then perhaps an attribute or a declaration. */
export interface Selector {
  readonly id: string | undefined;
  readonly steps: readonly Step[];
  readonly attribute: XmlName | undefined;
  readonly prefix: string | undefined;
}

/** Prefixes in scope and their namespaces; the prefix `''` also serves unprefixed element names (RFC 5261 §4.2.1). */
export type Bindings = ReadonlyMap<string, string>;

export const parseSelector = (text: string, bindings: Bindings): Selector =>
  new SelectorParser(text, bindings).selector();

/** The value of `type`: `@name` or `namespace::prefix` (RFC 5261 §4.3). */
export function parseType(text: string, bindings: Bindings): { attribute: XmlName } | { prefix: string } {
  const { steps, id, attribute, prefix } = new SelectorParser(text, bindings).selector();
  if (steps.length === 0 && id === undefined && attribute !== undefined) return { attribute };
  if (steps.length === 0 && id === undefined && prefix !== undefined) return { prefix };
  throw new PatchError('invalid-attribute-value', `type="${text}"`);
}

const token = (source: string): RegExp => new RegExp(`\\s*(?:${source})\\s*`, 'uy');
const literal = `(?:'([^']*)'|"([^"]*)")`;
const qname = `(?:(${NCNAME}):)?(${NCNAME})`;

const ID = token(`id\\(\\s*(?:${literal})?\\s*\\)`);
const SLASH = token('/');
const ATTRIBUTE = token(`@${qname}`);
const NAMESPACE = token(`namespace::(${NCNAME})`);
const TEXT_OR_COMMENT = token('(text|comment)\\(\\s*\\)');
const INSTRUCTION = token(`processing-instruction\\(\\s*(?:${literal})?\\s*\\)`);
const NAME = token(`\\*|${qname}`);
const POSITION = token('\\[\\s*([0-9]+)\\s*\\]');
const COMPARISON = token(`\\[\\s*(?:(\\.)|(@?)${qname})\\s*=\\s*${literal}\\s*\\]`);

class SelectorParser {
  readonly #text: string;
  readonly #bindings: Bindings;
  #at = 0;

  constructor(text: string, bindings: Bindings) {
    this.#text = text;
    this.#bindings = bindings;
  }

  selector(): Selector {
    const steps: Step[] = [];
    this.#take(SLASH);
    const found = this.#take(ID);
    const id = found === undefined ? undefined : (found[1] ?? found[2] ?? '');
    let more = id === undefined || this.#take(SLASH) !== undefined;
    while (more) {
      const end = this.#end();
      if (end !== undefined) return { id, steps, attribute: undefined, prefix: undefined, ...end };
      steps.push(this.#step());
      more = this.#take(SLASH) !== undefined;
    }
    if (this.#at < this.#text.length) throw this.#error();
    return { id, steps, attribute: undefined, prefix: undefined };
  }

  #end(): { attribute: XmlName } | { prefix: string } | undefined {
    const attribute = this.#take(ATTRIBUTE);
    const prefix = attribute === undefined ? this.#take(NAMESPACE)?.[1] : undefined;
    if (attribute === undefined && prefix === undefined) return undefined;
    if (this.#at < this.#text.length) throw this.#error();
    return attribute === undefined
      ? { prefix: prefix ?? '' }
      : { attribute: this.#attributeName(attribute[1], attribute[2]) };
  }

  #step(): Step {
    const test = this.#test();
    const predicates: Predicate[] = [];
    for (let next = this.#predicate(test); next !== undefined; next = this.#predicate(test)) predicates.push(next);
    return { test, predicates };
  }

  #test(): NodeTest {
    const simple = this.#take(TEXT_OR_COMMENT)?.[1];
    if (simple === 'text' || simple === 'comment') return { kind: simple };
    const instruction = this.#take(INSTRUCTION);
    if (instruction !== undefined) return { kind: 'instruction', target: instruction[1] ?? instruction[2] };
    const [, prefix, local] = this.#expect(NAME);
    return { kind: 'element', name: local === undefined ? undefined : this.#elementName(prefix, local) };
  }

  #predicate(test: NodeTest): Predicate | undefined {
    const position = this.#take(POSITION)?.[1];
    if (position !== undefined) return { kind: 'position', position: Number(position) };
    if (test.kind !== 'element') return undefined;
    const found = this.#take(COMPARISON);
    if (found === undefined) return undefined;
    const [, self, at, prefix, local] = found;
    const value = found[5] ?? found[6] ?? '';
    if (self !== undefined) return { kind: 'self', value };
    return at === '@'
      ? { kind: 'attribute', name: this.#attributeName(prefix, local), value }
      : { kind: 'child', name: this.#elementName(prefix, local), value };
  }

  #elementName(prefix: string | undefined, local = ''): XmlName {
    return { namespace: this.#namespace(prefix ?? ''), local };
  }

  #attributeName(prefix: string | undefined, local = ''): XmlName {
    return { namespace: prefix === undefined ? '' : this.#namespace(prefix), local };
  }

  #namespace(prefix: string): string {
    const namespace =
      prefix === 'xml' ? XML_NAMESPACE : (this.#bindings.get(prefix) ?? (prefix === '' ? '' : undefined));
    if (namespace !== undefined) return namespace;
    throw new PatchError('invalid-namespace-prefix', `the prefix ${prefix} in "${this.#text}" is not declared`);
  }

  #take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at = pattern.lastIndex;
    return found;
  }

  #expect(pattern: RegExp): RegExpExecArray {
    const found = this.#take(pattern);
    if (found === undefined) throw this.#error();
    return found;
  }

  #error(): PatchError {
    return new PatchError(
      'invalid-attribute-value',
      `"${this.#text}" is not a selector from character ${this.#at + 1} on`,
    );
  }
}
