import { randomInt } from 'node:crypto';
import type { Clock, Timer } from '../clock.ts';
import { RACK } from '../message/headers/index.ts';
import type { Request } from '../message/request.ts';
import type { Response } from '../message/response.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import { patience, type Times } from '../transaction/timers.ts';
import { descriptionOf } from './description.ts';

/** No PRACK came for 64·T1; the INVITE is to be refused (RFC 3262 §3). */
export class Unacknowledged extends Error {}

interface Outstanding {
  readonly rseq: number;
  /** The response had the offer, so that the PRACK has the answer. */
  readonly hasOffered: boolean;
  readonly settle: (prack: Request | undefined) => void;
  timer: Timer;
}

/** Reliable provisional responses of one INVITE, one at a time, as its UAS sends them (RFC 3262 §3). */
export class ReliableProvisionals {
  readonly #invite: ServerTransaction;
  readonly #clock: Clock;
  readonly #times: Times;
  #rseq = randomInt(1, 2 ** 30);
  #outstanding: Outstanding | undefined;
  #acknowledged: Promise<unknown> = Promise.resolve();

  constructor(invite: ServerTransaction, clock: Clock, times: Times) {
    this.#invite = invite;
    this.#clock = clock;
    this.#times = times;
  }

  /** Settled when none is outstanding: a 2xx waits at least for those that describe something (§3). */
  get settled(): Promise<unknown> {
    return this.#acknowledged;
  }

  /**
   * Sends a response when all before it are acknowledged, and again with growing intervals, until its PRACK comes, which it resolves with.
   * @throws {Unacknowledged} rejects
   */
  send(make: (fields: readonly (readonly [string, string])[]) => Response): Promise<Request> {
    const sent = this.#acknowledged.then(() => this.#begin(make));
    this.#acknowledged = sent.catch(() => undefined);
    return sent;
  }

  /** What the response that a PRACK acknowledges was about; undefined when there is none, and the PRACK gets 481. */
  acknowledge(prack: Request): { readonly hasOffered: boolean } | undefined {
    const rack = prack.get(RACK);
    const outstanding = this.#outstanding;
    const { number } = this.#invite.request.cseq;
    if (outstanding === undefined || rack?.response !== outstanding.rseq || rack.cseq !== number) return undefined;
    this.#finish(outstanding, prack);
    return outstanding;
  }

  /** A final response has been given: no more retransmissions, but a PRACK is still taken. */
  stop(): void {
    this.#outstanding?.timer.cancel();
  }

  #begin(make: (fields: readonly (readonly [string, string])[]) => Response): Promise<Request> {
    this.#rseq += 1;
    const rseq = this.#rseq;
    const response = make([
      ['Require', '100rel'],
      ['RSeq', String(rseq)],
    ]);
    const until = this.#clock.now() + patience(this.#times);
    return new Promise((resolve, reject) => {
      const settle = (prack: Request | undefined): void =>
        prack === undefined ? reject(new Unacknowledged()) : resolve(prack);
      const send = (interval: number): Timer => {
        this.#invite.respond(response);
        const left = until - this.#clock.now();
        return this.#clock.after(Math.min(interval, left), () => {
          if (this.#clock.now() >= until) this.#finish(outstanding, undefined);
          else outstanding.timer = send(2 * interval);
        });
      };
      const timer = send(this.#times.t1);
      const hasOffered = descriptionOf(response) !== undefined && descriptionOf(this.#invite.request) === undefined;
      const outstanding: Outstanding = { rseq, hasOffered, settle, timer };
      this.#outstanding = outstanding;
    });
  }

  #finish(outstanding: Outstanding, prack: Request | undefined): void {
    outstanding.timer.cancel();
    this.#outstanding = undefined;
    outstanding.settle(prack);
  }
}
