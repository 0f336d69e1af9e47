import { XmlElement, type XmlNode } from '../xml/element.ts';
import { domainOf, randomToken } from '../model/identifiers.ts';
import { CONFERENCE_INFO, XCON } from '../model/names.ts';
import { Refusal } from './refusal.ts';

const PLACEHOLDER = /AUTO_GENERATE_\d+/g;
/** One before a domain of its own, in a value that is an identifier or an address. */
const IN_DOMAIN = /^\S*AUTO_GENERATE_\d+@(?<domain>[^\s@:;?]+)\S*$/;
const WORD = 'AUTO_GENERATE';

/** What stands for AUTO_GENERATE_n in one request: the same value wherever n is the same (RFC 6503 §4.3). */
export class Placeholders {
  readonly #values = new Map<string, string>();
  readonly #servesDomain: (domain: string) => boolean;
  #used = false;

  constructor(servesDomain: (domain: string) => boolean) {
    this.#servesDomain = servesDomain;
  }

  /** Whether the request held any, so that the answer must show what they became. */
  get used(): boolean {
    return this.#used;
  }

  /** Lets the placeholder in this text stand for a known value: media that a client sends again. */
  assign(text: string, value: string): void {
    const [placeholder] = placeholdersIn(text);
    if (placeholder !== undefined && !this.#values.has(placeholder)) this.#values.set(placeholder, value);
  }

  /**
   * The element with every placeholder replaced. Labels and ids become numbers beyond `highest`, the highest that the
   * conference uses, because RFC 6501 §5 has them numeric; the rest become tokens that are hard to guess.
   * @throws {Refusal} malformed for a placeholder in a name, foreign-domain for one in a domain that is not served.
   */
  replace(element: XmlElement, highest: () => number = () => 0): XmlElement {
    if (!mentions(element)) return element;
    let next = highest();
    const secret = new Set(identifiersIn(element).flatMap(placeholdersIn));
    visitNumeric(element, (text) => {
      for (const placeholder of placeholdersIn(text)) {
        if (!this.#values.has(placeholder) && !secret.has(placeholder)) this.#values.set(placeholder, String(++next));
      }
    });
    return this.#element(element);
  }

  text(value: string): string {
    if (!value.includes(WORD)) return value;
    const domain = isIdentifier(value) ? domainOf(value.trim()) : IN_DOMAIN.exec(value.trim())?.groups?.['domain'];
    if (domain !== undefined && !this.#servesDomain(domain.toLowerCase())) {
      throw new Refusal('foreign-domain', 'This server makes identifiers only for the domains that it serves.');
    }
    return value.replace(PLACEHOLDER, (found) => {
      const placeholder = canonical(found);
      this.#used = true;
      const known = this.#values.get(placeholder) ?? randomToken();
      this.#values.set(placeholder, known);
      return known;
    });
  }

  #element(element: XmlElement): XmlElement {
    refuseInNames([element, ...element.attributes]);
    const attributes = element.attributes.map((one) => ({ ...one, value: this.text(one.value) }));
    const changed = attributes.some((one, index) => one.value !== element.attributes[index]?.value);
    const children = element.children.map((child) => this.#node(child));
    if (!changed && children.every((child, index) => child === element.children[index])) return element;
    return new XmlElement(element.namespace, element.local, attributes, children, element.declarations);
  }

  #node(node: XmlNode): XmlNode {
    if (typeof node === 'string') return this.text(node);
    return node instanceof XmlElement ? this.#element(node) : node;
  }
}

/** Whether a placeholder may stand anywhere in an element; in most requests none does. */
function mentions(element: XmlElement): boolean {
  return (
    element.local.includes(WORD) ||
    element.namespace.includes(WORD) ||
    element.attributes.some(
      ({ value, local, namespace }) => value.includes(WORD) || local.includes(WORD) || namespace.includes(WORD),
    ) ||
    element.children.some((child) =>
      typeof child === 'string' ? child.includes(WORD) : child instanceof XmlElement && mentions(child),
    )
  );
}

/** AUTO_GENERATE_01 is AUTO_GENERATE_1. */
const canonical = (placeholder: string): string => placeholder.replace(/_0+(?=\d)/, '_');

const placeholdersIn = (text: string): string[] => (text.match(PLACEHOLDER) ?? []).map(canonical);

/** Whether a value, once its placeholders are replaced, names a conference or a user. */
const isIdentifier = (value: string): boolean => /^\s*xcon(-userid)?:/i.test(value);

function identifiersIn(element: XmlElement): string[] {
  const own = [...element.attributes.map((one) => one.value), element.text].filter(isIdentifier);
  return [...own, ...element.elements.flatMap(identifiersIn)];
}

/** Whether an identifier in a request was left to the server. */
export const isGenerated = (text: string | undefined): boolean => /AUTO_GENERATE_\d/.test(text ?? '');

function refuseInNames(names: readonly { readonly local: string; readonly namespace: string }[]): void {
  if (names.some((name) => name.local.includes(WORD) || name.namespace.includes(`${WORD}_`))) {
    throw new Refusal('malformed', `${WORD}_n may stand only in values, not in names.`);
  }
}

/** The values that are numbers in the data model: labels and ids of media, ids of floors. */
function visitNumeric(element: XmlElement, visit: (text: string) => void): void {
  for (const one of element.attributes) {
    if (one.namespace === '' && (one.local === 'label' || one.local === 'id')) visit(one.value);
  }
  if (element.is(XCON, 'media-label') || element.is(CONFERENCE_INFO, 'label')) visit(element.text);
  for (const child of element.elements) visitNumeric(child, visit);
}

/** The highest number among labels and ids in an element; 0 when there is none. */
export function highestNumber(element: XmlElement | undefined): number {
  let highest = 0;
  if (element !== undefined) {
    visitNumeric(element, (text) => {
      if (/^\d{1,9}$/.test(text.trim())) highest = Math.max(highest, Number(text));
    });
  }
  return highest;
}
