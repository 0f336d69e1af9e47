// Preloaded into the measured server: collects garbage when it is asked to, and answers what is left.
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.channel !== undefined) {
  process.on('message', () => {
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    process.send(heapUsed + external);
  });
  process.on('disconnect', () => process.exit(1)); // whoever measures is gone
  process.channel.unref();
}
