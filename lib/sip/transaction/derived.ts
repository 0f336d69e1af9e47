import { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';

/** The ACK to a final response other than 2xx: part of its INVITE's transaction (RFC 3261 §17.1.1.3). */
export const ackTo = (invite: Request, response: Response): Request =>
  derived(invite, 'ACK', response.header('To') ?? '', []);

/** The CANCEL of an INVITE, with its branch (RFC 3261 §9.1). `reason`: value of Reason (RFC 3326). */
export const cancelOf = (invite: Request, reason?: string): Request =>
  derived(invite, 'CANCEL', invite.header('To') ?? '', reason === undefined ? [] : [['Reason', reason]]);

function derived(
  invite: Request,
  method: string,
  to: string,
  fields: readonly (readonly [name: string, value: string])[],
): Request {
  return Request.create(method, invite.uriText, [
    ['Via', invite.header('Via') ?? ''],
    ['Max-Forwards', '70'],
    ...invite.lines('Route').map((route) => ['Route', route] as const),
    ['From', invite.header('From') ?? ''],
    ['To', to],
    ['Call-ID', invite.callId],
    ['CSeq', `${invite.cseq.number} ${method}`],
    ...fields,
  ]);
}
