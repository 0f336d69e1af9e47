// The baseline of server-sent events: node:http and nothing else. A GET waits for events; a POST sends its body to all.
import { createServer } from 'node:http';

const listeners = new Set();
const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(':\n\n');
    listeners.add(response);
    response.on('close', () => listeners.delete(response));
    return;
  }
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    const event = Buffer.concat(parts);
    response.end();
    for (const listener of listeners) listener.write(event);
  });
});
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => process.send(server.address().port));
process.on('disconnect', () => process.exit(1)); // whoever measures is gone
