import type { Caller } from '../conference/calls.ts';
import type { Principal } from '../directory/principal.ts';
import { generateXconUserId } from '../model/identifiers.ts';
import type { Incoming } from '../sip/event/answering.ts';
import type { Refusal } from '../sip/event/package.ts';
import { assertedIdentities, privacyOf } from '../sip/identity.ts';
import type { NameAddress } from '../sip/message/name-address.ts';
import type { Request } from '../sip/message/request.ts';

/** Who calls, and where from. */
export interface Identified {
  readonly caller: Caller;
  /** An address, for limits on attempts. */
  readonly source: string;
  /** What a guest calls herself. */
  readonly displayText?: string;
  /** Nobody else is to know who it is (RFC 3323, RFC 3325 §9.3). */
  readonly anonymous: boolean;
}

export interface Identities {
  /** Whom a trusted peer asserts, else who proves a password; or the challenge. */
  identify(server: Incoming): Promise<{ readonly principal: Principal; readonly source: string } | Refusal>;
  servesDomain(domain: string): boolean;
  /** The domain in which identifiers are made. */
  readonly domain: string;
}

/**
 * Who sends an INVITE. From is no identity; it says whom we ask: who calls himself a user of ours proves it, anybody else
 * who proves nothing is a guest, whom the rules let in or not.
 */
export async function identifyCaller(server: Incoming, identities: Identities): Promise<Identified | Refusal> {
  const { request, flow } = server;
  const anonymous = isAnonymous(request);
  const source = flow.remote.address;
  if (isGuest(request, identities)) {
    const { displayName } = request.from;
    const named = displayName === undefined || displayName.trim() === '' || hidesHost(request.from);
    const userId = generateXconUserId(identities.domain);
    return { caller: { kind: 'guest', userId }, source, anonymous, ...(!named && { displayText: displayName.trim() }) };
  }
  const sender = await identities.identify(server);
  if ('status' in sender) return sender;
  return { caller: { kind: 'user', principal: sender.principal }, source: sender.source, anonymous };
}

function isGuest(request: Request, identities: Identities): boolean {
  if (request.has('Authorization') || assertedIdentities(request).length > 0) return false;
  const { uri } = request.from;
  return uri.kind !== 'sip' || !identities.servesDomain(uri.host.toLowerCase());
}

function isAnonymous(request: Request): boolean {
  const privacy = privacyOf(request);
  return privacy.has('id') || privacy.has('user');
}

/** RFC 3323 §4.1.1.3, RFC 3261 §8.1.1.3. */
const hidesHost = ({ uri, displayName }: NameAddress): boolean =>
  displayName?.trim().toLowerCase() === 'anonymous' || (uri.kind === 'sip' && uri.host.endsWith('.invalid'));
