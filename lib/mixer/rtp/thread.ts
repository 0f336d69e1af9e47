import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { MediaRefused, type Path } from '../mixer.ts';
import type { AudioAgreement } from '../sdp/negotiation.ts';
import type { LegEvents } from './leg.ts';
import type { Order, Report } from './orders.ts';
import type { RelayOptions } from './relay.ts';
import type { BridgeEnd, Route } from './route.ts';

/** A telephone's port in the thread. */
export interface ThreadLeg {
  readonly port: number;
  agree(agreement: AudioAgreement | undefined): void;
  route(route: Route): void;
  mute(path: Path, muted: boolean): void;
  amplify(factor: number): void;
  close(): void;
}

interface Opening {
  readonly events: LegEvents;
  readonly opened: (port: number) => void;
  readonly refused: (error: MediaRefused) => void;
}

/** The relay as seen from the main thread: what happens there holds up no packet, and no packet holds up what happens there. */
export class RelayThread {
  readonly #worker: Worker;
  readonly #legs = new Map<number, Opening>();
  readonly #speeches = new Map<number, () => void>();
  readonly #started: Promise<BridgeEnd>;
  #ended: (error: Error) => void = () => undefined;
  #start: (inner: BridgeEnd) => void = () => undefined;
  #next = 0;
  #isOver = false;

  private constructor(worker: Worker, ended: (error: Error) => void) {
    this.#worker = worker;
    this.#started = new Promise((resolve, reject) => {
      this.#ended = reject;
      this.#start = (inner) => {
        this.#ended = ended;
        resolve(inner);
      };
    });
    worker.on('message', (report: Report) => this.#take(report));
    worker.on('error', (error: Error) => this.#end(error));
    worker.on('exit', () => this.#end(new Error('the thread ended')));
  }

  /** `ended` is told when it ends by itself. @throws {Error} when its address can't be bound */
  static async start(options: RelayOptions, ended: (error: Error) => void): Promise<[RelayThread, inner: BridgeEnd]> {
    const extension = extname(import.meta.url);
    const loader = new URL('./typescript-loader.mjs', import.meta.url).href;
    // As in the store: compiled it runs as it is; as TypeScript each thread needs the loader anew.
    const worker = new Worker(new URL(`./relay-thread${extension}`, import.meta.url), {
      workerData: options,
      ...(extension === '.ts' && { execArgv: ['--import', loader] }),
    });
    const thread = new RelayThread(worker, ended);
    return [thread, await thread.#started];
  }

  /** A port for one telephone. @throws {MediaRefused} busy */
  async leg(events: LegEvents): Promise<ThreadLeg> {
    if (this.#isOver) throw new MediaRefused('unavailable', 'the mixer is not there');
    const leg = this.#next++;
    const port = await new Promise<number>((opened, refused) => {
      this.#legs.set(leg, { events, opened, refused });
      this.#tell({ order: 'open', leg });
    });
    return {
      port,
      agree: (agreement) => this.#tell({ order: 'agree', leg, agreement }),
      route: (route) => this.#tell({ order: 'route', leg, route }),
      mute: (path, muted) => this.#tell({ order: 'mute', leg, path, muted }),
      amplify: (factor) => this.#tell({ order: 'amplify', leg, factor }),
      close: () => {
        this.#legs.delete(leg);
        this.#tell({ order: 'close', leg });
      },
    };
  }

  /** Says frames of 20 ms in PCMU to an end of the bridge; resolves when all are said. */
  speak(end: BridgeEnd, frames: readonly Uint8Array[]): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    const speech = this.#next++;
    return new Promise((resolve) => {
      this.#speeches.set(speech, resolve);
      this.#tell({ order: 'speak', speech, end, frames });
    });
  }

  async close(): Promise<void> {
    this.#isOver = true;
    await this.#worker.terminate();
    this.#release();
  }

  #tell(order: Order): void {
    if (!this.#isOver) this.#worker.postMessage(order);
  }

  #take(report: Report): void {
    if (report.report === 'started') {
      this.#start(report.inner);
      return;
    }
    if (report.report === 'spoken') {
      this.#speeches.get(report.speech)?.();
      this.#speeches.delete(report.speech);
      return;
    }
    const leg = this.#legs.get(report.leg);
    if (report.report === 'opened') leg?.opened(report.port);
    else if (report.report === 'digit') leg?.events.digit(report.digit);
    else if (report.report === 'talking') leg?.events.talking(report.talking);
    else if (report.report === 'silent') leg?.events.silent();
    else {
      this.#legs.delete(report.leg);
      leg?.refused(new MediaRefused('busy', report.text));
    }
  }

  #end(error: Error): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#release();
    this.#ended(error);
  }

  /** Nobody waits for a thread that is gone. */
  #release(): void {
    for (const { refused } of this.#legs.values()) refused(new MediaRefused('unavailable', 'the mixer is gone'));
    for (const spoken of this.#speeches.values()) spoken();
    this.#legs.clear();
    this.#speeches.clear();
  }
}
