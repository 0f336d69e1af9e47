import { BadMessage } from './bad-message.ts';
import { BARE_URI, endOfRun, TOKEN } from './characters.ts';
import { quote, unquote, type Cursor } from './cursor.ts';
import { Parameters, readParameters } from './parameters.ts';
import { parseUri } from './parse-uri.ts';
import type { Uri } from './uri.ts';

const ANGLE = 0x3c;
const QUESTION = 0x3f;

/** A name, a URI and parameters: From, To, Contact, Route, Refer-To … (RFC 3261 §25.1 name-addr, addr-spec). Immutable. */
export class NameAddress {
  readonly displayName: string | undefined;
  readonly uri: Uri;
  /** The parameters of the header field, not of the URI. */
  readonly parameters: Parameters;

  constructor(uri: Uri, parameters: Parameters = Parameters.NONE, displayName?: string) {
    this.uri = uri;
    this.parameters = parameters;
    this.displayName = displayName;
  }

  get tag(): string | undefined {
    return this.parameters.get('tag');
  }

  withTag(tag: string): NameAddress {
    return this.withParameter('tag', tag);
  }

  withParameter(name: string, value?: string): NameAddress {
    return new NameAddress(this.uri, this.parameters.with(name, value), this.displayName);
  }

  toString(): string {
    const name = this.displayName === undefined ? '' : `${quote(this.displayName)} `;
    return `${name}<${this.uri.toString()}>${this.parameters.toString()}`;
  }
}

/** Reads one name-addr or addr-spec with its parameters. */
export function readNameAddress(cursor: Cursor): NameAddress {
  const displayName = readDisplayName(cursor.skipSpace());
  const uri = cursor.code === ANGLE ? readBracketed(cursor) : readBare(cursor);
  return new NameAddress(uri, readParameters(cursor), displayName);
}

function readDisplayName(cursor: Cursor): string | undefined {
  if (cursor.atQuote) {
    const name = unquote(cursor.quoted());
    if (cursor.skipSpace().code !== ANGLE) throw cursor.malformed();
    return name;
  }
  const { text, at: from } = cursor;
  let at = from;
  for (let end = endOfRun(text, at, TOKEN); end > at; end = endOfRun(text, at, TOKEN)) at = skipSpace(text, end);
  if (text.charCodeAt(at) !== ANGLE) return undefined;
  cursor.at = at;
  return at === from ? undefined : text.slice(from, at).trimEnd();
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 0x20 || text.charCodeAt(at) === 0x09) at++;
  return at;
}

function readBracketed(cursor: Cursor): Uri {
  const end = cursor.text.indexOf('>', cursor.at);
  if (end < 0) throw cursor.malformed();
  const uri = uriIn(cursor, cursor.text.slice(cursor.at + 1, end));
  cursor.at = end + 1;
  return uri;
}

/** Without brackets a URI holds no comma, question mark or semicolon (RFC 3261 §20.10). */
function readBare(cursor: Cursor): Uri {
  const uri = uriIn(cursor, cursor.run(BARE_URI));
  if (cursor.code === QUESTION) throw cursor.malformed();
  return uri;
}

function uriIn({ what }: Cursor, text: string): Uri {
  try {
    return parseUri(text);
  } catch (error) {
    if (error instanceof BadMessage) throw new BadMessage(400, `Malformed URI in ${what}`);
    throw error;
  }
}
