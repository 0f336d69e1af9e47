import { Parameters } from '../message/parameters.ts';
import { SipUri } from '../message/uri.ts';
import type { Via } from '../message/via.ts';
import type { Protocol } from '../transport/flow.ts';

/** The host of a Via as a URI, whose servers take responses (RFC 3263 §5). */
export const senderOf = ({ host, port }: Via, protocol: Protocol): SipUri =>
  SipUri.of({ host, ...(port !== undefined && { port }), parameters: Parameters.of({ transport: protocol }) });
