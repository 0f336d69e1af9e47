import { XmlElement } from '../xml/element.ts';
import { serialize } from '../xml/serialize.ts';

const XCAP_ERROR = 'urn:ietf:params:xml:ns:xcap-error';
export const XCAP_ERROR_TYPE = 'application/xcap-error+xml';

/** Why a document can not be changed as asked; `condition` is the element of RFC 4825 §11.1. */
export class Conflict extends Error {
  readonly condition: string;

  constructor(condition: string, phrase: string) {
    super(phrase);
    this.condition = condition;
  }
}

/** The body of a 409 (RFC 4825 §11). `not-utf-8` says nothing but itself. */
export function conflictDocument({ condition, message }: Conflict): string {
  const phrase = { namespace: '', local: 'phrase', value: message };
  const problem = new XmlElement(XCAP_ERROR, condition, [phrase]);
  const root = new XmlElement(XCAP_ERROR, 'xcap-error', [], [problem], [{ prefix: '', namespace: XCAP_ERROR }]);
  return `${serialize(root, { declaration: true })}\n`;
}
