import type { Cursor } from '../cursor.ts';
import { TOKEN_68, VALUE } from '../characters.ts';
import { Parameters } from '../parameters.ts';
import { lineByLine, single } from './definition.ts';

/** A challenge or credentials (RFC 3261 §20.44, §20.7; RFC 8760). */
export interface Authentication {
  /** As written: Digest, Bearer … */
  readonly scheme: string;
  /** realm, nonce, algorithm …; none where the scheme has a single text. */
  readonly parameters: Parameters;
  /** The single text of schemes such as Bearer and Basic. */
  readonly text: string | undefined;
}

const COMMA = 0x2c;
const EQUALS = 0x3d;

/** One challenge on each line, the one that the server likes most first (RFC 8760 §2.4). */
export const WWW_AUTHENTICATE = lineByLine('WWW-Authenticate', readAuthentication);
export const PROXY_AUTHENTICATE = lineByLine('Proxy-Authenticate', readAuthentication);
export const AUTHORIZATION = lineByLine('Authorization', readAuthentication);
export const PROXY_AUTHORIZATION = lineByLine('Proxy-Authorization', readAuthentication);
/** nextnonce, rspauth … (RFC 3261 §20.6). */
export const AUTHENTICATION_INFO = single('Authentication-Info', (cursor) => readAuthenticationParameters(cursor));

function readAuthentication(cursor: Cursor): Authentication {
  const scheme = cursor.token();
  if (cursor.skipSpace().atEnd) return { scheme, parameters: Parameters.NONE, text: undefined };
  const from = cursor.at;
  const text = cursor.run(TOKEN_68);
  if (cursor.skipSpace().atEnd && /^[^=]+=*$/.test(text)) return { scheme, parameters: Parameters.NONE, text };
  cursor.at = from;
  return { scheme, parameters: readAuthenticationParameters(cursor), text: undefined };
}

function readAuthenticationParameters(cursor: Cursor): Parameters {
  const written: string[] = [];
  do {
    const name = cursor.token();
    written.push(name, cursor.expect(EQUALS).atQuote ? cursor.quoted() : cursor.run(VALUE));
  } while (cursor.take(COMMA));
  return new Parameters(written);
}
