import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { BadMessage } from '../sip/message/bad-message.ts';
import { parseUri } from '../sip/message/parse-uri.ts';
import { type Destination, destinationOf, type DestinationRules } from './destination.ts';
import type { Quotas } from './quota.ts';
import { type Address, addressOf } from './reference.ts';
import { type Final, finalOf } from './ring.ts';

/** Somebody to whom the focus turns by itself, for a conference. */
export interface Contacted {
  readonly conference: XconUri;
  /** Where she is one of the conference. */
  readonly user?: XconUserId | undefined;
  /** Who wants it; undefined where the list of the conference does. */
  readonly adder?: XconUserId | undefined;
}

interface Party {
  readonly userId?: XconUserId;
  readonly addresses: readonly string[];
  readonly anonymous?: boolean;
  readonly diverted?: boolean;
}

/** Communication barring, asked before an INVITE leaves. */
export interface Screening {
  add(
    adder: Party | undefined,
    invitee: Party,
    conference: XconUri,
    media: readonly string[],
  ): Promise<{ readonly allowed: true } | { readonly allowed: false; readonly status: number; readonly text: string }>;
}

export interface GateParts {
  readonly rules: DestinationRules;
  readonly servesDomain: (domain: string) => boolean;
  /** Whether an address is that of a conference of ours: none of them takes part in another (3GPP TS 24.605). */
  readonly isConference: (address: Address) => Promise<boolean>;
  readonly quotas: Quotas;
  readonly screening?: Screening | undefined;
  /** Types of media that are offered. */
  readonly media: readonly string[];
}

/** Lets out what the focus sends to people by itself, as far as all rules do. */
export class Gate {
  readonly #parts: GateParts;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /** Whether an address may be called at all, whoever asks. */
  admits(text: string): boolean {
    return this.destination(text) !== undefined;
  }

  /** How an address is reached, whoever asks; undefined where nobody is called. */
  destination(text: string): Destination | undefined {
    const address = readAddress(text);
    return address && this.#destination(address);
  }

  /**
   * Does something to an address where that may be done; otherwise resolves to how it is refused. `diverted`: a redirection leads
   * there, which decides nothing itself (RFC 3261 §8.1.3.4).
   */
  async pass(
    { conference, user, adder }: Contacted,
    object: ConferenceObject,
    text: string,
    diverted: boolean,
    send: (destination: Destination) => Promise<Final>,
  ): Promise<Final> {
    const { quotas, screening, media, isConference } = this.#parts;
    const address = readAddress(text);
    const destination = address && this.#destination(address);
    if (address === undefined || destination === undefined) return finalOf(403, 'Nobody Is Called There');
    if (await isConference(address)) return finalOf(403, 'A conference can not take part in another conference');
    const release = await quotas.take(adder ?? conference, destination.kind === 'foreign');
    if (release === undefined) return finalOf(503, 'Too Many Calls');
    try {
      const invitee = { ...(user && { userId: user }), addresses: [text], ...(diverted && { diverted }) };
      const verdict = await screening?.add(adder && adderIn(object, adder), invitee, conference, media);
      if (verdict?.allowed === false) return finalOf(verdict.status, verdict.text);
      return await send(destination);
    } finally {
      release();
    }
  }

  #destination(address: Address): Destination | undefined {
    const { rules, servesDomain } = this.#parts;
    return destinationOf(address, rules, servesDomain);
  }
}

/** Whom the others do not know, he who is called does not know either. */
function adderIn({ users }: ConferenceObject, userId: XconUserId): Party {
  const { addresses = [], anonymity = 'none' } = users.get(userId)?.facts ?? {};
  return { userId, addresses, anonymous: anonymity !== 'none' };
}

function readAddress(text: string): Address | undefined {
  try {
    const uri = parseUri(text);
    if (uri.kind === 'sip') return addressOf(uri);
    return uri.kind === 'tel' ? uri : undefined;
  } catch (error) {
    if (error instanceof BadMessage) return undefined;
    throw error;
  }
}
