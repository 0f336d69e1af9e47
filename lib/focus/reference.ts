import type { Refusal } from '../sip/event/package.ts';
import { BadMessage } from '../sip/message/bad-message.ts';
import { formatDialogReference, REPLACES } from '../sip/message/headers/index.ts';
import { parseUri } from '../sip/message/parse-uri.ts';
import { Parameters } from '../sip/message/parameters.ts';
import { SipUri, type TelUri, type Uri } from '../sip/message/uri.ts';

/** Somebody whom the focus can call. */
export type Address = SipUri | TelUri;

/** What a REFER asks of the focus (RFC 4579 §5.5, §5.7, §5.10, §5.11). */
export type Reference =
  /** To call somebody; in place of a dialog of hers where `replaces`, a value of Replaces, names one (RFC 3891). */
  | { readonly action: 'add'; readonly address: Address; readonly replaces?: string }
  | { readonly action: 'remove'; readonly address: Address }
  /** To ask somebody by REFER to call this URI. */
  | { readonly action: 'refer'; readonly address: Address; readonly referTo: Uri };

/** What of a URI says whom to call; the rest would say how, which is not for others to choose. */
const KEPT = ['transport', 'user', 'gr'];

/** Reads the URI of a Refer-To, or of an entry of the list that it leads to. */
export function readReference(uri: Uri): Reference | Refusal {
  try {
    return referenceOf(uri);
  } catch (error) {
    if (error instanceof BadMessage) return forbidden(error.message);
    throw error;
  }
}

function referenceOf(uri: Uri): Reference | Refusal {
  if (uri.kind === 'opaque') return forbidden(`Refer-To With ${uri.scheme}`);
  if (uri.kind === 'tel') return { action: 'add', address: uri };
  const address = addressOf(uri);
  if (address === undefined) return forbidden('Refer-To With Way');
  const headers = new Map(uri.headers.map(([name, value]) => [name.toLowerCase(), value]));
  if (headers.size < uri.headers.length) return forbidden('Refer-To With Headers');
  // RFC 5368 §9 writes the method as if it were a header.
  const method = (uri.parameter('method') ?? headers.get('method') ?? 'INVITE').toUpperCase();
  headers.delete('method');
  const [name] = [...headers.keys()].filter((one) => one !== ALLOWED.get(method));
  if (name !== undefined || !ALLOWED.has(method)) return forbidden(`Refer-To With ${name ?? method}`);
  if (method === 'BYE') return { action: 'remove', address };
  if (method === 'REFER') return { action: 'refer', address, referTo: parseUri(headers.get('refer-to') ?? '') };
  const replaces = headers.get('replaces');
  return { action: 'add', address, ...(replaces !== undefined && { replaces: checkedReplaces(replaces) }) };
}

/** The methods that may be asked for, and the one header that each may bring. */
const ALLOWED: ReadonlyMap<string, string> = new Map([
  ['INVITE', 'replaces'],
  ['BYE', ''],
  ['REFER', 'refer-to'],
]);

/** The URI without everything that steers a request; undefined where that changes where it goes. */
export function addressOf(uri: SipUri): SipUri | undefined {
  if (uri.parameters.has('maddr') || uri.user === undefined) return undefined;
  const { scheme, user, host, port, parameters } = uri.written;
  let kept = Parameters.NONE;
  for (const name of KEPT) if (parameters.has(name)) kept = kept.with(name, parameters.get(name));
  return new SipUri({ scheme, user, host, port, parameters: kept, password: undefined, headers: [] });
}

/** Written anew, so that nothing else comes along. @throws {BadMessage} 400 */
function checkedReplaces(value: string): string {
  const named = REPLACES.read(value);
  return `${formatDialogReference(named)}${named.parameters.has('early-only') ? ';early-only' : ''}`;
}

const forbidden = (reason: string): Refusal => ({ status: 403, reason });
