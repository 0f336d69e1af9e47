import type { IncomingMessage } from 'node:http';
import getRawBody from 'raw-body';

/** A request's body can't be served; the status says why and the message may go to the client. */
export class UnacceptableBody extends Error {
  readonly status: 400 | 413 | 415;

  constructor(status: 400 | 413 | 415, message: string) {
    super(message);
    this.status = status;
  }
}

export interface BodyLimits {
  readonly bytes: number;
}

/** 192 KiB: nothing that follows from a request holds the event loop for more than 50 ms. */
export const bodyDefaults: BodyLimits = { bytes: 196_608 };

/** Reads the whole body. How long a client may take is the listener's `requestTime`. @throws {UnacceptableBody} */
export async function readBody(request: IncomingMessage, { bytes }: BodyLimits = bodyDefaults): Promise<Buffer> {
  const coding = request.headers['content-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'identity') {
    throw new UnacceptableBody(415, 'a request body has no content coding here');
  }
  try {
    return await getRawBody(request, { limit: bytes, length: request.headers['content-length'] ?? null });
  } catch (error) {
    const { type } = error as getRawBody.RawBodyError;
    if (type === 'entity.too.large') throw new UnacceptableBody(413, `a request body has at most ${bytes} bytes here`);
    throw new UnacceptableBody(400, 'the request body did not arrive whole');
  }
}
