import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import Router from '@koa/router';
import Koa from 'koa';
import getRawBody from 'raw-body';
import { AdministrationRefused, OPERATIONS, type Administration } from './administration.ts';

/** The longest path of a Unix socket on Linux (unix(7)), in bytes. */
const LONGEST_PATH = 107;

export interface AdminSocketOptions {
  /** Bytes of a request. */
  readonly maxBody: number;
  /** Told of errors that are no refusals. */
  readonly onError: (error: unknown) => void;
}

/**
 * Serves an administration on a Unix socket that only the owner of the data directory may use: `POST /<operation>`
 * with the argument as JSON. The caller holds the data directory, so a socket that is there already is a dead one's.
 */
export async function openAdminSocket(
  path: string,
  administration: Administration,
  options: AdminSocketOptions,
): Promise<Server> {
  if (Buffer.byteLength(path) > LONGEST_PATH)
    throw new Error(`${path} is too long for a socket; choose a shorter data directory`);
  rmSync(path, { force: true });
  const handle = application(administration, options).callback();
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((listening, failed) => {
    const mask = process.umask(0o177);
    server.once('error', failed).listen(path, listening); // binds before it returns
    process.umask(mask);
  });
  return server;
}

/** Ends it when the operations under way are done, or after the grace time (ms); a client that asks nothing holds it too. */
export async function closeAdminSocket(server: Server, grace: number): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), grace);
  await new Promise((closed) => server.close(closed));
  clearTimeout(cut);
}

function application(administration: Administration, { maxBody, onError }: AdminSocketOptions): Koa {
  const router = new Router();
  for (const operation of OPERATIONS) {
    router.post(`/${operation}`, async (context) => {
      const body = await getRawBody(context.req, { limit: maxBody, encoding: 'utf8' });
      // Only this package's own client speaks to the socket, so the argument has the shape that the operation takes.
      const perform = administration[operation].bind(administration) as (argument: unknown) => Promise<unknown>;
      context.body = { result: await perform(JSON.parse(body)) };
    });
  }
  const app = new Koa();
  app.use(async (context, next) => {
    try {
      await next();
    } catch (error) {
      const refused = error instanceof AdministrationRefused;
      if (!refused) onError(error);
      context.status = refused ? 409 : 500;
      context.body = { error: error instanceof Error ? error.message : String(error) };
    }
  });
  app.use(router.routes());
  return app;
}
