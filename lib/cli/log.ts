import { pino, type DestinationStream, type Logger } from 'pino';
import { createLogger } from '../http/access-log.ts';

const STANDARD_ERROR = 2;
/** Lines are written together: when they fill so many bytes, and at the latest after so many milliseconds. */
const BUFFERED = 16_384;
const SOON = 100;

/** The log of a command, on standard error: standard output is for what was asked. The last lines survive an exit. */
export function createErrorLogger(level: string): Logger {
  const destination = pino.destination({ dest: STANDARD_ERROR, sync: false, contentMode: 'buffer' });
  const lines = new CollectedLines((bytes) => destination.write(bytes as unknown as string));
  process.once('exit', () => {
    lines.flush();
    destination.flushSync();
  });
  return createLogger({ level, destination: lines });
}

/** Hands lines on together, as UTF-8. */
export class CollectedLines implements DestinationStream {
  readonly #hand: (bytes: Buffer) => void;
  #bytes = Buffer.allocUnsafe(BUFFERED);
  #filled = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(hand: (bytes: Buffer) => void) {
    this.#hand = hand;
  }

  write(line: string): void {
    // A character of JavaScript takes three bytes at most.
    if (this.#filled + 3 * line.length > BUFFERED) this.flush();
    if (3 * line.length > BUFFERED) this.#hand(Buffer.from(line));
    else this.#filled += this.#bytes.write(line, this.#filled);
    this.#timer ??= setTimeout(() => this.flush(), SOON).unref();
  }

  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#filled === 0) return;
    this.#hand(this.#bytes.subarray(0, this.#filled));
    this.#bytes = Buffer.allocUnsafe(BUFFERED);
    this.#filled = 0;
  }
}
