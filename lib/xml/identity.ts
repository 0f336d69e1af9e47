import { XmlElement, type XmlNode } from './element.ts';

/** Gives equal trees equal numbers, each element looked at once; declarations and the order of attributes don't count. */
export class Identities {
  readonly #numbers = new Map<string, number>();
  readonly #known = new WeakMap<XmlElement, number>();

  of(node: XmlNode): number {
    if (typeof node === 'string') return this.#number(`t${node}`);
    if (!(node instanceof XmlElement)) {
      return this.#number(node.kind === 'comment' ? `c${node.text}` : `i${node.target} ${node.text}`);
    }
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const attributes = node.attributes.map(({ namespace, local, value }) => JSON.stringify([namespace, local, value]));
    const children = node.children.map((child) => this.of(child));
    const number = this.#number(`e${JSON.stringify([node.namespace, node.local, attributes.sort(), children])}`);
    this.#known.set(node, number);
    return number;
  }

  #number(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#numbers.size;
    this.#numbers.set(text, number);
    return number;
  }
}
