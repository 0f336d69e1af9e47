/** A name expanded by its namespace (Namespaces in XML 1.0 §2.1); `''` is no namespace. */
export interface XmlName {
  readonly namespace: string;
  readonly local: string;
}

export interface XmlAttribute extends XmlName {
  readonly value: string;
}

/** A namespace declaration as written: a prefix (`''` for the default) and the namespace that it stands for. */
export interface XmlDeclaration {
  readonly prefix: string;
  readonly namespace: string;
}

export interface XmlComment {
  readonly kind: 'comment';
  readonly text: string;
}

export interface XmlInstruction {
  readonly kind: 'instruction';
  readonly target: string;
  readonly text: string;
}

/** What an element holds; a string is text, and two strings never stand side by side. */
export type XmlNode = XmlElement | string | XmlComment | XmlInstruction;

const nothing: readonly never[] = [];

/**
 * An immutable element with expanded names. A changed copy shares every part that did not change, so `===` tells
 * what is the same. Declarations are hints for the serialiser and the meaning of prefixes in content (`xsi:type`).
 */
export class XmlElement implements XmlName {
  readonly namespace: string;
  readonly local: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlNode[];
  readonly declarations: readonly XmlDeclaration[];

  constructor(
    namespace: string,
    local: string,
    attributes: readonly XmlAttribute[] = nothing,
    children: readonly XmlNode[] = nothing,
    declarations: readonly XmlDeclaration[] = nothing,
  ) {
    this.namespace = namespace;
    this.local = local;
    this.attributes = attributes;
    this.children = children;
    this.declarations = declarations;
  }

  is(namespace: string, local: string): boolean {
    return this.local === local && this.namespace === namespace;
  }

  attribute(local: string, namespace = ''): string | undefined {
    for (const one of this.attributes) if (one.local === local && one.namespace === namespace) return one.value;
    return undefined;
  }

  /** The child elements in document order. */
  get elements(): XmlElement[] {
    return this.children.filter((child) => child instanceof XmlElement);
  }

  all(namespace: string, local: string): XmlElement[] {
    const found: XmlElement[] = [];
    for (const child of this.children) if (isNamed(child, namespace, local)) found.push(child);
    return found;
  }

  first(namespace: string, local: string): XmlElement | undefined {
    for (const child of this.children) if (isNamed(child, namespace, local)) return child;
    return undefined;
  }

  /** The text directly inside, as written: white space is the caller's to judge. */
  get text(): string {
    const [only] = this.children;
    if (this.children.length === 1 && typeof only === 'string') return only;
    return this.children.filter((child) => typeof child === 'string').join('');
  }

  withChildren(children: readonly XmlNode[]): XmlElement {
    return new XmlElement(this.namespace, this.local, this.attributes, children, this.declarations);
  }

  withAttributes(attributes: readonly XmlAttribute[]): XmlElement {
    return new XmlElement(this.namespace, this.local, attributes, this.children, this.declarations);
  }

  /** The copy with this unqualified or qualified attribute set, or removed when the value is undefined. */
  withAttribute(local: string, value: string | undefined, namespace = ''): XmlElement {
    const same = (one: XmlAttribute) => one.local === local && one.namespace === namespace;
    if (value === undefined) return this.withAttributes(this.attributes.filter((one) => !same(one)));
    const attribute = { namespace, local, value };
    return this.withAttributes(
      this.attributes.some(same)
        ? this.attributes.map((one) => (same(one) ? attribute : one))
        : [...this.attributes, attribute],
    );
  }

  withName(namespace: string, local: string): XmlElement {
    return new XmlElement(namespace, local, this.attributes, this.children, this.declarations);
  }
}

const isNamed = (node: XmlNode, namespace: string, local: string): node is XmlElement =>
  node instanceof XmlElement && node.local === local && node.namespace === namespace;
