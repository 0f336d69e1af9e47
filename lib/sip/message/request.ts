import { isToken } from './characters.ts';
import { fieldsOf, type Fields } from './fields.ts';
import { Message } from './message.ts';
import { parseUri } from './parse-uri.ts';
import type { Uri } from './uri.ts';

const NO_BODY = Buffer.alloc(0);

export class Request extends Message {
  readonly method: string;
  /** The Request-URI as written. */
  readonly uriText: string;
  #uri: Uri | undefined;

  /** Use `create`, or `parse`. */
  constructor(method: string, uri: string, fields: Fields, body: Buffer) {
    super(fields, body);
    this.method = method;
    this.uriText = uri;
  }

  /** @throws {TypeError} for a method, name or value that no message can hold */
  static create(
    method: string,
    uri: Uri | string,
    fields: readonly (readonly [name: string, value: string])[],
    body: Buffer = NO_BODY,
  ): Request {
    const text = uri.toString();
    if (!isToken(method) || !/^[^\s<>]+$/.test(text)) throw new TypeError(`no request line: ${method} ${text}`);
    return new Request(method, text, fieldsOf(fields), body);
  }

  /** The Request-URI. @throws {BadMessage} 400 */
  get uri(): Uri {
    return (this.#uri ??= parseUri(this.uriText));
  }

  get startLine(): string {
    return `${this.method} ${this.uriText} SIP/2.0`;
  }

  /** The same request to another URI (RFC 3261 §16.6). @throws {TypeError} for what is no URI */
  withUri(uri: Uri | string): Request {
    return new Request(this.method, checkedUri(uri), this.fieldsAsWritten, this.body);
  }

  protected override copy(fields: Fields, body: Buffer): this {
    return new Request(this.method, this.uriText, fields, body) as this;
  }
}

function checkedUri(uri: Uri | string): string {
  const text = uri.toString();
  if (text === '' || /[\s<>]/.test(text)) throw new TypeError(`no URI: ${text}`);
  return text;
}
