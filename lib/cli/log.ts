import { pino, type Logger } from 'pino';
import { createLogger } from '../http/access-log.ts';

const STANDARD_ERROR = 2;
/** Lines are written together: when they fill a page, and at the latest after so many milliseconds. */
const BUFFERED = 4_096;
const SOON = 100;

/** The log of a command, on standard error: standard output is for what was asked. The last lines survive an exit. */
export function createErrorLogger(level: string): Logger {
  const destination = pino.destination({ dest: STANDARD_ERROR, sync: false, minLength: BUFFERED, periodicFlush: SOON });
  process.once('exit', () => destination.flushSync());
  return createLogger({ level, destination });
}
