import { XmlElement, type XmlAttribute } from '../../xml/element.ts';
import { serialize } from '../../xml/serialize.ts';
import { PREFIXES } from '../../model/names.ts';
import {
  CCMP,
  MESSAGE_NAMES,
  messageType,
  schemaType,
  specialised,
  XSI,
  type Direction,
  type MessageName,
} from './messages.ts';

/** The inside of an element as UTF-8 that stands under the prefixes of `PREFIXES`, beside the element's attributes. */
export interface Content {
  readonly attributes: readonly XmlAttribute[];
  readonly content: readonly Buffer[];
}

const declarations = [{ prefix: 'ccmp', namespace: CCMP }, ...PREFIXES, { prefix: 'xsi', namespace: XSI }]
  .map(({ prefix, namespace }) => ` xmlns:${prefix}="${namespace}"`)
  .join('');

/** A whole message in UTF-8: the common parameters as XML, then what stands in the specialised element. */
export function frame(
  direction: Direction,
  type: MessageName,
  parameters: string,
  inside: readonly (string | Buffer)[],
): Buffer {
  const { head, inner, tail } = FRAMES[direction][type];
  if (inner === 'ccmp:optionsRequest') return joined([head, parameters, tail]);
  return joined([head, `${parameters}<${inner}>`, ...inside, `</${inner}>${tail}`]);
}

/** What is the same in all messages of a type. */
interface Frame {
  readonly head: Buffer;
  readonly inner: string;
  readonly tail: string;
}

function frameOf(type: MessageName, direction: Direction): Frame {
  const outer = `ccmp${direction}`;
  const head = `<?xml version="1.0" encoding="UTF-8"?>
<ccmp:${outer}${declarations}><${outer} xsi:type="ccmp:${schemaType(type, direction)}">`;
  const inner = `ccmp:${specialised(type, direction)}`;
  return { head: Buffer.from(head, 'utf8'), inner, tail: `</${outer}></ccmp:${outer}>` };
}

const framesIn = (direction: Direction) =>
  Object.fromEntries(MESSAGE_NAMES.map((name) => [name, frameOf(name, direction)])) as Record<MessageName, Frame>;
const FRAMES = { Request: framesIn('Request'), Response: framesIn('Response') };

/** Pieces in UTF-8, written into one buffer; text that stands together is written together. */
function joined(pieces: readonly (string | Buffer)[]): Buffer {
  const merged: (string | Buffer)[] = [];
  let size = 0;
  for (const piece of pieces) {
    const last = merged.at(-1);
    size += typeof piece === 'string' ? Buffer.byteLength(piece, 'utf8') : piece.length;
    if (typeof piece === 'string' && typeof last === 'string') merged[merged.length - 1] = last + piece;
    else merged.push(piece);
  }
  const message = Buffer.allocUnsafe(size);
  let at = 0;
  for (const piece of merged) {
    at += typeof piece === 'string' ? message.write(piece, at, 'utf8') : piece.copy(message, at);
  }
  return message;
}

/** A parameter of a simple type, unqualified as the schema says (RFC 6503 §11); nothing without a value. */
export const parameter = (name: string, value: string | number | undefined): string =>
  value === undefined ? '' : `<${name}>${escape(String(value))}</${name}>`;

/** The conference data under the parameter's name: written again, or as it was written already. */
export function infoPieces(type: MessageName, info: XmlElement | Content | undefined): (string | Buffer)[] {
  const name = messageType(type).info?.parameter;
  if (info === undefined || name === undefined) return [];
  if (info instanceof XmlElement) return [serialize(info.withName('', name), { scope: PREFIXES })];
  const empty = serialize(new XmlElement('', name, info.attributes), { scope: PREFIXES });
  return [empty.replace(/\/>$/, '>'), ...info.content, `</${name}>`];
}

/** The elements of an extension, one after the other. */
export const extensionPieces = (elements: readonly XmlElement[] = []): string[] =>
  elements.map((element) => serialize(element, { scope: PREFIXES }));

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;' };
const escape = (text: string): string => text.replace(/[&<>\r]/g, (character) => ENTITIES[character] ?? character);
