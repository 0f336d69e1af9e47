// The measured notifier: an event package without rules on the compiled SIP stack, in a process of its own. PUBLISH of any
// state of a resource has all its subscribers notified, with the same 3 KB each time.
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

const [dist = '', file = '', udpLimit = '1300', peers = ''] = process.argv.slice(2);
const compiled = (path) => import(pathToFileURL(join(dist, path)).href);
const { UserAgent } = await compiled('sip/agent/user-agent.js');
const { TimerWheel } = await compiled('sip/clock.js');

/** Subscriptions told in one turn of the event loop. */
const SLICE = 20;

const contentType = 'application/conference-info+xml';
const expires = { default: 3_600, minimum: 60, maximum: 86_400 };
const notification = { contentType, body: readFileSync(file) };
const admitted = Promise.resolve({ context: undefined });
const watchers = new Map();

const agent = new UserAgent({
  clock: new TimerWheel(),
  limits: {
    transport: { udpLimit: Number(udpLimit), unlimitedPeers: peers.split(',') },
    transactions: { transactions: 1e7, unansweredPerPeer: 1e6 },
    notifier: { subscriptions: 1e6 },
  },
  report: (error) => console.error(error),
});
agent.notifier.add({
  name: 'conference',
  mediaTypes: [contentType],
  expires,
  admit: () => admitted,
  state: () => notification,
  async keep(subscription) {
    const { resource } = subscription;
    if (!watchers.has(resource)) watchers.set(resource, new Set());
    watchers.get(resource).add(subscription);
  },
  ended: (subscription) => watchers.get(subscription.resource)?.delete(subscription),
});
agent.compositor.add({
  name: 'conference',
  mediaTypes: [contentType],
  expires,
  admit: ({ request }) => Promise.resolve({ resource: request.uriText }),
  async published(resource) {
    let told = 0;
    for (const subscription of watchers.get(resource) ?? []) {
      subscription.changed();
      // The answers are heard in between.
      if (++told % SLICE === 0) await setImmediate();
    }
  },
});

const { local } = await agent.listen({ protocol: 'tcp', address: '127.0.0.1', port: 0 });
await agent.listen({ protocol: 'udp', ...local });
process.on('message', () => {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  process.send({
    transactions: agent.transactions.size,
    subscriptions: agent.notifier.size,
    heap: heapUsed + external,
  });
});
process.on('disconnect', () => process.exit(1)); // whoever measures is gone
process.send({ port: local.port });
