import type { RequestListener } from 'node:http';
import type { SocketAddress } from './address.ts';
import { listenerDefaults } from './listener-limits.ts';
import { HttpListener } from './listener.ts';
import type { Metrics } from './metrics.ts';

export interface AdminParts {
  readonly metrics: Metrics;
  /** Resolves when requests can be served; rejects with the reason why not. */
  readonly ready: () => Promise<void>;
  /** Milliseconds that `ready` may take. */
  readonly readyTime: number;
}

export interface AdminListener {
  readonly address: SocketAddress;
  readonly close: () => Promise<void>;
}

/** For operators and their probes, on an address of its own: `/metrics`, `/healthz`, `/readyz`. */
export async function openAdminListener(listen: SocketAddress, parts: AdminParts): Promise<AdminListener> {
  const listener = new HttpListener(endpoints(parts), listenerDefaults);
  return { address: await listener.start(listen), close: () => listener.close() };
}

interface Page {
  readonly status: number;
  readonly type?: string;
  readonly text: string;
}

const endpoints = (parts: AdminParts): RequestListener => {
  const pages: Readonly<Record<string, () => Promise<Page>>> = {
    '/metrics': async () => ({ status: 200, ...(await parts.metrics.write()) }),
    // Whether to restart the process: it answers, so it lives.
    '/healthz': () => Promise.resolve({ status: 200, text: 'alive\n' }),
    // Whether to send it requests.
    '/readyz': () =>
      withinTime(parts.ready(), parts.readyTime).then(
        () => ({ status: 200, text: 'ready\n' }),
        (error: unknown) => ({ status: 503, text: `not ready: ${(error as Error).message}\n` }),
      ),
  };
  return (request, response) => {
    const path = (request.url ?? '').replace(/\?.*$/, '');
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    const answer = ({ status, type = 'text/plain; charset=utf-8', text }: Page): void => {
      response.writeHead(status, { 'Content-Type': type, 'Cache-Control': 'no-store' });
      response.end(request.method === 'HEAD' ? undefined : text);
    };
    request.resume();
    if (page === undefined) answer({ status: 404, text: 'not found\n' });
    else if (request.method !== 'GET' && request.method !== 'HEAD') answer({ status: 405, text: 'only GET\n' });
    else page().then(answer, () => answer({ status: 500, text: 'failed\n' }));
  };
};

async function withinTime(promise: Promise<void>, time: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('the store does not answer')), time);
  });
  await Promise.race([promise, tooLate]).finally(() => clearTimeout(timer));
}
