import type { ObjectEntry } from '../../conference/calls.ts';
import type { AskedFilter } from '../../conference/filter.ts';
import { info } from '../../model/names.ts';
import type { XmlElement } from '../../xml/element.ts';
import type { CcmpRequest } from '../codec/request.ts';

/** A list of objects as RFC 4575's uris-type; an empty one is sent too. */
export function entries(objects: readonly ObjectEntry[]): XmlElement {
  return info(
    'uris',
    {},
    objects.map(({ uri, displayText, purpose }) =>
      info('entry', {}, [
        info('uri', {}, [uri]),
        ...(displayText === undefined ? [] : [info('display-text', {}, [displayText])]),
        ...(purpose === undefined ? [] : [info('purpose', {}, [purpose])]),
      ]),
    ),
  );
}

/** What a list is to hold (RFC 6503 §5.3.1, §5.3.2). */
export const filterOf = ({ xpathFilter, xpathPrefixes }: CcmpRequest): AskedFilter | undefined =>
  xpathFilter === undefined
    ? undefined
    : { expression: xpathFilter, ...(xpathPrefixes && { prefixes: xpathPrefixes }) };
