import type { XmlElement } from '../../xml/element.ts';
import { encodeResponse, type CcmpResponse } from './response.ts';
import type { Content } from './writer.ts';

type Response = CcmpResponse<XmlElement | Content>;

/**
 * Responses as they were written: who looks again at what has not changed is sent the same bytes. They live as long as the
 * content in them, and are the answer to nothing else than the very same content and parameters.
 */
export class WrittenResponses {
  readonly #written = new WeakMap<object, { readonly response: Response; readonly message: Buffer }>();

  encode(response: Response): Buffer {
    const { info, operation } = response;
    if (info === undefined || operation !== 'retrieve') return encodeResponse(response);
    const known = this.#written.get(info);
    if (known !== undefined && isSame(known.response, response)) return known.message;
    const message = encodeResponse(response);
    this.#written.set(info, { response, message });
    return message;
  }
}

function isSame(one: Response, other: Response): boolean {
  const names = Object.keys(other) as (keyof Response)[];
  return names.length === Object.keys(one).length && names.every((name) => one[name] === other[name]);
}
