import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { AdministrationRefused, OPERATIONS, type Administration } from './administration.ts';

/** No server listens on the admin socket. */
export class NoServer extends Error {}

/** The administration of a running server, through its admin socket; its methods throw `NoServer` when none runs. */
export const administrationAt = (socketPath: string): Administration =>
  Object.fromEntries(
    OPERATIONS.map((operation) => [operation, (argument: unknown = {}) => post(socketPath, `/${operation}`, argument)]),
  ) as unknown as Administration;

async function post(socketPath: string, path: string, argument: unknown): Promise<unknown> {
  const { status, body } = await new Promise<{ status: number | undefined; body: unknown }>((answered, failed) => {
    const call = request({ socketPath, path, method: 'POST' }, (response) => {
      json(response).then((body) => answered({ status: response.statusCode, body }), failed);
    });
    call.on('error', (error: NodeJS.ErrnoException) => {
      failed(error.code === 'ENOENT' || error.code === 'ECONNREFUSED' ? new NoServer(socketPath) : error);
    });
    call.end(JSON.stringify(argument));
  });
  const { result, error } = body as { result?: unknown; error?: string };
  if (status === 409) throw new AdministrationRefused(error ?? 'refused');
  if (status !== 200) throw new Error(error ?? `the admin socket answered ${status ?? 'nothing'}`);
  return result;
}
