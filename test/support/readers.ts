import { expect } from 'chai';
import { XMLParser } from 'fast-xml-parser';
import { create } from 'xmlbuilder2';
import { XmlElement } from '../../lib/xml/element.ts';
import { parse } from '../../lib/xml/parse.ts';

/** An element with its name expanded; without comments, and without white space between elements. */
export interface Reading {
  readonly namespace: string;
  readonly local: string;
  /** `{namespace}local=value`, sorted: their order means nothing. */
  readonly attributes: readonly string[];
  readonly children: readonly (Reading | string)[];
}

/** An element with its names as written, declarations among the attributes: what both libraries give. */
interface Written {
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly children: readonly (Written | string)[];
}

/** Asserts that xmlbuilder2, fast-xml-parser and our own parser read the same from this document. */
export function expectSameReading(xml: string | Uint8Array): void {
  const text = Buffer.from(xml).toString();
  const ours = readByPlenary(xml);
  expect(readByXmlbuilder2(text), 'as xmlbuilder2 reads it').to.deep.equal(ours);
  expect(readByFastXmlParser(text), 'as fast-xml-parser reads it').to.deep.equal(ours);
}

export const readByPlenary = (xml: string | Uint8Array): Reading => readingOf(parse(xml));

/** Its DOM is asked for names as written alone: with `xmlns` and `xmlns:p` on one element it mistakes the namespace. */
export function readByXmlbuilder2(xml: string): Reading {
  const root = create({ skipWhitespaceOnlyText: false }, xml).root().node as unknown as DomNode;
  return expand(writtenInDom(root), XML_ONLY);
}

/** It knows no namespaces at all. */
export function readByFastXmlParser(xml: string): Reading {
  const [root] = fastXmlParser.parse(xml) as FlatNode[];
  const written = root && writtenInFlat(root);
  if (written === undefined || typeof written === 'string') throw new Error('no root element');
  return expand(written, XML_ONLY);
}

function readingOf(element: XmlElement): Reading {
  const attributes = element.attributes.map(({ namespace, local, value }) => `{${namespace}}${local}=${value}`);
  const children = element.children.flatMap((child) =>
    child instanceof XmlElement ? readingOf(child) : typeof child === 'string' ? child : [],
  );
  return {
    namespace: element.namespace,
    local: element.local,
    attributes: attributes.sort(),
    children: significant(children),
  };
}

type Scope = ReadonlyMap<string, string>;

const XML_ONLY: Scope = new Map([['xml', 'http://www.w3.org/XML/1998/namespace']]);

/** Namespaces in XML 1.0 §6, written a second time here so that no mistake of lib/xml can hide in it. */
function expand(written: Written, outer: Scope): Reading {
  const isDeclaration = (name: string): boolean => name === 'xmlns' || name.startsWith('xmlns:');
  const declared = written.attributes.filter(([name]) => isDeclaration(name));
  const scope = new Map([...outer, ...declared.map(([name, value]) => [name.slice('xmlns:'.length), value] as const)]);

  const attributes = written.attributes
    .filter(([name]) => !isDeclaration(name))
    .map(([name, value]) => {
      const [prefix, local] = split(name);
      return `{${prefix && namespaceOf(prefix, scope)}}${local}=${value}`;
    });
  const [prefix, local] = split(written.name);
  return {
    namespace: prefix === '' ? (scope.get('') ?? '') : namespaceOf(prefix, scope),
    local,
    attributes: attributes.sort(),
    children: significant(written.children.map((child) => (typeof child === 'string' ? child : expand(child, scope)))),
  };
}

function split(name: string): [prefix: string, local: string] {
  const colon = name.indexOf(':');
  return colon === -1 ? ['', name] : [name.slice(0, colon), name.slice(colon + 1)];
}

function namespaceOf(prefix: string, scope: Scope): string {
  const namespace = scope.get(prefix);
  if (namespace === undefined) throw new Error(`prefix ${prefix} is not declared`);
  return namespace;
}

/** Text pieces (CDATA, text around a comment) joined; blank text dropped where there are elements. */
function significant(children: readonly (Reading | string)[]): (Reading | string)[] {
  const joined: (Reading | string)[] = [];
  for (const child of children) {
    const last = joined.at(-1);
    if (typeof child === 'string' && typeof last === 'string') joined[joined.length - 1] = last + child;
    else joined.push(child);
  }
  const elements = joined.some((child) => typeof child !== 'string');
  return joined.filter((child) => typeof child !== 'string' || (elements ? /[^ \t\r\n]/.test(child) : child !== ''));
}

// The DOM of xmlbuilder2, as far as it is read here.
interface DomNode {
  readonly nodeType: number;
  readonly nodeName: string;
  readonly attributes: Iterable<{ readonly name: string; readonly value: string }>;
  readonly childNodes: Iterable<DomNode>;
  readonly data: string;
}

const DOM_ELEMENT = 1;
const DOM_TEXT = [3, 4];

function writtenInDom(element: DomNode): Written {
  return {
    name: element.nodeName,
    attributes: [...element.attributes].map(({ name, value }) => [name, value] as const),
    children: [...element.childNodes].flatMap((child) => {
      if (child.nodeType === DOM_ELEMENT) return writtenInDom(child);
      return DOM_TEXT.includes(child.nodeType) ? child.data : [];
    }),
  };
}

const fastXmlParser = new XMLParser({
  preserveOrder: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
  ignoreAttributes: false,
  attributeNamePrefix: '',
  parseTagValue: false,
  trimValues: false,
  // The only way to make it decode character references; no document of ours has an HTML entity.
  htmlEntities: true,
});

// With preserveOrder a node is {name: children}, its attributes under ':@'; text is {'#text': text}.
type FlatNode = Record<string, FlatNode[] | string | Record<string, string>>;

function writtenInFlat(node: FlatNode): Written | string {
  const { ':@': attributes = {}, ...rest } = node;
  const [name, content] = Object.entries(rest)[0]!;
  if (typeof content === 'string') return content;
  return {
    name,
    attributes: Object.entries(attributes as Record<string, string>),
    children: (content as FlatNode[]).map(writtenInFlat),
  };
}
