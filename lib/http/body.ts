import type { IncomingMessage } from 'node:http';

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
export function readBody(request: IncomingMessage, { bytes }: BodyLimits = bodyDefaults): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const refuse = (status: UnacceptableBody['status'], message: string): void => {
      // The rest is not read.
      request.off('data', take).pause();
      reject(new UnacceptableBody(status, message));
    };
    const take = (chunk: Buffer): void => {
      length += chunk.length;
      if (length > bytes) refuse(413, tooLong(bytes));
      else chunks.push(chunk);
    };
    const { 'content-encoding': coding, 'content-length': announced } = request.headers;
    if (coding !== undefined && coding.toLowerCase() !== 'identity') {
      refuse(415, 'a request body has no content coding here');
    } else if (Number(announced ?? 0) > bytes) {
      refuse(413, tooLong(bytes));
    } else {
      request.on('data', take);
      request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)));
      request.on('close', () => {
        if (!request.readableEnded) refuse(400, 'the request body did not arrive whole');
      });
    }
  });
}

const tooLong = (bytes: number): string => `a request body has at most ${bytes} bytes here`;
