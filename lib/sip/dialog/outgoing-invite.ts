import { MIN_SE } from '../message/headers/index.ts';
import type { Request } from '../message/request.ts';
import { Response } from '../message/response.ts';
import type { Answer, SendOptions } from '../transaction/outgoing.ts';
import { patience } from '../transaction/timers.ts';
import type { Flow } from '../transport/flow.ts';
import { descriptionOf } from './description.ts';
import { Dialog } from './dialog.ts';
import type { DialogLayer } from './layer.ts';
import { agreedBy, type Fields } from './session-timer.ts';
import { sessionDefaults, type SessionSettings, type SessionUser } from './session-user.ts';
import { capabilities, Session } from './session.ts';

/** Who sends an INVITE. It may fork, and make many sessions. */
export interface Caller extends SessionUser {
  /** A provisional response above 100, with the early session that it belongs to. */
  progress?(response: Response, session: Session | undefined): void;
  /** A 2xx, before its ACK is sent: where this does not resolve, the callee goes on to repeat it (RFC 3261 §13.3.1.4). */
  accepting?(session: Session, response: Response): Promise<void>;
  /**
   * A 2xx, whose ACK has been sent: to the first come others where forks accept too, which the caller may end by `bye()`
   * (RFC 3261 §13.2.2.4). Not after `cancel()`: then BYE is sent at once.
   */
  accepted(session: Session, response: Response): void;
}

export interface OutgoingInviteParts {
  readonly layer: DialogLayer;
  /** With From tag, Call-ID, CSeq, Contact and the offer, if there is one; without Via. */
  readonly request: Request;
  readonly user: Caller;
  readonly settings?: Partial<SessionSettings> | undefined;
  /** The way to the callee, where that opened it (RFC 5626 §5.3). */
  readonly flow?: Flow | undefined;
  /** Whether it, and what follows in its dialogs, may be sent to a located target. */
  readonly admits?: SendOptions['admits'];
  readonly branch?: SendOptions['branch'];
}

interface Fork {
  readonly session: Session;
  readonly endInvite: () => void;
  readonly endOffer: () => void;
  /** Since the 2xx: sends the ACK again. */
  repeatAck?: Promise<() => void>;
}

/** An INVITE of ours outside of dialogs, with every dialog that its forks make (RFC 3261 §13.2). */
export class OutgoingInvite {
  /** The final response, the first of the 2xx; 487 made here when it is cancelled before it is sent. Never rejects. */
  readonly answer: Promise<Answer>;
  readonly #layer: DialogLayer;
  readonly #user: Caller;
  readonly #settings: SessionSettings;
  readonly #flow: Flow | undefined;
  readonly #admits: SendOptions['admits'];
  readonly #branch: SendOptions['branch'];
  readonly #hasOffered: boolean;
  readonly #cancelling = new AbortController();
  /** By the tag of their callee. */
  readonly #forks = new Map<string, Fork>();
  #request: Request;

  constructor({ layer, request, user, settings, flow, admits, branch }: OutgoingInviteParts) {
    this.#layer = layer;
    this.#user = user;
    this.#settings = { ...sessionDefaults, ...settings };
    this.#flow = flow;
    this.#admits = admits;
    this.#branch = branch;
    this.#hasOffered = descriptionOf(request) !== undefined;
    this.#request = withFields(request, [...capabilities(this.#settings), ...this.#timerFields(0)]);
    this.answer = this.#run();
  }

  /** The sessions that are there: early ones, and since the 2xx the accepted ones. */
  get sessions(): readonly Session[] {
    return [...this.#forks.values()].map(({ session }) => session).filter(({ isOver }) => !isOver);
  }

  /** CANCEL; what is accepted nevertheless is ended. `reason`: value of Reason (RFC 3326). */
  cancel(reason?: string): void {
    this.#cancelling.abort(reason);
  }

  async #run(): Promise<Answer> {
    const { clock } = this.#layer.outgoing.transactions;
    const patience = clock.after(this.#settings.ringTime, () => this.cancel());
    for (let attempt = 1; ; attempt += 1) {
      const answer = await this.#send();
      const mayRetry = attempt < this.#settings.attempts && !this.#cancelling.signal.aborted;
      const again = mayRetry ? this.#retry(answer) : undefined;
      if (again === undefined) {
        patience.cancel();
        return this.#conclude(answer);
      }
      this.#request = again;
    }
  }

  async #send(): Promise<Answer> {
    const request = this.#request;
    try {
      return await this.#transact(request);
    } catch {
      const isCancelled = this.#cancelling.signal.aborted;
      const response = Response.to(request, isCancelled ? 487 : 503);
      return { response, request, flow: undefined, cause: isCancelled ? 'cancelled' : 'transport' };
    }
  }

  #transact(request: Request): Promise<Answer> {
    return this.#layer.outgoing.send(request, {
      flow: this.#flow,
      admits: this.#admits,
      branch: this.#branch,
      signal: this.#cancelling.signal,
      onResponse: (response) => {
        if (response.status >= 200) this.#accept({ request, response });
        else if (response.status > 100) this.#progress(request, response);
      },
    });
  }

  #conclude(answer: Answer): Answer {
    const { status } = answer.response;
    if (status < 300) {
      const { clock, times } = this.#layer.outgoing.transactions;
      // §13.2.2.4: after that no fork's 2xx can come any more.
      clock.after(patience(times), () => this.#endEarly(undefined));
    } else this.#endEarly(status);
    return answer;
  }

  /** The request that answers a challenge (RFC 3261 §22) or takes the interval that 422 wants (RFC 4028 §7.3). */
  #retry({ request, response }: Answer): Request | undefined {
    const { status } = response;
    let fields: Fields = [];
    this.#layer.fence(() => {
      if (status === 401 || status === 407) fields = Object.entries(this.#layer.credentials(request, response) ?? {});
      else if (status === 422) fields = this.#timerFields(response.get(MIN_SE) ?? 0);
    });
    if (fields.length === 0) return undefined;
    const { number } = this.#request.cseq;
    return withFields(this.#request, [['CSeq', `${number + 1} INVITE`], ...fields]);
  }

  #progress(request: Request, response: Response): void {
    const fork = this.#fork(request, response);
    this.#layer.fence(() => this.#user.progress?.(response, fork?.session));
    if (fork !== undefined && response.require.includes('100rel')) {
      if (this.#hasOffered && descriptionOf(response) !== undefined) fork.endOffer();
      fork.session.requests.prack(response, this.#hasOffered).catch((error: unknown) => this.#layer.report(error));
    }
  }

  #accept({ request, response }: Pick<Answer, 'request' | 'response'>): void {
    const fork = this.#fork(request, response);
    if (fork === undefined) return;
    if (fork.repeatAck !== undefined) void fork.repeatAck.then((repeat) => repeat());
    else {
      const { session } = fork;
      session.dialog.confirm(response);
      if (response.header('Allow') !== undefined) session.takesUpdate = response.allow.includes('UPDATE');
      session.confirm();
      session.timer.agree(agreedBy(request, response));
      fork.repeatAck = this.#acknowledge(session, { request, response });
      fork.repeatAck.then(
        () => this.#begin(fork, response),
        (error: unknown) => this.#layer.report(error),
      );
    }
  }

  async #acknowledge(session: Session, accepted: Pick<Answer, 'request' | 'response'>): Promise<() => void> {
    if (!this.#cancelling.signal.aborted) await this.#user.accepting?.(session, accepted.response);
    return session.requests.acknowledge(accepted, this.#hasOffered);
  }

  #begin({ session, endInvite, endOffer }: Fork, response: Response): void {
    endOffer();
    endInvite();
    if (this.#cancelling.signal.aborted) void session.bye();
    else this.#layer.fence(() => this.#user.accepted(session, response));
  }

  /** The session of a response; a first one makes it (RFC 3261 §12.1.2). Without a tag there is no dialog yet. */
  #fork(request: Request, response: Response): Fork | undefined {
    const { tag } = response.to;
    if (tag === undefined && response.status < 200) return undefined;
    const known = this.#forks.get(tag ?? '');
    if (known !== undefined) return known;
    const leadsToPeer = this.#flow !== undefined || response.recordRoutes.length > 0;
    const dialog = Dialog.ofResponse(request, response, leadsToPeer ? this.#flow : undefined);
    dialog.guard = this.#admits;
    const session = new Session({
      layer: this.#layer,
      dialog,
      user: this.#user,
      settings: this.#settings,
      caller: 'us',
    });
    session.takesUpdate = response.allow.includes('UPDATE');
    const fork = { session, endInvite: session.invites.take('us'), endOffer: session.offers.take('us') };
    this.#forks.set(tag ?? '', fork);
    return fork;
  }

  #endEarly(status: number | undefined): void {
    for (const { session } of this.#forks.values())
      if (session.state === 'early') session.end({ cause: 'refused', status });
  }

  #timerFields(minimum: number): Fields {
    const { interval, minimum: ours } = this.#settings.timer;
    const least = Math.max(minimum, ours);
    if (interval === 0) return [];
    return [
      ['Session-Expires', String(Math.max(interval, least))],
      ['Min-SE', String(least)],
    ];
  }
}

const withFields = (request: Request, fields: Fields): Request => request.with(Object.fromEntries(fields));
