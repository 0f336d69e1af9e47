import { parentPort, workerData } from 'node:worker_threads';
import { failureOf, type Answer, type Order } from './calls.ts';
import { Writer, type WriterOptions } from './writer.ts';

const port = parentPort;
if (port === null) throw new Error('the writer runs in a thread of its own');

const writer = new Writer(workerData as WriterOptions);
const answer = (message: Answer): void => port.postMessage(message);

port.on('message', ({ id, method, args }: Order) => {
  carryOut(method, args).then(
    (result) => answer({ id, result }),
    (error: unknown) => answer({ id, failure: failureOf(error) }),
  );
});
answer({ id: 0, result: undefined });

async function carryOut(method: keyof Writer, args: readonly unknown[]): Promise<unknown> {
  const call = Reflect.get(writer, method) as (this: Writer, ...args: readonly unknown[]) => unknown;
  return await call.call(writer, ...args);
}
