// Preloaded into a server: its clock is as many hours ahead as `?hours=` of the URL says; with `&killed` it is killed when it has claimed
// what is due, and before the first step is taken.
import { isMainThread } from 'node:worker_threads';

const { searchParams } = new URL(import.meta.url);

if (isMainThread) {
  const now = Date.now;
  Date.now = () => now() + Number(searchParams.get('hours')) * 3_600_000;
  if (searchParams.has('killed')) {
    const { ConferenceControl } = await import('../../lib/conference/control.ts');
    ConferenceControl.prototype.tick = () => process.kill(process.pid, 'SIGKILL');
  }
}
