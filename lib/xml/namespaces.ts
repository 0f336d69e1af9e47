import * as library from '@rgrove/parse-xml';
import { isNcName, XML_NAMESPACE, XMLNS_NAMESPACE } from './characters.ts';
import { XmlElement, type XmlAttribute, type XmlDeclaration, type XmlNode } from './element.ts';
import { XmlError } from './error.ts';

const none: readonly never[] = [];

type QualifiedName = readonly [prefix: string, local: string];

/** Turns the library's tree of qualified names into ours of expanded names (Namespaces in XML 1.0). */
export class NamespaceReader {
  readonly #text: string;
  /** The names met so far, taken apart: documents repeat few names many times. */
  readonly #names = new Map<string, QualifiedName>();
  /** What each prefix stands for at the element that is read now. */
  readonly #bound = new Map([
    ['', ''],
    ['xml', XML_NAMESPACE],
  ]);

  constructor(text: string, scope: readonly XmlDeclaration[]) {
    this.#text = text;
    for (const { prefix, namespace } of scope) this.#bound.set(prefix, namespace);
  }

  document(document: library.XmlDocument): XmlElement {
    let root: XmlElement | undefined;
    for (const node of document.children) {
      if (node instanceof library.XmlElement) root = this.#element(node);
      else if (node instanceof library.XmlProcessingInstruction) this.#checkTarget(node);
    }
    if (root === undefined) throw XmlError.at(this.#text, this.#text.length, 'no root element');
    return root;
  }

  #element(node: library.XmlElement): XmlElement {
    const names = Object.keys(node.attributes);
    if (names.length === 0) return this.#contents(node, none, none);
    const declarations = this.#declarations(node, names);
    if (declarations.length === 0) return this.#contents(node, this.#attributes(node, names), none);
    const outer = declarations.map(({ prefix }) => this.#bound.get(prefix));
    for (const { prefix, namespace } of declarations) this.#bound.set(prefix, namespace);
    const element = this.#contents(node, this.#attributes(node, names), declarations);
    declarations.forEach(({ prefix }, index) => {
      const namespace = outer[index];
      if (namespace === undefined) this.#bound.delete(prefix);
      else this.#bound.set(prefix, namespace);
    });
    return element;
  }

  #contents(
    node: library.XmlElement,
    attributes: readonly XmlAttribute[],
    declarations: readonly XmlDeclaration[],
  ): XmlElement {
    const [prefix, local] = this.#names.get(node.name) ?? this.#split(node.name, () => node.start + 1);
    const namespace = prefix === 'xmlns' ? undefined : this.#bound.get(prefix);
    if (namespace === undefined) throw XmlError.at(this.#text, node.start + 1, `the prefix ${prefix} is not declared`);
    const children = node.children.length === 0 ? none : this.#children(node);
    return new XmlElement(namespace, local, attributes, children, declarations);
  }

  #children(node: library.XmlElement): XmlNode[] {
    const children: XmlNode[] = [];
    for (const child of node.children) {
      if (child instanceof library.XmlElement) children.push(this.#element(child));
      else if (child instanceof library.XmlText) {
        if (child.text !== '') children.push(child.text);
      } else if (child instanceof library.XmlComment) children.push({ kind: 'comment', text: child.content });
      else if (child instanceof library.XmlProcessingInstruction) {
        this.#checkTarget(child);
        children.push({ kind: 'instruction', target: child.name, text: child.content });
      }
    }
    return children;
  }

  #declarations(node: library.XmlElement, names: readonly string[]): readonly XmlDeclaration[] {
    if (!names.some(isDeclaration)) return none;
    return names.filter(isDeclaration).map((name) => this.#declaration(node, name));
  }

  /** What this attribute declares, checked by Namespaces in XML 1.0 §3. */
  #declaration(node: library.XmlElement, name: string): XmlDeclaration {
    const prefix = name.slice('xmlns:'.length);
    const namespace = node.attributes[name] ?? '';
    const wrong =
      (name === 'xmlns:' && 'a declaration without its prefix') ||
      (prefix !== '' && !isNcName(prefix) && `${prefix} is not a prefix`) ||
      (prefix === 'xmlns' && 'the prefix xmlns cannot be declared') ||
      (namespace === XMLNS_NAMESPACE && 'the namespace of xmlns cannot be declared') ||
      ((prefix === 'xml') !== (namespace === XML_NAMESPACE) && 'xml and its namespace belong to each other') ||
      (prefix !== '' && namespace === '' && `the prefix ${prefix} cannot be undeclared`);
    if (wrong) throw XmlError.at(this.#text, this.#attributeOffset(node, name), wrong);
    return { prefix, namespace };
  }

  #attributes(node: library.XmlElement, names: readonly string[]): XmlAttribute[] {
    const attributes: XmlAttribute[] = [];
    // Only two prefixes can give two attributes one name: the library refuses names that are written twice.
    const taken = new Set<string>();
    for (const name of names) {
      if (isDeclaration(name)) continue;
      const [prefix, local] = this.#names.get(name) ?? this.#split(name, () => this.#attributeOffset(node, name));
      const namespace = prefix === '' ? '' : this.#bound.get(prefix);
      const wrong =
        namespace === undefined
          ? `the prefix ${prefix} is not declared`
          : prefix !== '' &&
            taken.has(`${local} ${namespace}`) &&
            `the attribute ${local} of one namespace stands twice`;
      if (wrong || namespace === undefined) {
        throw XmlError.at(this.#text, this.#attributeOffset(node, name), wrong || name);
      }
      if (prefix !== '') taken.add(`${local} ${namespace}`);
      attributes.push({ namespace, local, value: node.attributes[name] ?? '' });
    }
    return attributes;
  }

  #split(name: string, offset: () => number): QualifiedName {
    const colon = name.indexOf(':');
    const prefix = colon === -1 ? '' : name.slice(0, colon);
    const local = name.slice(colon + 1);
    if (colon !== -1 && (!isNcName(prefix) || !isNcName(local)))
      throw XmlError.at(this.#text, offset(), `${name} is not a qualified name`);
    const split = [prefix, local] as const;
    this.#names.set(name, split);
    return split;
  }

  /** Namespaces in XML 1.0 §7: targets have no colons. */
  #checkTarget(node: library.XmlProcessingInstruction): void {
    if (node.name.includes(':')) throw XmlError.at(this.#text, node.start + 2, `the target ${node.name} has a colon`);
  }

  #attributeOffset(node: library.XmlElement, name: string): number {
    const attribute = /\s+([^\s=]+)\s*=\s*(?:"[^"]*"|'[^']*')/y;
    attribute.lastIndex = node.start + 1 + node.name.length;
    for (let found = attribute.exec(this.#text); found !== null; found = attribute.exec(this.#text)) {
      if (found[1] === name) return found.index + found[0].search(/\S/);
    }
    return node.start;
  }
}

const isDeclaration = (name: string): boolean => name === 'xmlns' || name.startsWith('xmlns:');
