import { parseFragment } from '../xml/parse.ts';
import { serialize } from '../xml/serialize.ts';
import type { XmlElement } from '../xml/element.ts';
import { PREFIXES } from './names.ts';

/** A part may have grown by many requests beyond what one may bring. */
const WITHOUT_LIMITS = { bytes: Infinity, depth: Infinity, elements: Infinity, attributes: Infinity };

/**
 * A piece of a conference object that changes, is stored and is sent as one: a user, a sidebar, or another child of
 * `conference-info`. It holds its element or its UTF-8 text and makes the other on demand, once; a part that comes
 * from the store stays text until somebody reads it.
 */
export class Part {
  #element: XmlElement | undefined;
  #bytes: Buffer | undefined;

  private constructor(element: XmlElement | undefined, bytes: Buffer | undefined) {
    this.#element = element;
    this.#bytes = bytes;
  }

  static of(element: XmlElement): Part {
    return new Part(element, undefined);
  }

  static ofBytes(bytes: Buffer): Part {
    return new Part(undefined, bytes);
  }

  get element(): XmlElement {
    return (this.#element ??= parseFragment(this.bytes, PREFIXES, WITHOUT_LIMITS));
  }

  /** UTF-8, to stand where the prefixes of `PREFIXES` are declared. */
  get bytes(): Buffer {
    if (this.#bytes === undefined) {
      if (this.#element === undefined) throw new Error('a part is an element or its bytes');
      this.#bytes = Buffer.from(serialize(this.#element, { scope: PREFIXES }), 'utf8');
    }
    return this.#bytes;
  }
}
