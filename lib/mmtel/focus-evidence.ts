/** A Contact, as far as it tells what its user agent is: the parameters of the header field, not of its URI. */
export interface Contact {
  readonly parameters: { get(name: string): string | undefined };
}

/**
 * Whether a Contact in an INVITE, a 2xx, a target refresh or an answer to OPTIONS shows a focus (RFC 3840 §5, RFC 4579
 * §5.1). A parameter of Refer-To or of a URI is no evidence: Linphone writes `isfocus` there to add ordinary people.
 */
export function isFocus(contact: Contact | undefined): boolean {
  const value = contact?.parameters.get('isfocus');
  return value !== undefined && value.trim().toUpperCase() !== 'FALSE';
}

/** Why a communication with a focus is refused (3GPP TS 24.605): status, phrase for Warning and for people. */
export const FOCUS_REFUSED = {
  status: 403,
  text: 'A conference can not take part in another conference.',
} as const;
