import { Request } from '../../lib/sip/message/request.ts';
import { newCallId, newTag } from '../../lib/sip/token.ts';

/** A request outside of any dialog, as a user agent makes it; the Via is the transaction layer's. */
export function newRequest(
  method: string,
  {
    to = 'bob@192.0.2.2',
    fields = [],
    body = '',
  }: { to?: string; fields?: readonly (readonly [string, string])[]; body?: string } = {},
): Request {
  return Request.create(
    method,
    `sip:${to}`,
    [
      ['Max-Forwards', '70'],
      ['From', `<sip:alice@192.0.2.1>;tag=${newTag()}`],
      ['To', `<sip:${to}>`],
      ['Call-ID', newCallId()],
      ['CSeq', `1 ${method}`],
      ['Contact', '<sip:alice@192.0.2.1:5060>'],
      ...(body === '' ? [] : [['Content-Type', 'application/sdp'] as const]),
      ...fields,
    ],
    Buffer.from(body),
  );
}
