import { Parameters } from '../sip/message/parameters.ts';
import type { Request } from '../sip/message/request.ts';
import { SipUri, type Uri } from '../sip/message/uri.ts';
import { newTag } from '../sip/token.ts';

/** What of a Contact says which device it is (RFC 5627); the rest is of no interest to other participants. */
const KEPT = ['gr', 'transport'];
/** Characters of a longer one are cut off with the URI's parameters. */
const LONGEST = 256;

/** The entity of the endpoint that calls: its Contact (RFC 4575 §5.7), unlike those that its user has there already. */
export const endpointEntity = (device: string, taken: ReadonlySet<string>): string =>
  taken.has(device) ? `${device};call=${newTag()}` : device;

/** The URI at which a caller is. */
export const deviceOf = ({ contacts, from }: Request): string => written(contacts[0]?.uri ?? from.uri);

function written(uri: Uri): string {
  if (uri.kind !== 'sip') return uri.toString().slice(0, LONGEST);
  const { scheme, user, host, port, parameters } = uri.written;
  let kept = Parameters.NONE;
  for (const name of KEPT) if (parameters.has(name)) kept = kept.with(name, parameters.get(name));
  const device = { scheme, user, host, port, password: undefined, headers: [] };
  const full = new SipUri({ ...device, parameters: kept }).toString();
  if (full.length <= LONGEST) return full;
  return new SipUri({ ...device, user: user?.slice(0, LONGEST / 2), parameters: Parameters.NONE }).toString();
}
