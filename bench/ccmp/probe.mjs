// Preloaded into each measured process: answers what it has used, and how long its event loop was held
// while it was told to look: its timer would disturb whom another has under load.
import { openSync, readSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** Milliseconds that this thread was ready to run and another had the processor; 0 where the system does not say. */
function waitingTime() {
  let file;
  try {
    file = openSync(`/proc/self/task/${process.pid}/schedstat`);
  } catch {
    return () => 0;
  }
  const bytes = Buffer.alloc(64);
  return () => Number(bytes.toString('latin1', 0, readSync(file, bytes, 0, bytes.length, 0)).split(' ')[1]) / 1e6;
}

if (isMainThread && process.channel !== undefined) {
  const waited = waitingTime();
  let held = 0;
  let last = { at: performance.now(), waited: waited() };
  const look = () => {
    const now = { at: performance.now(), waited: waited() };
    held = Math.max(held, now.at - last.at - (now.waited - last.waited));
    last = now;
  };
  let looking;
  process.on('message', (question) => {
    if (question === 'forget') held = 0;
    else if (question === 'look') {
      last = { at: performance.now(), waited: waited() };
      looking = setInterval(look, 1).unref();
    } else if (question === 'rest') {
      look();
      clearInterval(looking);
    }
    const { user, system } = process.cpuUsage();
    process.send({ cpu: (user + system) / 1_000, rss: process.memoryUsage.rss(), held });
  });
  process.on('disconnect', () => process.exit(1)); // whoever measures is gone
  process.channel.unref();
}
