// Preloaded into a server: it is killed when a call that was answered is kept, and before its roster knows it.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const { Endpoints } = await import('../../lib/conference/endpoints.ts');
  const { report } = Endpoints.prototype;
  Endpoints.prototype.report = function (...told) {
    if (told[3].callInfo !== undefined) process.kill(process.pid, 'SIGKILL');
    return report.apply(this, told);
  };
}
