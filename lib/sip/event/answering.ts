import { BadMessage } from '../message/bad-message.ts';
import { Response } from '../message/response.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Refusal } from './package.ts';

/** Runs what answers a request, unless it gives a refusal: that is the answer then. What it throws is answered too. */
export async function answering(
  server: ServerTransaction,
  run: () => Promise<Refusal | undefined>,
  report: (error: unknown) => void,
): Promise<void> {
  const refusal = await run().catch((error: unknown): Refusal => {
    if (error instanceof BadMessage) return { status: error.status, reason: error.reason };
    report(error);
    return { status: 500 };
  });
  if (refusal !== undefined) server.respond(Response.to(server.request, refusal.status, refusal));
}
