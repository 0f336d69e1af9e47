import type { XmlElement } from '../xml/element.ts';
import { parseFragment, XmlError } from '../xml/parse.ts';
import { substitute } from '../xml/patch-locate.ts';
import { serialize } from '../xml/serialize.ts';
import { declarationsAt, find, put, readNodeSelector, without, type NodeSelector } from './node-selector.ts';
import type { KeptDocument } from './documents.ts';
import { Conflict } from './xcap-conflict.ts';

/** What a URI of XCAP names: a document, or an element or attribute in it. */
export interface Resource {
  readonly type: string;
  /** The resource in a document; undefined where it is not. */
  read(document: KeptDocument): string | undefined;
  /** The document with this in it; there may be none yet. @throws {Conflict} */
  written(document: KeptDocument | undefined, body: Uint8Array): string | Uint8Array;
  /** What is left of the document without it; undefined for nothing. @throws {Conflict} */
  without(document: KeptDocument): string | undefined;
}

const DOCUMENT: Resource = {
  type: 'application/vnd.etsi.simservs+xml',
  read: ({ text }) => text,
  written: (_, body) => body,
  without: () => undefined,
};

/** By the encoded node selector of a path and the target that the path is of; undefined for what can not be read. */
export function resourceOf(selector: string | undefined, target: string): Resource | undefined {
  if (selector === undefined) return DOCUMENT;
  const at = target.indexOf('?');
  try {
    const query = at < 0 ? '' : decodeURIComponent(target.slice(at + 1));
    const read = readNodeSelector(decodeURIComponent(selector), query);
    return read && (read.attribute === undefined ? element(read) : attribute(read));
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}

const noParent = (): Conflict => new Conflict('no-parent', 'What it is to be put into is not there.');

const write = (root: XmlElement): string => serialize(root, { declaration: true });

const element = ({ steps }: NodeSelector): Resource => ({
  type: 'application/xcap-el+xml',

  read(document) {
    const place = find(document.root(), steps);
    return place && serialize(place.node, { prefixes: declarationsAt(place.parent) });
  },

  written(document, body) {
    const root = document?.root();
    const parent = root && find(root, steps.slice(0, -1));
    if (root === undefined || (parent === undefined && steps.length > 1)) throw noParent();
    const changed = put(root, steps, fragment(body, declarationsAt(parent)));
    if (changed === undefined)
      throw new Conflict('cannot-insert', 'The element is not what the URI would name afterwards.');
    return write(changed);
  },

  without(document) {
    const place = find(document.root(), steps);
    if (place?.parent === undefined) return undefined;
    const changed = without(steps, place);
    if (changed === undefined) throw new Conflict('cannot-delete', 'The URI would name another element afterwards.');
    return write(changed);
  },
});

const attribute = ({ steps, attribute: name = { namespace: '', local: '' } }: NodeSelector): Resource => ({
  type: 'application/xcap-att+xml',

  read: (document) => find(document.root(), steps)?.node.attribute(name.local, name.namespace),

  written(document, body) {
    const place = document && find(document.root(), steps);
    if (place === undefined) throw noParent();
    return write(substitute(place, [place.node.withAttribute(name.local, attributeValue(body), name.namespace)]));
  },

  without(document) {
    const place = find(document.root(), steps);
    return place && write(substitute(place, [place.node.withAttribute(name.local, undefined, name.namespace)]));
  },
});

function fragment(body: Uint8Array, scope: ReturnType<typeof declarationsAt>): XmlElement {
  try {
    return parseFragment(body, scope, FRAGMENT);
  } catch (error) {
    if (error instanceof XmlError) throw new Conflict('not-xml-frag', error.message);
    throw error;
  }
}

const FRAGMENT = { depth: 32, elements: 2_000, attributes: 32 };

function attributeValue(body: Uint8Array): string {
  const text = Buffer.from(body).toString();
  try {
    return parseFragment(`<a v="${text.replaceAll('"', '&quot;')}"/>`, []).attribute('v') ?? '';
  } catch (error) {
    if (error instanceof XmlError) throw new Conflict('not-xml-att-value', error.message);
    throw error;
  }
}
