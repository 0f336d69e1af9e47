import type { Cursor } from './cursor.ts';
import { Parameters, readParameters } from './parameters.ts';
import { endOfDigits, endOfHostAt, mended, portOf } from './parse-uri.ts';

const SLASH = 0x2f;
const USUAL = 'SIP/2.0/';
const COLON = 0x3a;

/** One hop of the way of a request (RFC 3261 §20.42). Immutable. */
export class Via {
  /** 2.0; another one stands in a request that is answered with 505. */
  readonly version: string;
  /** In upper case: UDP, TCP, TLS, WS, WSS … */
  readonly transport: string;
  /** As written; an IPv6 address keeps its brackets. */
  readonly host: string;
  readonly port: number | undefined;
  readonly parameters: Parameters;

  constructor(transport: string, host: string, port: number | undefined, parameters: Parameters, version = '2.0') {
    this.version = version;
    this.transport = transport;
    this.host = host;
    this.port = port;
    this.parameters = parameters;
  }

  get sentBy(): string {
    return this.port === undefined ? this.host : `${this.host}:${this.port}`;
  }

  get branch(): string | undefined {
    return this.parameters.get('branch');
  }

  /** The address in `received`, without brackets, which some put around IPv6 (RFC 5118 §4.5). */
  get received(): string | undefined {
    const value = this.parameters.get('received');
    return value?.startsWith('[') === true && value.endsWith(']') ? value.slice(1, -1) : value;
  }

  /** The port in `rport`; undefined also where it asks for one (RFC 3581 §3). */
  get rport(): number | undefined {
    const value = this.parameters.get('rport');
    return value === undefined ? undefined : portOf(value);
  }

  with(name: string, value?: string): Via {
    return new Via(this.transport, this.host, this.port, this.parameters.with(name, value), this.version);
  }

  toString(): string {
    return `SIP/${this.version}/${this.transport} ${this.sentBy}${this.parameters.toString()}`;
  }
}

export function readVia(cursor: Cursor): Via {
  const version = readVersion(cursor.skipSpace());
  const transport = cursor.token();
  const space = cursor.at;
  const from = cursor.skipSpace().at;
  const end = endOfHostAt(cursor.text, from);
  if (from === space || end === from) throw cursor.malformed();
  const host = mended(cursor.text.slice(from, end));
  cursor.at = end;
  const port = cursor.take(COLON) ? readPort(cursor) : undefined;
  return new Via(transport.toUpperCase(), host, port, readParameters(cursor), version);
}

/** The protocol's name and version up to the transport, mostly without the white space that may be there. */
function readVersion(cursor: Cursor): string {
  if (cursor.text.startsWith(USUAL, cursor.at)) {
    cursor.at += USUAL.length;
    cursor.skipSpace();
    return '2.0';
  }
  if (cursor.token().toUpperCase() !== 'SIP') throw cursor.malformed();
  const version = cursor.expect(SLASH).token();
  cursor.expect(SLASH);
  return version;
}

function readPort(cursor: Cursor): number {
  const end = endOfDigits(cursor.text, cursor.at);
  const port = portOf(cursor.text.slice(cursor.at, end));
  if (port === undefined) throw cursor.malformed();
  cursor.at = end;
  return port;
}
