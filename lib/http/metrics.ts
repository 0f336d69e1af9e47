import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { LogFields } from './exchange.ts';

/** A request that has ended. */
export interface EndedRequest {
  readonly status: number;
  readonly seconds: number;
  /** What the application logged of it: `type`, `operation`, `code`, and `limit` when one was crossed. */
  readonly fields: LogFields;
}

/** From what a cached answer takes to what clients wait at most. */
const DURATIONS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];

/** What operators watch, in the form of Prometheus: requests, commits, limits, and the process with its event loop. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #limits: Counter<'limit'>;
  readonly #duration: Histogram<'type' | 'operation' | 'code' | 'status'>;
  readonly #commits: Counter;
  readonly #flush: Histogram;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    this.#duration = new Histogram({
      name: 'plenary_requests_seconds',
      help: 'Requests by CCMP type, operation and response code, and by HTTP status, with their durations.',
      labelNames: ['type', 'operation', 'code', 'status'],
      buckets: DURATIONS,
      registers,
    });
    this.#limits = new Counter({
      name: 'plenary_limits_crossed_total',
      help: 'How often a limit was crossed, by its setting.',
      labelNames: ['limit'],
      registers,
    });
    this.#commits = new Counter({
      name: 'plenary_commits_total',
      help: 'Sets of changes that became durable.',
      registers,
    });
    this.#flush = new Histogram({
      name: 'plenary_flush_seconds',
      help: 'Writes of the store, each of one or more commits.',
      buckets: DURATIONS,
      registers,
    });
  }

  readonly ended = ({ status, seconds, fields }: EndedRequest): void => {
    const { type = '', operation = '', code = '', limit } = fields;
    const labels = { type: String(type), operation: String(operation), code: String(code), status };
    this.#duration.observe(labels, seconds);
    if (typeof limit === 'string') this.crossed(limit);
  };

  readonly crossed = (limit: string): void => this.#limits.inc({ limit });

  readonly flushed = (commits: number, seconds: number): void => {
    this.#commits.inc(commits);
    this.#flush.observe(seconds);
  };

  /** A value, or one for each value of a label, that is looked at when metrics are asked for. */
  gauge(name: string, help: string, read: () => number | Readonly<Record<string, number>> | undefined): void {
    new Gauge({
      name: `plenary_${name}`,
      help,
      labelNames: ['of'],
      registers: [this.#registry],
      collect() {
        const values = read();
        if (typeof values === 'number') this.set(values);
        else for (const [of, value] of Object.entries(values ?? {})) this.set({ of }, value);
      },
    });
  }

  /** The text and its media type. */
  async write(): Promise<{ readonly type: string; readonly text: string }> {
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }
}
