import { XmlElement, type XmlAttribute, type XmlDeclaration } from '../../xml/element.ts';
import { PREFIXES } from '../../model/names.ts';

const XML = 'http://www.w3.org/XML/1998/namespace';
const OURS = new Set(['', XML, ...PREFIXES.map(({ namespace }) => namespace)]);
/** It begins where a name does, so that a long word without a colon is read once, not from each of its letters. */
const PREFIXED = /(?<![\p{L}\p{N}_.-])([\p{L}_][\p{L}\p{N}_.-]*):/gu;

/** What each prefix means at one place of a document. */
export class Scope {
  readonly #around: readonly XmlElement[];
  /** Made when it is asked for: content without foreign names asks for none. */
  #known: Map<string, string> | undefined;

  constructor(...around: readonly XmlElement[]) {
    this.#around = around;
  }

  /** What every prefix means here. */
  get prefixes(): ReadonlyMap<string, string> {
    return this.#meanings;
  }

  namespaceOf(prefix: string): string | undefined {
    return this.#meanings.get(prefix);
  }

  /** Runs within one more element, whose declarations hide those further out. */
  within<T>(element: XmlElement, work: () => T): T {
    const hidden = element.declarations.map(({ prefix }) => ({ prefix, namespace: this.#meanings.get(prefix) }));
    this.#enter(element.declarations);
    const result = work();
    for (const { prefix, namespace } of hidden) {
      if (namespace === undefined) this.#meanings.delete(prefix);
      else this.#meanings.set(prefix, namespace);
    }
    return result;
  }

  get #meanings(): Map<string, string> {
    if (this.#known === undefined) {
      this.#known = new Map();
      for (const { declarations } of this.#around) this.#enter(declarations);
    }
    return this.#known;
  }

  #enter(declarations: readonly XmlDeclaration[]): void {
    for (const { prefix, namespace } of declarations) this.#meanings.set(prefix, namespace);
  }
}

/**
 * Content of a foreign namespace may hold names whose prefix is declared further out (an `xsi:type`, an XPath). Such
 * declarations move onto the outermost foreign element, because its part of the document will live on elsewhere.
 */
export function keepMeaning(element: XmlElement, scope: Scope): XmlElement {
  if (element.declarations.length > 0) return scope.within(element, () => withMeaning(element, scope));
  return withMeaning(element, scope);
}

function withMeaning(element: XmlElement, scope: Scope): XmlElement {
  if (!OURS.has(element.namespace)) return declare(element, scope, prefixesWithin(element));
  const children = element.children.map((child) => (child instanceof XmlElement ? keepMeaning(child, scope) : child));
  const same = children.every((child, index) => child === element.children[index]);
  const foreign = element.attributes.filter(({ namespace }) => !OURS.has(namespace));
  const kept = same ? element : element.withChildren(children);
  return foreign.length === 0 ? kept : declare(kept, scope, prefixesIn(foreign));
}

function declare(element: XmlElement, scope: Scope, prefixes: Iterable<string>): XmlElement {
  const own = new Set(element.declarations.map(({ prefix }) => prefix));
  const missing: XmlDeclaration[] = [];
  for (const prefix of new Set(prefixes)) {
    const namespace = scope.namespaceOf(prefix);
    if (namespace !== undefined && !own.has(prefix)) missing.push({ prefix, namespace });
  }
  if (missing.length === 0) return element;
  const { namespace, local, attributes, children, declarations } = element;
  return new XmlElement(namespace, local, attributes, children, [...declarations, ...missing]);
}

function* prefixesWithin(element: XmlElement): Generator<string> {
  yield* prefixesIn(element.attributes);
  for (const child of element.children) {
    if (typeof child === 'string') yield* prefixesOf(child);
    else if (child instanceof XmlElement) yield* prefixesWithin(child);
  }
}

function* prefixesIn(attributes: readonly XmlAttribute[]): Generator<string> {
  for (const { value } of attributes) yield* prefixesOf(value);
}

function* prefixesOf(text: string): Generator<string> {
  for (const [, prefix] of text.matchAll(PREFIXED)) if (prefix !== undefined) yield prefix;
}
