import { parseXconUri, type XconUri } from '../model/identifiers.ts';
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
