// Opens so many connections to a port, from several addresses of this machine, and sends half of a request on each; then
// tells how many are open each time that it is asked.
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';

const [port = 0, count = 0] = process.argv.slice(2).map(Number);
/** Under way at the same time, as many as a server's backlog holds. */
const AT_ONCE = 200;
const HALF = [
  '',
  'POST /ccmp HTTP/1.1\r\nHost: x',
  'POST /ccmp HTTP/1.1\r\nHost: x\r\nContent-Type: application/ccmp+xml\r\nContent-Length: 999\r\n\r\n<?xml',
];

let open = 0;
createInterface({ input: process.stdin }).on('line', () => console.log(open));

async function openOne(index: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', localAddress: `127.0.0.${2 + (index % 200)}` });
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  open += 1;
  socket.once('close', () => (open -= 1)).write(HALF[index % HALF.length] ?? '');
}

for (let index = 0; index < count; index += AT_ONCE) {
  await Promise.allSettled(Array.from({ length: AT_ONCE }, (_, place) => openOne(index + place)));
}
console.log('settled');
