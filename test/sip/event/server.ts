import { BadMessage } from '../../../lib/sip/message/bad-message.ts';
import { Request } from '../../../lib/sip/message/request.ts';
import { Response } from '../../../lib/sip/message/response.ts';
import type { Incoming } from '../../../lib/sip/event/answering.ts';
import type { Flow } from '../../../lib/sip/transport/flow.ts';

const endpoint = { address: '192.0.2.1', port: 5060 };

export const flow: Flow = {
  id: 'udp:1',
  protocol: 'udp',
  local: endpoint,
  remote: { address: '192.0.2.7', port: 5060 },
  reliable: false,
  secure: false,
  peer: undefined,
  open: true,
  send: () => Promise.resolve(),
  onClose: () => () => undefined,
};

/** A request that came, and the responses that it got. */
export class Received implements Incoming {
  readonly request: Request;
  readonly flow = flow;
  readonly responses: Response[] = [];
  readonly #respond: (response: Response) => void;

  constructor(request: Request, respond: (response: Response) => void = () => undefined) {
    this.request = request;
    this.#respond = respond;
  }

  respond(response: Response): void {
    this.responses.push(response);
    this.#respond(response);
  }

  get status(): number | undefined {
    return this.responses[0]?.status;
  }

  header(name: string): string | undefined {
    return this.responses[0]?.header(name);
  }
}

let sequence = 0;

/** A request as Alice sends it, with header fields by name. */
export function request(
  method: string,
  fields: Readonly<Record<string, string | undefined>> = {},
  { uri = 'sip:conference@example.com', body = '' } = {},
): Request {
  sequence += 1;
  const all: Readonly<Record<string, string | undefined>> = {
    Via: `SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK${sequence}`,
    From: '<sip:alice@example.com>;tag=a',
    To: '<sip:conference@example.com>',
    'Call-ID': `call-${sequence}`,
    CSeq: `${sequence} ${method}`,
    Contact: '<sip:alice@192.0.2.7>',
    ...fields,
  };
  const present = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const]));
  return Request.create(method, uri, present, Buffer.from(body));
}

/** Runs a handler as the transaction layer does: what it throws as BadMessage is the answer. */
export async function handled(
  server: Received,
  handler: (server: Received) => void | Promise<void>,
): Promise<Received> {
  try {
    await handler(server);
  } catch (error) {
    if (!(error instanceof BadMessage)) throw error;
    server.respond(Response.to(server.request, error.status, { reason: error.reason }));
  }
  return server;
}
