import type { XconUri, XconUserId } from '../model/identifiers.ts';

/** One side of a communication, as far as its rules can tell. */
export interface Party {
  /** Of a user of the directory, whose rules are asked; undefined for anybody else. */
  readonly userId?: XconUserId | undefined;
  /** Addresses that are proven, or at which she is called (URIs in any spelling). */
  readonly addresses: readonly string[];
  /** Wants not to be known (RFC 3323 `Privacy: id`), or can not be. */
  readonly anonymous?: boolean;
  /** Is away from the home network; undefined where nobody knows. */
  readonly roaming?: boolean;
  /** Was reached by way of somebody else (RFC 7044 History-Info). */
  readonly diverted?: boolean;
}

/** What is decided of a communication, with what SIP answers (3GPP TS 24.611 §4.5.2.4.1, §4.5.2.6.2; RFC 5079). */
export type Verdict =
  { readonly allowed: true } | { readonly allowed: false; readonly status: 603 | 433; readonly text: string };

export const ALLOWED: Verdict = { allowed: true };

/**
 * Communication barring (3GPP TS 24.611), asked before an INVITE leaves or is answered. Media are types as in SDP
 * (`audio`); none where nobody knows them yet. The conference control asks by itself when somebody joins or is added.
 */
export interface CallScreening {
  /** Whether her outgoing communications let somebody call into a conference. */
  join(caller: Party, conference: XconUri, media: readonly string[]): Promise<Verdict>;
  /**
   * Whether somebody may be called from a conference: first what the adder may call, then what the invitee lets in.
   * Without an adder, as when the conference calls whom its list names, what the invitee lets in from the conference.
   */
  add(adder: Party | undefined, invitee: Party, conference: XconUri, media: readonly string[]): Promise<Verdict>;
}
