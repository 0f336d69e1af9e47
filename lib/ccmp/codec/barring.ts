import { XmlElement, type XmlAttribute } from '../../xml/element.ts';

/** The extension by which users read and set their supplementary services: the document simservs of 3GPP TS 24.623. */
export const BARRING = 'barring';
const NAMESPACE = 'urn:plenary:barring';

export interface AskedBarring {
  /** Whose, as an XCON-USERID; the sender's own where nothing is said. */
  readonly user?: string;
  /** Names the state of the document. */
  readonly tag?: string;
  /** The element `simservs`; where it is missing in an answer there is none. */
  readonly simservs?: XmlElement;
}

export function encodeBarring({ user, tag, simservs }: AskedBarring): XmlElement {
  const attributes = Object.entries({ user, tag }).flatMap(([local, value]): XmlAttribute[] =>
    value === undefined ? [] : [{ namespace: '', local, value }],
  );
  return new XmlElement(NAMESPACE, 'barring', attributes, simservs === undefined ? [] : [simservs]);
}

/** What `barring` says among the elements of a message. */
export function decodeBarring(elements: readonly XmlElement[] = []): AskedBarring {
  const barring = elements.find((one) => one.is(NAMESPACE, 'barring'));
  const [user, tag] = [barring?.attribute('user'), barring?.attribute('tag')];
  const simservs = barring?.elements.find(({ local }) => local === 'simservs');
  return { ...(user !== undefined && { user }), ...(tag !== undefined && { tag }), ...(simservs && { simservs }) };
}
