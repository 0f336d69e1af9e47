import { Response } from '../message/response.ts';
import { newTag } from '../token.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Refusal } from './package.ts';

/** A request that came, as far as the event framework needs it. */
export type Incoming = Pick<ServerTransaction, 'request' | 'flow' | 'respond'>;

/** Answers a request with a refusal. */
export function refuse(server: Incoming, { status, ...parts }: Refusal): void {
  server.respond(Response.to(server.request, status, { toTag: newTag(), ...parts }));
}
