import { FORBIDDEN, XML_NAMESPACE, XMLNS_NAMESPACE } from './characters.ts';
import { XmlElement, type XmlAttribute, type XmlDeclaration, type XmlNode } from './element.ts';

export interface SerializeOptions {
  /** Prefixes that the place of the text has declared already; they are used and not declared again. */
  readonly scope?: readonly XmlDeclaration[];
  /** Prefixes to declare on the root where something below uses them; `''` is the default namespace. */
  readonly prefixes?: readonly XmlDeclaration[];
  /** Whether to begin with the XML declaration. */
  readonly declaration?: boolean;
}

/**
 * The text of an element, the same for the same tree and options. An element's own declarations stay with it; a namespace
 * without a prefix in scope gets `ns1`, `ns2` … where it is needed. Throws RangeError on what XML cannot carry.
 */
export function serialize(element: XmlElement, options: SerializeOptions = {}): string {
  const text = new Writer(options).root(element);
  return options.declaration === true ? `<?xml version="1.0" encoding="UTF-8"?>\n${text}` : text;
}

/** What prefixes stand for at one place of a text. */
interface Bindings {
  /** What each prefix stands for. */
  readonly bound: Map<string, string>;
  /** The prefixes of each namespace, innermost last; some may be hidden by another meaning. */
  readonly prefixes: Map<string, string[]>;
}

function bind({ bound, prefixes }: Bindings, { prefix, namespace }: XmlDeclaration): void {
  bound.set(prefix, namespace);
  const known = prefixes.get(namespace);
  if (known === undefined) prefixes.set(namespace, [prefix]);
  else known.push(prefix);
}

function bindingsOf(scope: readonly XmlDeclaration[]): Bindings {
  const bindings: Bindings = {
    bound: new Map([
      ['', ''],
      ['xml', XML_NAMESPACE],
    ]),
    prefixes: new Map([[XML_NAMESPACE, ['xml']]]),
  };
  for (const declaration of scope) bind(bindings, declaration);
  return bindings;
}

const nowhere: readonly XmlDeclaration[] = [];

/** Of scopes that are used again and again; never changed. */
const remembered = new WeakMap<readonly XmlDeclaration[], Bindings>();

function rememberedBindings(scope: readonly XmlDeclaration[]): Bindings {
  let bindings = remembered.get(scope);
  if (bindings === undefined) remembered.set(scope, (bindings = bindingsOf(scope)));
  return bindings;
}

/** A declaration that an element adds, and what its prefix means around the element. */
interface Added extends XmlDeclaration {
  readonly outer: string | undefined;
}

class Writer {
  /** At the element that is written now; those of the scope until something is declared. */
  #bindings: Bindings;
  #isOwn = false;
  /** Preferred prefixes that the root declares only if something uses them. */
  readonly #offered = new Map<string, string>();
  readonly #used = new Set<string>();
  /** What the elements that are written now add, outermost first: most add nothing. */
  readonly #added: Added[] = [];
  readonly #preferred: readonly XmlDeclaration[];

  constructor({ scope = nowhere, prefixes = nowhere }: SerializeOptions) {
    this.#bindings = rememberedBindings(scope);
    this.#preferred = prefixes;
  }

  root(element: XmlElement): string {
    if (this.#preferred.length === 0) return this.#element(element);
    const own = new Set(element.declarations.map(({ prefix }) => prefix));
    if (element.namespace === '') own.add('');
    for (const declaration of this.#preferred) {
      // The root's own meaning of a prefix, and that of the scope, may be needed by names in content.
      const taken =
        own.has(declaration.prefix) || (declaration.prefix !== '' && this.#bindings.bound.has(declaration.prefix));
      if (taken || this.#bindings.bound.get(declaration.prefix) === declaration.namespace) continue;
      this.#offered.set(declaration.prefix, declaration.namespace);
      this.#bind(declaration);
    }
    return this.#element(element, () =>
      this.#preferred
        .filter(({ prefix }) => this.#used.has(prefix))
        .map(declarationText)
        .join(''),
    );
  }

  #element(element: XmlElement, more?: () => string): string {
    const first = this.#added.length;
    this.#declare(element, first);
    const name = this.#elementName(element);
    let attributes = '';
    for (const attribute of element.attributes) {
      attributes += ` ${this.#attributeName(attribute)}="${escapeAttribute(attribute.value)}"`;
    }
    let content = '';
    for (const child of element.children) content += this.#node(child);
    let declared = more?.() ?? '';
    if (this.#added.length > first) {
      const added = this.#added.splice(first);
      for (const declaration of added) declared += declarationText(declaration);
      for (const declaration of added.reverse()) this.#unbind(declaration);
    }
    return content === ''
      ? `<${name}${declared}${attributes}/>`
      : `<${name}${declared}${attributes}>${content}</${name}>`;
  }

  #node(node: XmlNode): string {
    if (typeof node === 'string') return escapeText(node);
    if (node instanceof XmlElement) return this.#element(node);
    if (FORBIDDEN.test(node.text)) throw new RangeError('a character that XML does not allow');
    if (node.kind === 'comment') {
      if (/--|-$/.test(node.text)) throw new RangeError('a comment cannot carry --');
      return `<!--${node.text}-->`;
    }
    if (node.text.includes('?>')) throw new RangeError('an instruction cannot carry ?>');
    return node.text === '' ? `<?${node.target}?>` : `<?${node.target} ${node.text}?>`;
  }

  /** Adds the element's own declarations that say something new, and the one that its lack of a namespace needs, from `first` on. */
  #declare(element: XmlElement, first: number): void {
    for (const declaration of element.declarations) {
      const { prefix, namespace } = declaration;
      const impossible = prefix === '' ? element.namespace === '' && namespace !== '' : namespace === '';
      if (impossible || prefix === 'xml' || this.#added.some((one, index) => index >= first && one.prefix === prefix))
        continue;
      if (this.#bindings.bound.get(prefix) === namespace) this.#use(prefix, namespace);
      else this.#added.push(this.#bind(declaration));
    }
    if (element.namespace === '' && this.#bindings.bound.get('') !== '') {
      this.#added.push(this.#bind({ prefix: '', namespace: '' }));
    }
  }

  #elementName({ namespace, local }: XmlElement): string {
    if (this.#bindings.bound.get('') === namespace) {
      this.#use('', namespace);
      return local;
    }
    return `${this.#prefix(namespace)}:${local}`;
  }

  #attributeName({ namespace, local }: XmlAttribute): string {
    return namespace === '' ? local : `${this.#prefix(namespace)}:${local}`;
  }

  /** A prefix for the namespace here, made and declared on this element when none is in scope. */
  #prefix(namespace: string): string {
    const known = this.#bindings.prefixes.get(namespace);
    for (let index = (known?.length ?? 0) - 1; index >= 0; index -= 1) {
      const prefix = known?.[index];
      if (prefix === undefined || prefix === '' || this.#bindings.bound.get(prefix) !== namespace) continue;
      this.#use(prefix, namespace);
      return prefix;
    }
    if (namespace === XMLNS_NAMESPACE) throw new RangeError('xmlns attributes are declarations');
    const preferred = this.#preferred.find((one) => one.namespace === namespace && one.prefix !== '')?.prefix;
    let made = preferred !== undefined && !this.#bindings.bound.has(preferred) ? preferred : '';
    for (let number = 1; made === ''; number += 1) if (!this.#bindings.bound.has(`ns${number}`)) made = `ns${number}`;
    this.#added.push(this.#bind({ prefix: made, namespace }));
    return made;
  }

  #use(prefix: string, namespace: string): void {
    if (this.#offered.size > 0 && this.#offered.get(prefix) === namespace) this.#used.add(prefix);
  }

  #bind(declaration: XmlDeclaration): Added {
    if (!this.#isOwn) {
      const { bound, prefixes } = this.#bindings;
      this.#bindings = {
        bound: new Map(bound),
        prefixes: new Map(Array.from(prefixes, ([namespace, list]) => [namespace, [...list]])),
      };
      this.#isOwn = true;
    }
    const { prefix, namespace } = declaration;
    const outer = this.#bindings.bound.get(prefix);
    bind(this.#bindings, declaration);
    return { prefix, namespace, outer };
  }

  #unbind({ prefix, namespace, outer }: Added): void {
    const { bound, prefixes } = this.#bindings;
    prefixes.get(namespace)?.pop();
    if (outer === undefined) bound.delete(prefix);
    else bound.set(prefix, outer);
  }
}

function declarationText({ prefix, namespace }: XmlDeclaration): string {
  return ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeAttribute(namespace)}"`;
}

/** What has to be looked at closely: what is escaped, what may be forbidden, and surrogates, which may stand alone. */
const dubiousText = /[&<>\r\0-\x08\v\f\x0e-\x1f\uD800-\uDFFF\uFFFE\uFFFF]/;
const dubiousValue = /[&<"\0-\x1f\uD800-\uDFFF\uFFFE\uFFFF]/;
const references: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

function escapeText(text: string): string {
  return dubiousText.test(text) ? escape(text, /[&<>\r]/g) : text;
}

function escapeAttribute(value: string): string {
  return dubiousValue.test(value) ? escape(value, /[&<"\t\n\r]/g) : value;
}

function escape(text: string, special: RegExp): string {
  if (FORBIDDEN.test(text)) throw new RangeError('a character that XML does not allow');
  return text.replace(special, (character) => references[character] ?? character);
}
