import { XmlElement } from '../../xml/element.ts';
import { keepMeaning, Scope } from './content.ts';
import {
  CCMP,
  CCMP_MISPRINTED,
  MESSAGE_NAMES,
  messageType,
  OPERATIONS,
  schemaType,
  specialised,
  UnreadableMessage,
  XSI,
  type Direction,
  type MessageName,
  type Operation,
} from './messages.ts';

/** A request or response taken apart: its type, its common parameters, its specialised element. */
export interface Envelope {
  readonly type: MessageName;
  /** A common parameter without the white space around it (RFC 6503 §11); undefined when absent or empty. */
  readonly text: (name: string) => string | undefined;
  readonly element: (name: string) => XmlElement | undefined;
  /** A parameter of the specialised element. */
  readonly inner: (name: string) => XmlElement | undefined;
  /** What prefixes mean in the text of such a parameter. */
  readonly prefixesIn: (parameter: XmlElement) => ReadonlyMap<string, string>;
  /** The operation, where this type of message takes one. */
  readonly operation: () => Operation | undefined;
  /** The conference data under its name of the data model; foreign content keeps its meaning outside the message. */
  readonly info: () => XmlElement | undefined;
  /** What extensions add to the specialised element, in requests of theirs (RFC 6503 §5.3.11) or in any response. */
  readonly extension: () => XmlElement[];
  readonly unreadable: (message: string) => UnreadableMessage;
}

const namespaces = new Set([CCMP, CCMP_MISPRINTED]);
/** The schema has parameters in no namespace; some write them qualified. */
const isOurs = (element: XmlElement) => element.namespace === '' || namespaces.has(element.namespace);

/** @throws {UnreadableMessage} */
export function open(document: XmlElement, direction: Direction): Envelope {
  const outer = `ccmp${direction}`;
  if (document.local !== outer || !namespaces.has(document.namespace))
    throw new UnreadableMessage(`The root element must be ${outer} of the namespace ${CCMP}.`, 'conf');
  const message = only(document, outer);
  if (message === undefined || message === 'several')
    throw new UnreadableMessage(`The root element must hold one unqualified ${outer}.`, 'conf');

  const declared = declaredType(document, message, direction);
  const present = message.elements.flatMap((element) => {
    const name = isOurs(element) ? NAMES[direction].byElement.get(element.local) : undefined;
    return name === undefined ? [] : [{ name, element }];
  });
  const type = present[0]?.name ?? declared ?? 'conf';
  const sender = only(message, 'confUserID');
  const confUserID = typeof sender === 'object' ? sender.text.trim() || undefined : undefined;
  const unreadable = (text: string) => new UnreadableMessage(text, type, confUserID);

  if (declared === undefined)
    throw unreadable(`xsi:type must be one of this namespace, such as ccmp:${schemaType('conf', direction)}.`);
  if (declared !== type) throw unreadable(`xsi:type says ${declared}, the specialised element ${type}.`);
  if (present.length > 1) throw unreadable('A message must have one specialised element.');
  const body = present[0]?.element;
  // RFC 6503 §11 gives an optionsRequest no specialised element.
  if (body === undefined && specialised(type, direction) !== 'optionsRequest')
    throw unreadable(`The element ${specialised(type, direction)} is missing.`);

  const one = (parent: XmlElement | undefined, name: string): XmlElement | undefined => {
    const element = parent === undefined ? undefined : only(parent, name);
    if (element === 'several') throw unreadable(`${name} may stand only once.`);
    return element;
  };
  const text = (name: string) => one(message, name)?.text.trim() || undefined;
  return {
    type,
    text,
    unreadable,
    extension: () => {
      if ((type !== 'extended' && direction === 'Request') || body === undefined) return [];
      const around = new Scope(document, message, body);
      return body.elements.filter((element) => !isOurs(element)).map((element) => keepMeaning(element, around));
    },
    element: (name) => one(message, name),
    inner: (name) => one(body, name),
    prefixesIn: (parameter) => new Scope(document, message, ...(body === undefined ? [] : [body]), parameter).prefixes,
    operation: () => {
      const operation = messageType(type).operation ? text('operation') : undefined;
      if (operation === undefined || isOperation(operation)) return operation;
      throw unreadable(`operation must be one of ${OPERATIONS.join(', ')}.`);
    },
    info: () => {
      const { info } = messageType(type);
      const content = info && one(body, info.parameter);
      if (info === undefined || body === undefined || content === undefined) return undefined;
      const { namespace, local } = info.element;
      return keepMeaning(content, new Scope(document, message, body)).withName(namespace, local);
    },
  };
}

const isOperation = (text: string): text is Operation => (OPERATIONS as readonly string[]).includes(text);

const namesBy = (key: (name: MessageName) => string): ReadonlyMap<string, MessageName> =>
  new Map(MESSAGE_NAMES.map((name) => [key(name), name]));
const namesIn = (direction: Direction) => ({
  byElement: namesBy((name) => specialised(name, direction)),
  byType: namesBy((name) => schemaType(name, direction).toLowerCase()),
});
const NAMES = { Request: namesIn('Request'), Response: namesIn('Response') };

function only(parent: XmlElement, name: string): XmlElement | 'several' | undefined {
  let found: XmlElement | undefined;
  for (const child of parent.children) {
    if (!(child instanceof XmlElement) || child.local !== name || !isOurs(child)) continue;
    if (found !== undefined) return 'several';
    found = child;
  }
  return found;
}

const declaredAt = ({ declarations }: XmlElement, prefix: string): string | undefined =>
  declarations.find((one) => one.prefix === prefix)?.namespace;

/** The message named by `xsi:type`, a QName under any prefix; RFC 6503 prints one of them in two spellings (fig. 15). */
function declaredType(document: XmlElement, message: XmlElement, direction: Direction): MessageName | undefined {
  const [, prefix = '', local = ''] = /^(?:([^:]*):)?([^:]*)$/.exec(message.attribute('type', XSI)?.trim() ?? '') ?? [];
  const namespace = declaredAt(message, prefix) ?? declaredAt(document, prefix);
  return namespaces.has(namespace ?? '') ? NAMES[direction].byType.get(local.toLowerCase()) : undefined;
}
