import { escape, unescape } from './escapes.ts';
import { PASSWORD, URI_HEADER, URI_PARAMETER, USER } from './characters.ts';
import { Parameters } from './parameters.ts';

/** The parts of a SIP URI as plain text; what a URI can't hold is escaped when it is written. */
export interface SipUriParts {
  readonly scheme?: 'sip' | 'sips';
  readonly user?: string;
  readonly password?: string;
  /** A name, an IPv4 address or an IPv6 reference in brackets. */
  readonly host: string;
  readonly port?: number;
  readonly parameters?: Parameters;
  readonly headers?: readonly (readonly [name: string, value: string])[];
}

/** What is written between the delimiters, with its escapes. */
export interface WrittenSipUri {
  readonly scheme: 'sip' | 'sips';
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly host: string;
  readonly port: number | undefined;
  readonly parameters: Parameters;
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** A sip or sips URI (RFC 3261 §19.1). Immutable. */
export class SipUri {
  readonly kind = 'sip';
  /** The parts with their escapes. */
  readonly written: WrittenSipUri;
  #text: string | undefined;

  constructor(written: WrittenSipUri, text?: string) {
    this.written = written;
    this.#text = text;
  }

  static of(parts: SipUriParts): SipUri {
    const { scheme = 'sip', user, password, host, port, parameters = Parameters.NONE, headers = [] } = parts;
    return new SipUri({
      scheme,
      user: user === undefined ? undefined : escape(user, USER),
      password: password === undefined ? undefined : escape(password, PASSWORD),
      host,
      port,
      parameters,
      headers: headers.map(([name, value]) => [escape(name, URI_HEADER), escape(value, URI_HEADER)] as const),
    });
  }

  get scheme(): 'sip' | 'sips' {
    return this.written.scheme;
  }

  /** The user part without escapes. */
  get user(): string | undefined {
    const { user } = this.written;
    return user === undefined ? undefined : unescape(user);
  }

  get password(): string | undefined {
    const { password } = this.written;
    return password === undefined ? undefined : unescape(password);
  }

  /** As written; an IPv6 address keeps its brackets. */
  get host(): string {
    return this.written.host;
  }

  get port(): number | undefined {
    return this.written.port;
  }

  /** The parameters with their escapes. */
  get parameters(): Parameters {
    return this.written.parameters;
  }

  /** The headers without escapes, in their order. */
  get headers(): readonly (readonly [name: string, value: string])[] {
    return this.written.headers.map(([name, value]) => [unescape(name), unescape(value)] as const);
  }

  /** A parameter's value without escapes, '' for a flag. */
  parameter(name: string): string | undefined {
    const value = this.written.parameters.get(name);
    return value === undefined ? undefined : unescape(value);
  }

  get transport(): string | undefined {
    return this.parameter('transport')?.toLowerCase();
  }

  /** Whether this URI is of a loose router (RFC 3261 §19.1.1 lr). */
  get isLoose(): boolean {
    return this.written.parameters.has('lr');
  }

  /** The parameter replaced or added; '' makes a flag, undefined removes it. */
  withParameter(name: string, value: string | undefined): SipUri {
    const { parameters } = this.written;
    const changed =
      value === undefined
        ? parameters.without(name)
        : parameters.withWritten(name, value === '' ? undefined : escape(value, URI_PARAMETER));
    return new SipUri({ ...this.written, parameters: changed });
  }

  /** Without headers, as it may stand in a Request-URI (RFC 3261 §19.1.1 table 1). */
  withoutHeaders(): SipUri {
    return this.written.headers.length === 0 ? this : new SipUri({ ...this.written, headers: [] });
  }

  toString(): string {
    return (this.#text ??= this.#write());
  }

  #write(): string {
    const { scheme, user, password, host, port, parameters, headers } = this.written;
    const userinfo = user === undefined ? '' : password === undefined ? `${user}@` : `${user}:${password}@`;
    const query = headers.map(([name, value]) => `${name}=${value}`).join('&');
    const hostport = port === undefined ? host : `${host}:${port}`;
    return `${scheme}:${userinfo}${hostport}${parameters.toString()}${query === '' ? '' : `?${query}`}`;
  }
}

/** A telephone number (RFC 3966). */
export class TelUri {
  readonly kind = 'tel';
  readonly scheme = 'tel';
  /** As written, with its visual separators. */
  readonly number: string;
  readonly parameters: Parameters;

  constructor(number: string, parameters: Parameters) {
    this.number = number;
    this.parameters = parameters;
  }

  /** The number without visual separators (RFC 3966 §4). */
  get digits(): string {
    return this.number.replace(/[-.()]/g, '');
  }

  get isGlobal(): boolean {
    return this.number.startsWith('+');
  }

  toString(): string {
    return `tel:${this.number}${this.parameters.toString()}`;
  }
}

/** A URI of a scheme that means nothing to SIP itself: kept as it is. */
export class OpaqueUri {
  readonly kind = 'opaque';
  /** In lower case. */
  readonly scheme: string;
  readonly #text: string;

  constructor(scheme: string, text: string) {
    this.scheme = scheme;
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

export type Uri = SipUri | TelUri | OpaqueUri;
