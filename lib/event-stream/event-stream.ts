import type { ServerResponse } from 'node:http';
import type { Call } from '../conference/calls.ts';
import type { EndReason, Format, Notification, Watcher } from '../notification/watching.ts';

/** One connection that gets server-sent events (HTML §9.2), as a watcher of a conference. */
export class EventStream implements Watcher {
  readonly call: Call;
  readonly format: Format;
  readonly transport = 'http';
  readonly #response: ServerResponse;

  /** Absent where its reader has not asked who talks. */
  readonly talking: Watcher['talking'];

  constructor(response: ServerResponse, call: Call, format: Format, talks: boolean) {
    this.#response = response;
    this.call = call;
    this.format = format;
    this.talking = talks ? (news) => this.#passes(`event: talking\ndata: ${JSON.stringify(news)}\n\n`) : undefined;
  }

  /** Told when the bytes are out of our hands; a reader who does not read waits for nobody but himself. */
  async deliver({ content, tag, ends }: Notification): Promise<void> {
    const response = this.#response;
    if (response.destroyed) throw new Error('the connection is closed');
    if (content !== undefined && content.kind !== 'deleted') {
      const event = content.kind === 'full' ? FULL : DIFF;
      response.write(event);
      response.write(`id: ${tag}\n`);
      if (!response.write(linesOf(content.body))) await drained(response);
    }
    if (ends !== undefined) this.end(ends);
  }

  /** The reader may come again. */
  end(reason: EndReason): void {
    this.#response.end(`event: end\ndata: ${reason}\n\n`);
  }

  /** Shows proxies and the reader that the connection lives. */
  beat(): void {
    this.#passes(':\n\n');
  }

  /** What is worth nothing later is for readers who keep up. */
  #passes(text: string): void {
    if (!this.#response.writableNeedDrain && this.#response.writable) this.#response.write(text);
  }
}

const FULL = Buffer.from('event: full\n');
const DIFF = Buffer.from('event: diff\n');

const framed = new WeakMap<Buffer, Buffer>();

/** A body as the data of an event, one `data` field for each of its lines; made once for all who get it. */
function linesOf(body: Buffer): Buffer {
  let lines = framed.get(body);
  if (lines === undefined) {
    const text = body
      .toString()
      .split(/\r\n|\n|\r/)
      .map((line) => `data: ${line}\n`);
    framed.set(body, (lines = Buffer.from(`${text.join('')}\n`)));
  }
  return lines;
}

/** @throws when the connection closes first */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((done, failed) => {
    const over = (act: () => void) => () => {
      response.off('drain', onDrain).off('close', onClose);
      act();
    };
    const onDrain = over(done);
    const onClose = over(() => failed(new Error('the connection closed')));
    response.on('drain', onDrain).on('close', onClose);
  });
}
