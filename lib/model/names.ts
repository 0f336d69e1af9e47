import { XmlElement, type XmlAttribute, type XmlDeclaration, type XmlNode } from '../xml/element.ts';

/** RFC 4575 §5. */
export const CONFERENCE_INFO = 'urn:ietf:params:xml:ns:conference-info';
/** RFC 6501 §9.2. */
export const XCON = 'urn:ietf:params:xml:ns:xcon-conference-info';
/** Our own attributes on parts of a conference object: what a parent enforces, whether attendees are hidden. */
export const POLICY = 'urn:plenary:conference-policy';

/** The prefixes under which parts are written; `xcon` is literal because clients compare it as text. */
export const PREFIXES: readonly XmlDeclaration[] = [
  { prefix: 'info', namespace: CONFERENCE_INFO },
  { prefix: 'xcon', namespace: XCON },
  { prefix: 'plenary', namespace: POLICY },
];

type Attributes = Readonly<Record<string, string>>;

function make(namespace: string, local: string, attributes: Attributes, children: readonly XmlNode[]): XmlElement {
  const list: XmlAttribute[] = Object.entries(attributes).map(([name, value]) => ({
    namespace: '',
    local: name,
    value,
  }));
  return new XmlElement(namespace, local, list, children);
}

/** An element of RFC 4575's namespace. */
export const info = (local: string, attributes: Attributes = {}, children: readonly XmlNode[] = []): XmlElement =>
  make(CONFERENCE_INFO, local, attributes, children);

/** An element of RFC 6501's namespace. */
export const xcon = (local: string, attributes: Attributes = {}, children: readonly XmlNode[] = []): XmlElement =>
  make(XCON, local, attributes, children);
