import { CONFERENCE_INFO } from '../model/names.ts';
import type { Content, Format } from '../notification/watching.ts';

const escape = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

const END = Buffer.from('</conference-info>');

/**
 * The body of a NOTIFY. Of `conference-info+xml` the root is each watcher's own: the URI that he subscribed to, character
 * for character, and the version of his subscription (RFC 4575 §4.3); what is in it is shared.
 */
export function bodyOf(format: Format, { kind, body }: Content, entity: string, version: number): Buffer {
  if (kind !== 'deleted' && format !== 'conference-info') return body;
  const state = kind === 'deleted' ? 'deleted' : 'full';
  const attributes = `xmlns="${CONFERENCE_INFO}" entity="${escape(entity)}" state="${state}" version="${version}"`;
  return Buffer.concat([
    Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>\n<conference-info ${attributes}>`),
    body,
    END,
  ]);
}
