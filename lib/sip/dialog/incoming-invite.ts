import type { Timer } from '../clock.ts';
import type { Request } from '../message/request.ts';
import { Response } from '../message/response.ts';
import { newTag } from '../token.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import { describing, descriptionOf, type Description } from './description.ts';
import { Dialog } from './dialog.ts';
import type { DialogLayer } from './layer.ts';
import { ReliableProvisionals, Unacknowledged } from './provisional.ts';
import { SessionEnded } from './session-requests.ts';
import type { Terms } from './session-service.ts';
import { answerTimer, type Fields } from './session-timer.ts';
import { sessionDefaults, type SessionSettings, type SessionUser } from './session-user.ts';
import { capabilities, Session } from './session.ts';

export interface IncomingInviteParts {
  readonly layer: DialogLayer;
  readonly server: ServerTransaction;
  /** Our Contact, as a field value. */
  readonly contact: string;
  readonly user: SessionUser;
  readonly settings?: Partial<SessionSettings> | undefined;
}

export interface Progress {
  readonly description?: Description | undefined;
  readonly fields?: Fields | undefined;
  /** Sent until its PRACK comes (RFC 3262). Default: when it describes something or the caller insists, and the caller can. */
  readonly reliable?: boolean | undefined;
}

/** An INVITE outside of dialogs, until its final response (RFC 3261 §13.3). */
export class IncomingInvite {
  /** Early; confirmed by `accept`. */
  readonly session: Session;
  readonly #server: ServerTransaction;
  readonly #terms: Terms;
  readonly #provisionals: ReliableProvisionals;
  readonly #expiry: Timer;
  readonly #endInvite: () => void;
  readonly #endOffer: () => void;
  #ringing: Timer | undefined;

  private constructor({ layer, server, contact, user, settings }: IncomingInviteParts, terms: Terms) {
    const { request } = server;
    const { clock, times } = layer.outgoing.transactions;
    this.#server = server;
    this.#terms = terms;
    this.session = new Session({
      layer,
      dialog: Dialog.ofRequest(request, newTag(), contact, server.flow),
      user,
      settings: { ...sessionDefaults, ...settings },
      caller: 'peer',
    });
    this.session.takesUpdate = request.allow.includes('UPDATE');
    this.session.timer.heed(request);
    this.#provisionals = new ReliableProvisionals(server, clock, times);
    this.session.service.provisionals = this.#provisionals;
    this.session.service.await(server);
    this.#endInvite = this.session.invites.take('peer');
    this.#endOffer = this.session.offers.take('peer');
    const { expires } = request;
    this.#expiry =
      expires === undefined
        ? clock.after(this.session.settings.ringTime, () => this.refuse(480))
        : clock.after(expires * 1_000, () => this.refuse(487)); // §13.3.1
    server.onCancel(() => this.refuse(487));
  }

  /**
   * Takes an INVITE; undefined when its session interval is too small and it has been refused with 422 (RFC 4028 §9).
   * @throws {BadMessage} 400 without a Contact
   */
  static take(parts: IncomingInviteParts): IncomingInvite | undefined {
    const { server, settings } = parts;
    const terms = answerTimer(server.request, { ...sessionDefaults, ...settings }.timer);
    if (!('tooSmall' in terms)) return new IncomingInvite(parts, terms);
    server.respond(Response.to(server.request, 422, { toTag: newTag(), fields: terms.tooSmall }));
    return undefined;
  }

  get request(): Request {
    return this.#server.request;
  }

  /** What the caller offers; without it our answer is an offer. */
  get offer(): Description | undefined {
    return descriptionOf(this.request);
  }

  /** No final response has been given. */
  get isOpen(): boolean {
    return this.#server.unanswered && !this.session.isOver;
  }

  /** A provisional response above 100. Resolves when it is sent, or when a reliable one has its PRACK; without, the INVITE is refused. */
  async progress(status: number, { description, fields = [], reliable }: Progress = {}): Promise<void> {
    const { supported, require } = this.request;
    const insists = require.includes('100rel');
    const isReliable = insists || (supported.includes('100rel') && (reliable ?? description !== undefined));
    const make = (extra: Fields): Response => this.#response(status, description, [...fields, ...extra]);
    if (!isReliable) {
      this.#ring(make([]));
      return;
    }
    try {
      await this.#provisionals.send((extra) => make(extra));
    } catch (error) {
      if (!(error instanceof Unacknowledged)) throw error;
      this.refuse(504);
      return;
    }
    if (description !== undefined) this.#endOffer();
  }

  /**
   * 2xx, when what was described before has its PRACK (RFC 3262 §3).
   * @throws {SessionEnded} rejects when the INVITE was cancelled or refused before
   */
  async accept(description: Description | undefined, fields: Fields = []): Promise<Session> {
    await this.#provisionals.settled;
    if (!this.isOpen) throw new SessionEnded();
    this.#stop();
    const release = (): void => {
      this.#endOffer();
      this.#endInvite();
    };
    this.session.service.accept(this.#server, description, this.#terms, release, fields);
    return this.session;
  }

  /** A final response of 300 or more; nothing when one was given. */
  refuse(status: number, fields: Fields = []): void {
    if (!this.isOpen) return;
    this.#stop();
    const { localTag } = this.session.dialog;
    this.#server.respond(Response.to(this.request, status, { toTag: localTag, fields }));
    this.session.end({ cause: 'refused', status });
  }

  #response(status: number, description: Description | undefined, fields: Fields): Response {
    const { dialog, settings } = this.session;
    const described = describing(description);
    return dialog.response(this.request, status, {
      ...described,
      fields: [...capabilities(settings), ...fields, ...described.fields],
    });
  }

  #ring(response: Response): void {
    const { clock } = this.session.layer.outgoing.transactions;
    this.#ringing?.cancel();
    if (!this.isOpen) return;
    this.#server.respond(response);
    this.#ringing = clock.after(this.session.settings.ringInterval, () => this.#ring(response));
  }

  #stop(): void {
    this.#ringing?.cancel();
    this.#expiry.cancel();
    this.#provisionals.stop();
  }
}
