import { XmlElement, type XmlNode } from '../../xml/element.ts';
import { messageType, OPERATIONS, specialised } from '../codec/messages.ts';
import type { RequestPair } from './pair.ts';

/** RFC 6503 §5.3.12: tells what the index of requests holds; the schema has no name for options itself. */
export function options(served: readonly RequestPair[]): RequestPair {
  const list = element('options', [element('standard-message-list', served.map(standardMessage))]);
  return { name: 'options', operations: { retrieve: () => Promise.resolve({ info: list }) } };
}

function standardMessage({ name, operations }: RequestPair): XmlElement {
  const message = element('name', [specialised(name, 'Request')]);
  if (!messageType(name).operation) return element('standard-message', [message]);
  const performed = OPERATIONS.filter((operation) => operations[operation] !== undefined);
  const listed = performed.map((operation) => element('operation', [operation]));
  return element('standard-message', [message, element('operations', listed)]);
}

const element = (local: string, children: readonly XmlNode[]) => new XmlElement('', local, [], children);
