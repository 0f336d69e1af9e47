import type { ObjectEntry } from '../../conference/calls.ts';
import { Refusal } from '../../conference/refusal.ts';
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

/** A list that is longer than was asked for would mislead, so a filter is refused, not passed over. */
export function refuseFilter(request: CcmpRequest): void {
  if (request.xpathFilter === undefined) return;
  throw new Refusal('not-implemented', 'Leave out xpathFilter and choose from the whole list: filters are not served.');
}
