import type { Request } from '../message/request.ts';
import { Response } from '../message/response.ts';
import type { Answer, Outgoing, SendOptions } from '../transaction/outgoing.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Flow } from '../transport/flow.ts';
import { dialogId, type Dialog, type RequestContent } from './dialog.ts';
import { impactOf, type Usage } from './usage.ts';

export interface DialogOptions {
  readonly outgoing: Outgoing;
  /** The open flow of an id, if there is one: {@link TransportLayer.flow}. */
  readonly flow: (id: string) => Flow | undefined;
  /** Fields that answer the challenge of a 401 or 407 to a request of ours; the request goes out again with them. */
  readonly credentials?: Credentials | undefined;
  /** Told of what a usage throws. */
  readonly report?: ((error: unknown) => void) | undefined;
}

export type Credentials = (request: Request, challenge: Response) => Readonly<Record<string, string>> | undefined;

interface Entry {
  readonly dialog: Dialog;
  usages: readonly Usage[];
}

/** Every dialog, by its id; a dialog lives as long as it has a usage. */
export class DialogLayer {
  readonly outgoing: Outgoing;
  readonly credentials: Credentials;
  readonly #flow: (id: string) => Flow | undefined;
  readonly report: (error: unknown) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #awaited = new Map<string, (server: ServerTransaction) => void>();

  constructor({ outgoing, flow, credentials = () => undefined, report = () => undefined }: DialogOptions) {
    this.outgoing = outgoing;
    this.credentials = credentials;
    this.#flow = flow;
    this.report = report;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** The dialog that a request which came belongs to. */
  find(request: Request): Dialog | undefined {
    return this.#entryOf(request)?.dialog;
  }

  /** The dialog of these names (RFC 3891, RFC 3911, RFC 4538). */
  named(callId: string, localTag: string, remoteTag: string): Dialog | undefined {
    return this.#entries.get(dialogId(callId, localTag, remoteTag))?.dialog;
  }

  /** The usages of a dialog, in the order in which they came. */
  usages(dialog: Dialog): readonly Usage[] {
    return this.#entries.get(dialog.id)?.usages ?? [];
  }

  /** Adds a usage to a dialog, and the dialog with it when it is new. */
  attach(dialog: Dialog, usage: Usage): void {
    const { id } = dialog;
    const entry = this.#entries.get(id);
    if (entry === undefined) this.#entries.set(id, { dialog, usages: [usage] });
    else entry.usages = [...entry.usages, usage];
  }

  /** The usage has ended; the dialog with it when it was the last. */
  detach(dialog: Dialog, usage: Usage): void {
    const entry = this.#entries.get(dialog.id);
    if (entry === undefined) return;
    entry.usages = entry.usages.filter((one) => one !== usage);
    if (entry.usages.length === 0) this.#entries.delete(dialog.id);
  }

  /**
   * Requests of a dialog that doesn't exist yet go to `handler`, by the Call-ID and our From tag of a request of ours: a NOTIFY
   * that overtakes the 2xx to its SUBSCRIBE or comes from another fork (RFC 6665 §4.4.1). The function given back ends it.
   */
  await(request: Request, handler: (server: ServerTransaction) => void): () => void {
    const key = awaitedKey(request.callId, request.from.tag);
    this.#awaited.set(key, handler);
    return () => {
      if (this.#awaited.get(key) === handler) this.#awaited.delete(key);
    };
  }

  /**
   * Takes a request with a To tag: gives it to its usage, or answers 481 without a dialog, 500 by its CSeq. False for a request
   * outside of dialogs, and for one in a dialog that no usage claims.
   */
  async receive(server: ServerTransaction): Promise<boolean> {
    const { request } = server;
    if (request.to.tag === undefined) return false;
    const entry = this.#entryOf(request);
    if (entry === undefined) return this.#receiveStrange(server);
    if (!entry.dialog.follows(request)) {
      server.respond(Response.to(request, 500, { reason: 'CSeq Out Of Order' }));
      return true;
    }
    entry.dialog.heard(request, server.flow);
    const usage = entry.usages.find((one) => one.claims(request));
    await usage?.receive(server);
    return usage !== undefined;
  }

  /** Takes the ACK to a 2xx. */
  acknowledge(ack: Request): void {
    for (const usage of this.#entryOf(ack)?.usages ?? []) usage.acknowledge?.(ack);
  }

  /**
   * Sends a request of a usage in its dialog: over the dialog's flow while that is open (RFC 5626 §5.3), else by route set and
   * target; again when a challenge can be answered. A failure that ends the dialog ends all its usages (RFC 5057 §5.1), the caller's
   * too; `impactOf` tells the caller whether his usage ends.
   */
  async send(dialog: Dialog, method: string, content: RequestContent = {}, options?: SendOptions): Promise<Answer> {
    const answer = await this.#send(dialog, dialog.request(method, content), options);
    this.#heed(dialog, answer);
    const again = this.#answerChallenge(dialog, method, content, answer);
    if (again === undefined) return answer;
    const last = await this.#send(dialog, again, options);
    this.#heed(dialog, last);
    return last;
  }

  /**
   * Sends the ACK to a 2xx to the INVITE of this CSeq (RFC 3261 §13.2.2.4); resolves with what sends it once more, undefined where
   * nobody is reached.
   */
  async sendAck(dialog: Dialog, cseq: number, content: RequestContent = {}): Promise<(() => void) | undefined> {
    const ack = dialog.ack(cseq, content);
    const flow = await this.outgoing.flowFor(ack, this.#way(dialog));
    return flow && this.outgoing.transactions.acknowledge(ack, flow);
  }

  /** Runs what a user does; what it throws is reported and ends there. */
  fence(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.report(error);
    }
  }

  #send(dialog: Dialog, request: Request, options: SendOptions | undefined): Promise<Answer> {
    const way = this.#way(dialog);
    return this.outgoing.send(request, options === undefined ? way : { ...way, ...options });
  }

  #heed(dialog: Dialog, answer: Answer): void {
    const { status } = answer.response;
    if (status >= 200 && status < 300) dialog.refreshTarget(answer.response);
    if (impactOf(answer) === 'dialog') this.#end(dialog, status);
  }

  #answerChallenge(dialog: Dialog, method: string, content: RequestContent, answer: Answer): Request | undefined {
    const { status } = answer.response;
    if (status !== 401 && status !== 407) return undefined;
    const fields = this.credentials(answer.request, answer.response);
    if (fields === undefined) return undefined;
    return dialog.request(method, { ...content, fields: [...(content.fields ?? []), ...Object.entries(fields)] });
  }

  #way(dialog: Dialog): SendOptions {
    const { nextHop, admits } = dialog;
    return { flow: dialog.flow === undefined ? undefined : this.#flow(dialog.flow), nextHop, admits };
  }

  #end(dialog: Dialog, status: number): void {
    const usages = this.usages(dialog);
    this.#entries.delete(dialog.id);
    for (const usage of usages) this.fence(() => usage.dialogEnded(status));
  }

  #receiveStrange(server: ServerTransaction): boolean {
    const { request } = server;
    const handler = this.#awaited.get(awaitedKey(request.callId, request.to.tag));
    if (handler !== undefined) handler(server);
    else server.respond(Response.to(request, 481));
    return true;
  }

  #entryOf(request: Request): Entry | undefined {
    return this.#entries.get(dialogId(request.callId, request.to.tag ?? '', request.from.tag ?? ''));
  }
}

const awaitedKey = (callId: string, tag = ''): string => `${callId} ${tag}`;
