import { XmlElement, type XmlAttribute, type XmlDeclaration, type XmlNode } from '../../xml/element.ts';

/** RFC 4918. */
export const DAV = 'DAV:';
/** RFC 4791, RFC 6638. */
export const CALDAV = 'urn:ietf:params:xml:ns:caldav';
/** What Apple's servers brought in and every client asks for: getctag. */
export const CALENDAR_SERVER = 'http://calendarserver.org/ns/';
/** Our own conditions, where no RFC has one. */
export const PLENARY = 'urn:plenary:calendar';

/** The prefixes of what we write. */
export const DAV_PREFIXES: readonly XmlDeclaration[] = [
  { prefix: 'D', namespace: DAV },
  { prefix: 'C', namespace: CALDAV },
  { prefix: 'S', namespace: CALENDAR_SERVER },
  { prefix: 'P', namespace: PLENARY },
];

type Children = readonly XmlNode[] | string;
const nodes = (children: Children): readonly XmlNode[] =>
  typeof children === 'string' ? (children === '' ? [] : [children]) : children;

export const dav = (local: string, children: Children = []): XmlElement =>
  new XmlElement(DAV, local, [], nodes(children));

export function cal(
  local: string,
  children: Children = [],
  attributes: Readonly<Record<string, string>> = {},
): XmlElement {
  const list: XmlAttribute[] = Object.entries(attributes).map(([name, value]) => ({
    namespace: '',
    local: name,
    value,
  }));
  return new XmlElement(CALDAV, local, list, nodes(children));
}

export const server = (local: string, children: Children = []): XmlElement =>
  new XmlElement(CALENDAR_SERVER, local, [], nodes(children));

/** A property by name, as tables and records key it. */
export const expandedName = ({ namespace, local }: Pick<XmlElement, 'namespace' | 'local'>): string =>
  `{${namespace}}${local}`;

export const href = (path: string): XmlElement => dav('href', path);
