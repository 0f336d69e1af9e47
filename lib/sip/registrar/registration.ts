import { grantExpires } from '../event/expiry.ts';
import type { ExpiresLimits, Refusal } from '../event/package.ts';
import { BadMessage } from '../message/bad-message.ts';
import { outboundOf, PATH } from '../message/headers/index.ts';
import type { NameAddress } from '../message/name-address.ts';
import { ownText } from '../message/own-text.ts';
import type { Request } from '../message/request.ts';
import type { Flow } from '../transport/flow.ts';
import type { Binding } from './location-store.ts';
import { outboundSupport } from './outbound.ts';

/** A binding as a REGISTER asks for it. */
export interface AskedBinding extends Pick<Binding, 'contact' | 'parameters' | 'q' | 'flow' | 'outbound'> {
  /** Seconds granted; 0: to be removed. */
  readonly expires: number;
}

/** What a REGISTER asks for. */
export interface Registration {
  readonly callId: string;
  readonly cseq: number;
  readonly path: readonly string[];
  /** `all`: every binding is to be removed (RFC 3261 §10.2.2). */
  readonly contacts: 'all' | readonly AskedBinding[];
}

/** Seconds taken for a malformed `expires` (RFC 3261 §10.2.1.1). */
const MALFORMED_EXPIRES = 3_600;

/** What can be judged of a REGISTER without its address's bindings (RFC 3261 §10.3 steps 6 and 7). @throws {BadMessage} 400 */
export function readRegistration(request: Request, flow: Flow, limits: ExpiresLimits): Registration | Refusal {
  const of = {
    callId: ownText(request.callId),
    cseq: request.cseq.number,
    path: request.all(PATH).map((hop) => ownText(hop.toString())),
  };
  if (request.hasWildcardContact) {
    if (request.expires !== 0) throw new BadMessage(400, 'Contact * without Expires 0');
    return { ...of, contacts: 'all' };
  }
  const support = outboundSupport(request);
  const contacts: AskedBinding[] = [];
  for (const contact of request.contacts) {
    const expires = grantExpires(expiresOf(contact) ?? request.expires, limits);
    if (typeof expires !== 'number') return expires;
    const outbound = outboundOf(contact);
    if (outbound !== undefined && support === 'refused') return { status: 439 };
    const named = outbound !== undefined && support === 'yes' ? { outbound: owned(outbound) } : {};
    contacts.push({
      contact: ownText(contact.uri.toString()),
      parameters: ownText(contact.parameters.without('expires').toString()),
      q: qOf(contact),
      expires,
      ...named,
      ...(isReachedBy(request, flow, contact, named.outbound !== undefined) && { flow: flow.id }),
    });
  }
  // RFC 5626 §6: one flow of one device at a time.
  const added = contacts.filter(({ expires }) => expires > 0);
  if (added.length > 1 && added.some(({ outbound }) => outbound !== undefined))
    throw new BadMessage(400, 'More than one Contact with a reg-id');
  return { ...of, contacts };
}

function expiresOf({ parameters }: NameAddress): number | undefined {
  const text = parameters.get('expires');
  if (text === undefined) return undefined;
  return /^\d+$/.test(text) ? Math.min(Number(text), 2 ** 32 - 1) : MALFORMED_EXPIRES;
}

/** RFC 3261 §25.1 qvalue. */
function qOf({ parameters }: NameAddress): number {
  const text = parameters.get('q') ?? '1';
  if (!/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(text)) throw new BadMessage(400, 'Malformed q');
  return Number(text);
}

const owned = ({ instance, regId }: NonNullable<Binding['outbound']>) => ({ instance: ownText(instance), regId });

/**
 * Whether the contact is reached by the flow that its REGISTER came by: it says so (RFC 5626), it can't be reached in another
 * way (RFC 7118 §5), or the host that sent the request names itself. A contact elsewhere, which somebody registers for a user, is not.
 */
function isReachedBy({ vias }: Request, flow: Flow, { uri }: NameAddress, isOutbound: boolean): boolean {
  if (vias.length > 1 || uri.kind !== 'sip') return false;
  if (isOutbound || flow.protocol === 'ws' || flow.protocol === 'wss') return true;
  const [via] = vias;
  return via?.host.toLowerCase() === uri.host.toLowerCase() && via.port === uri.port;
}
