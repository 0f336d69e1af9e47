import type { XconUri } from '../model/identifiers.ts';
import { CONFERENCE_INFO } from '../model/names.ts';
import type { Content, Format } from '../notification/watching.ts';

/** What is each watcher's own in `conference-info+xml`. */
export interface Root {
  /** The URI that he subscribed to, character for character. */
  readonly entity: string;
  /** Of his subscription (RFC 4575 §4.3). */
  readonly version: number;
}

export const escape = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';
const END = Buffer.from('</conference-info>');

/** The body of a NOTIFY: shared with all who see the same, but for the root of what telephones are told. */
export function bodyOf(format: Format, { kind, body }: Content, root: Root, conference: XconUri): Buffer {
  if (format === 'conference-info')
    return Buffer.concat([Buffer.from(start(root.entity, kind === 'deleted', root.version)), body, END]);
  // Documents of RFC 6501 know the conference by its XCON-URI, and no version.
  return kind === 'deleted' ? Buffer.from(`${start(conference, true)}</conference-info>`) : body;
}

function start(entity: string, isDeleted: boolean, version?: number): string {
  const state = isDeleted ? 'deleted' : 'full';
  const counted = version === undefined ? '' : ` version="${version}"`;
  return `${DECLARATION}<conference-info xmlns="${CONFERENCE_INFO}" entity="${escape(entity)}" state="${state}"${counted}>`;
}
