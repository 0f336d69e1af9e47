import { randomUUID } from 'node:crypto';
import { WebSocket } from 'ws';

export interface ConnectionOptions {
  /** `ws://…`, `wss://…` or `ws+unix://…`. */
  readonly url: string;
  /** Janus's `api_secret`, if it has one. */
  readonly apiSecret: string | undefined;
  /** Milliseconds for an answer. */
  readonly timeout: number;
  /** Requests that wait for an answer at once. */
  readonly requests: number;
  /** Bytes of one message of Janus. */
  readonly messageBytes: number;
}

export const connectionDefaults = { timeout: 5_000, requests: 10_000, messageBytes: 4 * 1_048_576 };

export type Json = Readonly<Record<string, unknown>>;

/** Janus said no, or nothing. */
export class JanusError extends Error {
  override readonly name = 'JanusError';
  /** Janus's, or its plugin's; 0 where the connection is the reason. */
  readonly code: number;

  constructor(code: number, text: string) {
    super(text);
    this.code = code;
  }
}

export interface ConnectionEvents {
  /** What a plugin tells of one of our handles. */
  event(handle: number, data: Json): void;
  /** A handle is gone: Janus ended it. */
  ended(handle: number): void;
  /** Once, whoever closed it. */
  closed(): void;
}

interface Waiting {
  readonly resolve: (reply: Json) => void;
  readonly reject: (error: JanusError) => void;
  readonly timer: NodeJS.Timeout;
}

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Requests and events of Janus's API over one WebSocket; transactions pair them. Secrets stay within. */
export class JanusConnection {
  readonly #socket: WebSocket;
  readonly #options: ConnectionOptions;
  readonly #events: ConnectionEvents;
  readonly #waiting = new Map<string, Waiting>();

  private constructor(socket: WebSocket, options: ConnectionOptions, events: ConnectionEvents) {
    this.#socket = socket;
    this.#options = options;
    this.#events = events;
    socket.on('message', (data: Buffer) => this.#take(String(data)));
    socket.on('close', () => this.#closed());
  }

  /** @throws {JanusError} 0, when nobody answers there */
  static open(options: ConnectionOptions, events: ConnectionEvents): Promise<JanusConnection> {
    const { url, timeout, messageBytes } = options;
    const socket = new WebSocket(url, 'janus-protocol', { handshakeTimeout: timeout, maxPayload: messageBytes });
    return new Promise((resolve, reject) => {
      socket.on('error', (error) => reject(new JanusError(0, error.message)));
      socket.once('open', () => resolve(new JanusConnection(socket, options, events)));
    });
  }

  /** The answer, or the event that follows an acknowledgement. @throws {JanusError} */
  request(message: Json): Promise<Json> {
    const { apiSecret, timeout, requests } = this.#options;
    if (this.#socket.readyState !== WebSocket.OPEN) return Promise.reject(new JanusError(0, 'not connected to Janus'));
    if (this.#waiting.size >= requests) return Promise.reject(new JanusError(0, 'too many requests wait for Janus'));
    const transaction = randomUUID();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(transaction);
        reject(new JanusError(0, 'Janus does not answer'));
      }, timeout);
      this.#waiting.set(transaction, { resolve, reject, timer });
      this.#socket.send(JSON.stringify({ ...message, transaction, ...(apiSecret && { apisecret: apiSecret }) }));
    });
  }

  close(): void {
    this.#socket.close();
  }

  #take(text: string): void {
    const message = parse(text);
    if (message === undefined) {
      this.#socket.terminate();
      return;
    }
    const { janus, transaction, sender } = message;
    if (janus === 'ack') return;
    const waiting = typeof transaction === 'string' ? this.#waiting.get(transaction) : undefined;
    if (waiting !== undefined && typeof transaction === 'string') {
      this.#waiting.delete(transaction);
      clearTimeout(waiting.timer);
      const error = errorOf(message);
      if (error === undefined) waiting.resolve(message);
      else waiting.reject(error);
    } else if (janus === 'timeout') this.#socket.terminate();
    else if (typeof sender === 'number') {
      if (janus === 'event') this.#events.event(sender, dataOf(message));
      if (janus === 'detached' || janus === 'hangup') this.#events.ended(sender);
    }
  }

  #closed(): void {
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new JanusError(0, 'the connection to Janus ended'));
    }
    this.#waiting.clear();
    this.#events.closed();
  }
}

function parse(text: string): Json | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return isJson(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

/** What a plugin says in a message. */
export function dataOf({ plugindata }: Json): Json {
  const data = isJson(plugindata) ? plugindata['data'] : undefined;
  return isJson(data) ? data : {};
}

/** Janus's own error, or its plugin's. */
function errorOf(message: Json): JanusError | undefined {
  const { error, error_code: code } = dataOf(message);
  if (typeof code === 'number') return new JanusError(code, String(error));
  const own = message['error'];
  if (message['janus'] !== 'error') return undefined;
  return isJson(own) ? new JanusError(Number(own['code']), String(own['reason'])) : new JanusError(0, 'refused');
}
