import { BlockList, isIP } from 'node:net';
import { BadMessage } from './message/bad-message.ts';
import { P_ASSERTED_IDENTITY, PRIVACY } from './message/headers/index.ts';
import type { NameAddress } from './message/name-address.ts';
import type { Request } from './message/request.ts';
import type { Flow } from './transport/flow.ts';

/** The Trust Domain (RFC 3325 §2.3): those who may assert who sends. Nobody by default. */
export interface TrustOptions {
  /** Domains that a peer's certificate names. */
  readonly names?: readonly string[];
  /** Addresses and networks (`192.0.2.0/24`) that are believed over TCP, TLS and WebSocket. */
  readonly addresses?: readonly string[];
  /** Believes those addresses over UDP too, where anybody can write any address. */
  readonly trustUdp?: boolean;
}

export class TrustDomain {
  readonly #names: ReadonlySet<string>;
  readonly #addresses = new BlockList();
  readonly #trustUdp: boolean;
  /** The address that was judged last: most requests come from the same edge. */
  #judged: { readonly address: string; readonly isTrusted: boolean } | undefined;

  /** @throws {RangeError} for what is no address and no network */
  constructor({ names = [], addresses = [], trustUdp = false }: TrustOptions = {}) {
    this.#names = new Set(names.map((name) => name.toLowerCase()));
    this.#trustUdp = trustUdp;
    for (const written of addresses) {
      const [address = '', length] = written.split('/');
      const family = isIP(address);
      const bits = length === undefined ? (family === 6 ? 128 : 32) : Number(length);
      if (family === 0 || !/^\d*$/u.test(length ?? '') || bits > (family === 6 ? 128 : 32))
        throw new RangeError(`no address and no network: ${written}`);
      this.#addresses.addSubnet(address, bits, familyOf(address));
    }
  }

  /** Whether the peer of a flow belongs to it: by its certificate, or by an address that it can't have forged. */
  has(flow: Pick<Flow, 'peer' | 'protocol' | 'remote'>): boolean {
    if (flow.peer?.names.some((name) => this.#names.has(name.toLowerCase()))) return true;
    if (flow.protocol === 'udp' && !this.#trustUdp) return false;
    const { address } = flow.remote;
    if (this.#judged?.address !== address) {
      const isTrusted = isIP(address) !== 0 && this.#addresses.check(address, familyOf(address));
      this.#judged = { address, isTrusted };
    }
    return this.#judged.isTrusted;
  }
}

const familyOf = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/**
 * The request as handlers may see it: from outside of the Trust Domain without P-Asserted-Identity (RFC 3325 §5), and so it is
 * when that field is malformed or says more than one SIP and one tel URI (§9.1).
 */
export function fenceIdentity(request: Request, flow: Flow, trust: TrustDomain): Request {
  if (!request.has('P-Asserted-Identity')) return request;
  return trust.has(flow) && assertedIdentities(request).length > 0
    ? request
    : request.with({ 'P-Asserted-Identity': undefined });
}

/** Who sends, as a trusted peer asserts it; to be asked behind `fenceIdentity` only. */
export function assertedIdentities(request: Request): readonly NameAddress[] {
  try {
    const identities = request.all(P_ASSERTED_IDENTITY);
    const schemes = identities.map(({ uri }) => (uri.scheme === 'sips' ? 'sip' : uri.scheme));
    const wellFormed = schemes.every((scheme, at) => /^(?:sip|tel)$/u.test(scheme) && schemes.indexOf(scheme) === at);
    return wellFormed ? identities : [];
  } catch (error) {
    if (error instanceof BadMessage) return [];
    throw error;
  }
}

/**
 * What a sender asks to be kept private (RFC 3323 §4.2, RFC 3325 §9.3, RFC 7044 §10.1), in lower case; `none` stands alone.
 * @throws {BadMessage} 400
 */
export function privacyOf(message: Pick<Request, 'get'>): ReadonlySet<string> {
  const asked = new Set(message.get(PRIVACY));
  return asked.has('none') ? new Set(['none']) : asked;
}
