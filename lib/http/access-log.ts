import type { Middleware } from 'koa';
import { pino } from 'pino';
import type { DestinationStream, Logger } from 'pino';
import type { EndedRequest } from './metrics.ts';
import { factsIn } from './scheme.ts';

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

/** What an application adds to the line of its request: `ctx.state.log`. */
export type LogFields = Record<string, string | number | boolean | undefined>;

/**
 * One line per request when its answer is out or broken off: no headers, no query, no bodies. Times by `now`, in ms. `ended`
 * is told the same.
 */
export const accessLog = (
  logger: Logger,
  now: () => number = () => performance.now(),
  ended?: (request: EndedRequest) => void,
): Middleware => {
  // The fields hold no objects, and looking for secrets inside them would take longer than writing the line.
  const lines = logger.child({}, { redact: { paths: SECRETS.map(bracketed), censor: CENSOR } });
  return async (ctx, next) => {
    const begun = now();
    const { source } = factsIn(ctx);
    ctx.res.once('close', () => {
      const milliseconds = now() - begun;
      const status = ctx.res.statusCode;
      const fields = (ctx.state['log'] ?? {}) as LogFields;
      ended?.({ status, seconds: milliseconds / 1_000, fields });
      fields['source'] = source;
      fields['method'] = ctx.method;
      fields['path'] = ctx.path;
      fields['status'] = status;
      fields['duration'] = Math.round(milliseconds * 10) / 10;
      if (!ctx.res.writableFinished) fields['aborted'] = true;
      lines.info(fields, 'request');
    });
    await next();
  };
};
