import { parseXconUri, type XconUri } from '../model/identifiers.ts';
import { BadMessage } from '../sip/message/bad-message.ts';
import { parseUri } from '../sip/message/parse-uri.ts';
import type { Uri } from '../sip/message/uri.ts';

/**
 * The conference that a SIP URI names: its own, `sip:ID@DOMAIN`, or the Contact of its focus, whose host is ours and whose
 * `conf-id` or user is its id. Both are one resource. `domain` is the one in which identifiers are made.
 */
export function conferenceOf(uri: Uri, domain: string, servesDomain: (domain: string) => boolean): XconUri | undefined {
  if (uri.kind !== 'sip' || uri.user === undefined) return undefined;
  const id = uri.parameters.get('conf-id') ?? uri.user;
  const host = servesDomain(uri.host.toLowerCase()) ? uri.host : domain;
  return parseXconUri(`xcon:${id}@${host}`);
}

/** The id of a conference in its SIP addresses. */
export const idOf = (uri: XconUri): string => uri.slice('xcon:'.length).replace(/@[^@]*$/, '');

/** The parameter by which phones know a Contact as that of a focus (RFC 4579 §4, RFC 3840). */
export const FOCUS = ';isfocus';

/** The SIP URI of a conference. */
export const sipUriOf = (uri: XconUri, domain: string): string =>
  `sip:${idOf(uri)}@${uri.includes('@') ? uri.slice(uri.lastIndexOf('@') + 1) : domain}`;

/** The conference at an address that somebody has written; undefined also where it is no address. */
export function conferenceAt(text: string, find: (uri: Uri) => XconUri | undefined): XconUri | undefined {
  try {
    return find(parseUri(text));
  } catch (error) {
    if (error instanceof BadMessage) return undefined;
    throw error;
  }
}
