import { XmlError } from './error.ts';

/** How much input is read at most. */
export interface XmlLimits {
  /** Length of the input in bytes of UTF-8. */
  readonly bytes: number;
  /** Elements inside one another, the root included; beyond 1,000 the stack may not suffice. */
  readonly depth: number;
  /** Elements in the whole input. */
  readonly elements: number;
  /** Attributes of one element, namespace declarations included. */
  readonly attributes: number;
}

/** 1 MiB, 100 levels, 200,000 elements, 100 attributes per element. */
export const DEFAULT_XML_LIMITS: XmlLimits = { bytes: 1_048_576, depth: 100, elements: 200_000, attributes: 100 };

const sections: readonly (readonly [open: string, close: string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
];

/**
 * Refuses floods in one linear pass before anything recurses or allocates. It stops at the first thing that it does
 * not understand: what is ill-formed there, the parser refuses at the same place.
 */
export function checkLimits(text: string, limits: XmlLimits): void {
  let depth = 0;
  let elements = 0;
  let at = text.indexOf('<');
  while (at !== -1) {
    const next = text[at + 1];
    const section = next === '!' || next === '?' ? sections.find(([open]) => text.startsWith(open, at)) : undefined;
    let end: number;
    if (section !== undefined) {
      end = text.indexOf(section[1], at + section[0].length);
    } else if (text.startsWith('<!DOCTYPE', at)) {
      throw XmlError.at(text, at, 'a document type declaration is not accepted');
    } else {
      end = endOfTag(text, at, limits.attributes);
      if (next === '/') depth -= 1;
      else {
        if (++elements > limits.elements)
          throw XmlError.at(text, at, `more than ${limits.elements} elements`, 'elements');
        if (depth + 1 > limits.depth) throw XmlError.at(text, at, `elements more than ${limits.depth} deep`, 'depth');
        if (text[end - 1] !== '/') depth += 1;
      }
    }
    if (end === -1) return;
    at = text.indexOf('<', end);
  }
}

const mark = /["'>]/g;

/** The offset of the `>` that ends the tag, -1 when nothing does; each quoted value counts as an attribute. */
function endOfTag(text: string, start: number, limit: number): number {
  let attributes = 0;
  mark.lastIndex = start;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    if (found[0] === '>') return found.index;
    if (++attributes > limit) throw XmlError.at(text, start, `more than ${limit} attributes`, 'attributes');
    const close = text.indexOf(found[0], mark.lastIndex);
    if (close === -1) return -1;
    mark.lastIndex = close + 1;
  }
  return -1;
}
