import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Writer } from './writer.ts';

export interface Order {
  readonly id: number;
  readonly method: keyof Writer;
  readonly args: readonly unknown[];
}

/** Order 0 is the start itself. */
export type Answer =
  { readonly id: number; readonly result: unknown } | { readonly id: number; readonly failure: Failure };

interface Failure {
  readonly message: string;
  readonly code: string | undefined;
}

/** The disk or the database refused: `SQLITE_FULL`, `SQLITE_IOERR_…`, `ENOSPC` …; undefined where there is no code. */
export class StoreError extends Error {
  readonly code: string | undefined;

  constructor({ message, code }: Failure) {
    super(message);
    this.name = 'StoreError';
    this.code = code;
  }
}

/** An error as a message can carry it. */
export function failureOf(error: unknown): Failure {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  return { message: error instanceof Error ? error.message : String(error), code };
}

/** Starts `NAME-thread` beside this file. Compiled it runs as it is; as TypeScript each thread needs the loader anew. */
export function startThread(name: string, data: unknown): Worker {
  const extension = extname(import.meta.url);
  return new Worker(new URL(`./${name}-thread${extension}`, import.meta.url), {
    workerData: data,
    ...(extension === '.ts' && { execArgv: ['--import', new URL('./typescript-loader.mjs', import.meta.url).href] }),
  });
}

interface Pending {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

type Result<Method extends keyof Writer> = Awaited<ReturnType<Writer[Method]>>;

/** The writing thread as seen from the main one: each call is an order that is carried out after those before it. */
export class WriterThread {
  readonly #worker: Worker;
  readonly #pending = new Map<number, Pending>();
  #next = 0;
  #ended: Error | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
    worker.on('message', (answer: Answer) => this.#settle(answer));
    worker.on('error', (error: Error) => this.#end(error));
    worker.on('exit', () => this.#end(new StoreError({ message: 'the store is closed', code: undefined })));
  }

  /** Resolves when the thread is ready for orders. */
  started(): Promise<unknown> {
    return this.#wait(this.#next++);
  }

  call<Method extends keyof Writer>(
    method: Method,
    args: Parameters<Writer[Method]>,
    moved: readonly ArrayBuffer[] = [],
  ): Promise<Result<Method>> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended);
    const order: Order = { id: this.#next++, method, args };
    this.#worker.postMessage(order, moved);
    return this.#wait(order.id) as Promise<Result<Method>>;
  }

  /** Ends the thread after the orders before. */
  async close(): Promise<void> {
    await this.call('close', []);
    this.#end(new StoreError({ message: 'the store is closed', code: undefined }));
    await this.#worker.terminate();
  }

  #wait(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#pending.set(id, { resolve, reject }));
  }

  #settle(answer: Answer): void {
    const pending = this.#pending.get(answer.id);
    this.#pending.delete(answer.id);
    if ('failure' in answer) pending?.reject(new StoreError(answer.failure));
    else pending?.resolve(answer.result);
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const { reject } of this.#pending.values()) reject(this.#ended);
    this.#pending.clear();
  }
}
