import { MediaRefused } from '../mixer/mixer.ts';
import type { Description } from '../sip/dialog/description.ts';
import type { Refused } from '../sip/dialog/session-user.ts';
import { bodyParts } from '../sip/message/multipart.ts';
import type { Request } from '../sip/message/request.ts';
import { warning } from './answers.ts';

const SDP = 'application/sdp';

export const sessionDescription = (text: string): Description => ({ type: SDP, body: Buffer.from(text) });

/** The SDP of a description; undefined where it is something else. */
export const sdpIn = ({ type, body }: Description): string | undefined =>
  type.split(';', 1)[0]?.trim().toLowerCase() === SDP ? body.toString() : undefined;

/** The SDP that an INVITE offers, alone or beside other bodies (RFC 5621). */
export function offerIn(request: Request): string | undefined {
  const part = bodyParts(request).find(({ contentType }) => contentType.type === SDP);
  return part?.body.toString();
}

const STATUS: Readonly<Record<MediaRefused['reason'], number>> = {
  malformed: 400,
  incompatible: 488,
  busy: 503,
  unavailable: 503,
};

/** Why an offer is not taken (RFC 3261 §21.4.26). */
export const mediaRefusal = ({ reason, warning: code, message }: MediaRefused): Refused => ({
  status: STATUS[reason],
  fields: [warning(message, code), ...(STATUS[reason] === 503 ? [['Retry-After', '5'] as const] : [])],
});

/** The types of media that are offered, each once (RFC 8866 §5.14); a port 0 offers nothing. */
export const offeredTypes = (offer: string): readonly string[] => [
  ...new Set([...offer.matchAll(/^m=([\w.+-]+) (?!0[ /])/gm)].map(([, type = '']) => type)),
];
