// A page that shows who is in a conference, by server-sent events. This program keeps the credentials and passes the
// stream on, so that the browser holds no password and needs no leave to ask another origin.
// Run: `npm start` in one terminal; in another `npx tsx examples/dashboard/main.ts xcon:ID@example.com`, or without an
// XCON-URI to see it serve a conference of its own until that has changed once.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConferenceControlClient, info } from 'plenary/client';

const server = process.env['PLENARY_SERVER'] ?? 'http://127.0.0.1:8080/ccmp';
const [name = '', password = ''] = (process.env['PLENARY_USER'] ?? 'alice:demo').split(/:(.*)/s);
const user = name.includes('@') ? name : `${name}@example.com`;

const client = new ConferenceControlClient({ url: server, user, password });
const chosen = process.argv[2];
const uri = chosen ?? (await client.create()).uri;
const page = readFileSync(new URL('page.html', import.meta.url));

/** What Plenary tells of the conference goes on as it comes; what the browser had last goes the other way. */
function pass({ headers }: IncomingMessage, response: ServerResponse): void {
  const stream = new URL(`/conferences/${encodeURIComponent(uri)}/events?format=json`, server);
  const last = headers['last-event-id']?.toString();
  const asked = get(stream, {
    auth: `${user}:${password}`,
    headers: { Accept: 'text/event-stream', ...(last !== undefined && { 'Last-Event-ID': last }) },
  });
  asked.on('response', (told) => {
    const type = told.headers['content-type'] ?? 'text/plain';
    response.writeHead(told.statusCode ?? 502, { 'Content-Type': type, 'Cache-Control': 'no-store' });
    told.pipe(response);
  });
  asked.on('error', () => response.destroy());
  response.on('close', () => asked.destroy());
}

const dashboard = createServer((request, response) => {
  if (request.url === '/events') pass(request, response);
  else if (request.url === '/') response.setHeader('Content-Type', 'text/html; charset=utf-8').end(page);
  else response.writeHead(404).end();
}).listen(chosen === undefined ? 0 : 8090, '127.0.0.1');
await once(dashboard, 'listening');
const address = `http://127.0.0.1:${(dashboard.address() as AddressInfo).port}`;
console.log('dashboard ', `${address}/`);
if (chosen === undefined) await demonstrate();

/** What a browser would see: the page, the whole conference, one change, the end. */
async function demonstrate(): Promise<void> {
  console.log('page      ', (await fetch(address)).headers.get('content-type'));
  const { body } = await fetch(`${address}/events`);
  let text = '';
  for await (const piece of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) await seen(event);
  }
  dashboard.close();
  client.close();
}

async function seen(event: string): Promise<void> {
  const [, kind = ''] = /^event: (\w+)$/m.exec(event) ?? [];
  const [, data = ''] = /^data: (.*)$/m.exec(event) ?? [];
  if (kind === '') return;
  console.log(kind.padEnd(10), data.slice(0, 60));
  const description = info('conference-description', {}, [info('display-text', {}, ['Shown'])]);
  if (kind === 'full') await client.update(uri, info('conference-info', { entity: uri }, [description]));
  if (kind === 'diff') await client.delete(uri);
}
