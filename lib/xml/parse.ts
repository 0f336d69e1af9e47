import { isUtf8 } from 'node:buffer';
import * as library from '@rgrove/parse-xml';
import { FORBIDDEN, PERHAPS_FORBIDDEN } from './characters.ts';
import type { XmlDeclaration, XmlElement } from './element.ts';
import { XmlError } from './error.ts';
import { checkLimits, DEFAULT_XML_LIMITS, type XmlLimits } from './limits.ts';
import { NamespaceReader } from './namespaces.ts';
import { readPlain } from './plain.ts';

export { XmlError } from './error.ts';
export { DEFAULT_XML_LIMITS, type XmlLimits } from './limits.ts';

/**
 * Reads a document: XML 1.0 with Namespaces, UTF-8 only, no document type declaration, no entities but the five.
 * All white space survives; comments and instructions outside the root do not. Throws {@link XmlError} and nothing else.
 */
export function parse(input: Uint8Array | string, limits: Partial<XmlLimits> = {}): XmlElement {
  return parseFragment(input, [], limits);
}

/** As {@link parse}, where these prefixes are declared already: reads what `serialize` wrote with the same scope. */
export function parseFragment(
  input: Uint8Array | string,
  scope: readonly XmlDeclaration[],
  limits: Partial<XmlLimits> = {},
): XmlElement {
  const bounds = { ...DEFAULT_XML_LIMITS, ...limits };
  const length = typeof input === 'string' ? Buffer.byteLength(input) : input.length;
  if (length > bounds.bytes) throw new XmlError(`longer than ${bounds.bytes} bytes`, 1, 1, 'bytes');
  const text = normaliseLineEnds(typeof input === 'string' ? input : decode(input));
  checkCharacters(text);
  checkEncoding(text);
  return readPlain(text, scope, bounds) ?? readAny(text, scope, bounds);
}

/** XML 1.0 §2.11; done for the whole text at once because the library takes quadratic time over it. */
function normaliseLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

function decode(bytes: Uint8Array): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (isUtf8(bytes)) return text;
  // A replacement character stands where the input is broken, or where the input itself has one.
  let offset = 0;
  let checked = 0;
  for (let at = text.indexOf('\uFFFD'); at !== -1; at = text.indexOf('\uFFFD', at + 1)) {
    offset += Buffer.byteLength(text.slice(checked, at));
    checked = at;
    const written = bytes[offset] === 0xef && bytes[offset + 1] === 0xbf && bytes[offset + 2] === 0xbd;
    if (!written) throw XmlError.at(normaliseLineEnds(text.slice(0, at)), at, 'not UTF-8');
  }
  throw new XmlError('not UTF-8', 1, 1);
}

function checkCharacters(text: string): void {
  if (!PERHAPS_FORBIDDEN.test(text)) return;
  const at = text.search(FORBIDDEN);
  if (at !== -1) throw XmlError.at(text, at, 'a character that XML does not allow');
}

/** RFC 6503 §4.4 demands UTF-8; a declaration of anything else would be read wrongly. */
function checkEncoding(text: string): void {
  const encoding = /^\uFEFF?<\?xml\s[^>]*?\sencoding\s*=\s*["']([^"']*)["']/.exec(text)?.[1];
  if (encoding !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(encoding)) {
    throw XmlError.at(text, text.indexOf(encoding), `the encoding ${encoding} is not accepted, only UTF-8`);
  }
}

/** Reads what {@link readPlain} leaves: anything well-formed, and what is not is told exactly. */
export function readAny(text: string, scope: readonly XmlDeclaration[], limits: XmlLimits): XmlElement {
  checkLimits(text, limits);
  return new NamespaceReader(text, scope).document(parseSyntax(text));
}

function parseSyntax(text: string): library.XmlDocument {
  try {
    return library.parseXml(text, { includeOffsets: true, preserveComments: true });
  } catch (error) {
    if (error instanceof library.XmlError) {
      // The library counts code points, and appends position and excerpt to its message.
      const offset = Array.from(text).slice(0, error.pos).join('').length;
      throw XmlError.at(text, offset, error.message.replace(/ \(line \d+, column \d+\)\n[^]*$/, ''));
    }
    if (error instanceof RangeError) throw new XmlError('elements too deep', 1, 1, 'depth');
    throw error;
  }
}
