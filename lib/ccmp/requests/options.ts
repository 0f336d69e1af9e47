import { XmlElement, type XmlNode } from '../../xml/element.ts';
import { messageType, OPERATIONS, specialised, type Operation } from '../codec/messages.ts';
import type { Extension } from '../extensions/extension.ts';
import type { RequestPair } from './pair.ts';

/**
 * RFC 6503 §5.3.12: tells what the index of requests holds; the schema has no name for options itself. `schemas` is where
 * the schemas of extensions are to be had.
 */
export function options(
  served: readonly RequestPair[],
  extensions: readonly Extension[],
  schemas: string,
): RequestPair {
  const list = element('options', [
    element('standard-message-list', served.map(standardMessage)),
    ...(extensions.length === 0
      ? []
      : [
          element(
            'extended-message-list',
            extensions.map((one) => extendedMessage(one, schemas)),
          ),
        ]),
  ]);
  return { name: 'options', operations: { retrieve: () => Promise.resolve({ info: list }) } };
}

function standardMessage({ name, operations }: RequestPair): XmlElement {
  const message = element('name', [specialised(name, 'Request')]);
  return element('standard-message', messageType(name).operation ? [message, listed(operations)] : [message]);
}

const extendedMessage = ({ name, operations, schema, description }: Extension, schemas: string): XmlElement =>
  element('extended-message', [
    element('name', [name]),
    listed(operations),
    element('schema-def', [`${schemas}/${schema}`]),
    element('description', [description]),
  ]);

function listed(operations: Readonly<Partial<Record<Operation, unknown>>>): XmlElement {
  const performed = OPERATIONS.filter((operation) => operations[operation] !== undefined);
  return element(
    'operations',
    performed.map((operation) => element('operation', [operation])),
  );
}

const element = (local: string, children: readonly XmlNode[]) => new XmlElement('', local, [], children);
