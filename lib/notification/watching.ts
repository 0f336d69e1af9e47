import type { Call } from '../conference/calls.ts';

/** In which form a watcher takes conference states: RFC 6502 §4 and §5, RFC 4575 §3.4, or JSON with merge patches. */
export type Format = 'xcon-conference-info' | 'xcon-conference-info-diff' | 'conference-info' | 'json';

/** Why nothing more comes (RFC 6665 §4.2.2). */
export type EndReason = 'noresource' | 'rejected' | 'deactivated' | 'timeout';

/** What is shown of a conference; bodies are shared among watchers and never changed. */
export interface Content {
  /** `deleted`: the conference is no more. */
  readonly kind: 'full' | 'diff' | 'deleted';
  /** A whole document; of `conference-info` only the inside, for its root tells each watcher his own version. */
  readonly body: Buffer;
}

export interface Notification {
  readonly format: Format;
  /** Absent where the watcher has lost the right to see anything. */
  readonly content?: Content;
  /** Of the conference object (RFC 6503 §4.2). */
  readonly version: number;
  /** Names what the watcher now has: the same for all who see the same of the same version, and after a restart. */
  readonly tag: string;
  /** Set on the last one. */
  readonly ends?: EndReason;
}

/** How often a watcher is told; milliseconds. */
export interface Pace {
  /** At least this lies between two notifications (RFC 4575 §3.9, RFC 6446 §4). */
  readonly minInterval: number;
  /** After this much silence the watcher is told though nothing changed (RFC 6446 §5). */
  readonly maxInterval?: number;
}

/** Somebody who watches a conference, however he is reached. */
export interface Watcher {
  readonly call: Call;
  readonly format: Format;
  /** By what he is reached, for operators. */
  readonly transport?: string;
  /** Bytes of the largest document that reaches him by the way he is told, where that is less than telephones get. */
  readonly maxBody?: number | undefined;
  /** Asked for: the watcher is told no faster, and not faster than configured either. */
  readonly pace?: Pace | undefined;
  /**
   * Tells the watcher; one at a time. Resolves when he has it; a rejection ends the watching, and whoever delivers has
   * dealt with it.
   */
  deliver(notification: Notification): Promise<void>;
  /** Who wants to know who talks is told at once, and never again: it is no part of the conference's state. */
  readonly talking?: ((news: Talk) => void) | undefined;
}

/** Somebody begins or ends to talk, under the name that the watcher knows. */
export interface Talk {
  readonly user: string;
  readonly talking: boolean;
}

/** The only time that notification knows: milliseconds that never go backwards. */
export interface Clock {
  now(): number;
  after(ms: number, run: () => void): { cancel(): void };
}
