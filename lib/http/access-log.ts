import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { Exchange } from './exchange.ts';
import type { EndedRequest } from './metrics.ts';

export interface LoggerOptions {
  /** trace, debug, info, warn, error, fatal or silent. */
  readonly level: string;
  /** Standard output when absent. */
  readonly destination?: DestinationStream;
}

export const loggerDefaults: LoggerOptions = { level: 'info' };

const CENSOR = '[secret]';
const SECRETS = ['password', 'secret', 'authorization', 'cookie', 'proxy-authorization', 'headers'];

const bracketed = (name: string): string => `["${name}"]`;

/** A logger that never writes what a field with a secret's name holds, at the top or one or two levels down. */
export function createLogger({ level, destination }: LoggerOptions = loggerDefaults): Logger {
  const paths = SECRETS.map(bracketed).flatMap((name) => [name, `*${name}`, `*.*${name}`]);
  const options = { level, redact: { paths, censor: CENSOR } };
  return destination ? pino(options, destination) : pino(options);
}

/**
 * One line per request when its answer is out or broken off: no headers, no query, no bodies. `ended` is told the same.
 */
export function logRequests(logger: Logger, ended?: (request: EndedRequest) => void): (exchange: Exchange) => void {
  // The fields hold no objects, and looking for secrets inside them would take longer than writing the line.
  const lines = logger.child({}, { redact: { paths: SECRETS.map(bracketed), censor: CENSOR } });
  return ({ request, response, facts, path, log }) => {
    const begun = performance.now();
    response.on('close', () => {
      const milliseconds = performance.now() - begun;
      const status = response.statusCode;
      ended?.({ status, seconds: milliseconds / 1_000, fields: log });
      log['source'] = facts.source;
      log['method'] = request.method;
      // A service whose paths hold secrets says another.
      log['path'] ??= path;
      log['status'] = status;
      log['duration'] = Math.round(milliseconds * 10) / 10;
      if (!response.writableFinished) log['aborted'] = true;
      lines.info(log, 'request');
    });
  };
}
