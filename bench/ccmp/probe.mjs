// Preloaded into each measured process: answers what it has used, and how long its event loop was held.
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.channel !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  process.on('message', (question) => {
    if (question === 'forget') delays.reset();
    const { user, system } = process.cpuUsage();
    process.send({ cpu: (user + system) / 1_000, rss: process.memoryUsage.rss(), held: delays.max / 1e6 });
  });
  process.on('disconnect', () => process.exit(1)); // whoever measures is gone
  process.channel.unref();
}
