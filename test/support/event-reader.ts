import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';

export interface ServerSentEvent {
  readonly event: string;
  readonly data: string;
  readonly id?: string;
}

/** Reads a stream of server-sent events (HTML §9.2.6) as a page would. */
export class EventReader {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly #response: IncomingMessage;
  readonly #events: ServerSentEvent[] = [];
  readonly #waiting: ((event: ServerSentEvent | undefined) => void)[] = [];
  #text = '';
  #closed = false;

  private constructor(response: IncomingMessage) {
    this.#response = response;
    this.status = response.statusCode ?? 0;
    this.headers = response.headers;
    response.setEncoding('utf8');
    response.on('data', (text: string) => this.#read(text));
    response.on('close', () => {
      this.#closed = true;
      for (const next of this.#waiting.splice(0)) next(undefined);
    });
    response.on('error', () => undefined);
  }

  static async open(url: string, headers: Record<string, string>, method = 'GET'): Promise<EventReader> {
    const asked = request(url, { method, headers, agent: false });
    asked.end();
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    return new EventReader(response);
  }

  /** The next event; undefined when the stream has ended. */
  next(): Promise<ServerSentEvent | undefined> {
    const first = this.#events.shift();
    if (first !== undefined || this.#closed) return Promise.resolve(first);
    return new Promise((done) => this.#waiting.push(done));
  }

  close(): void {
    this.#response.destroy();
  }

  #read(text: string): void {
    this.#text += text;
    for (let end = this.#text.indexOf('\n\n'); end >= 0; end = this.#text.indexOf('\n\n')) {
      const event = eventOf(this.#text.slice(0, end));
      this.#text = this.#text.slice(end + 2);
      if (event === undefined) continue;
      const next = this.#waiting.shift();
      if (next === undefined) this.#events.push(event);
      else next(event);
    }
  }
}

/** Undefined for what has no data: a comment. */
function eventOf(block: string): ServerSentEvent | undefined {
  const fields = new Map<string, string>();
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    const [name, value] = [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
    const known = fields.get(name);
    fields.set(name, name === 'data' && known !== undefined ? `${known}\n${value}` : value);
  }
  const data = fields.get('data');
  const id = fields.get('id');
  if (data === undefined) return undefined;
  return { event: fields.get('event') ?? 'message', data, ...(id !== undefined && { id }) };
}
