import { digestCredentials } from '../../lib/sip/agent/credentials.ts';
import { UserAgent } from '../../lib/sip/agent/user-agent.ts';
import { TimerWheel } from '../../lib/sip/clock.ts';
import { Subscriber } from '../../lib/sip/event/subscriber.ts';
import type { IncomingInvite } from '../../lib/sip/dialog/incoming-invite.ts';
import type { SessionSettings } from '../../lib/sip/dialog/session-user.ts';
import type { Request } from '../../lib/sip/message/request.ts';
import type { Response } from '../../lib/sip/message/response.ts';
import type { Dialog } from '../../lib/sip/dialog/dialog.ts';
import type { Usage } from '../../lib/sip/dialog/usage.ts';
import { SUBSCRIPTION_STATE } from '../../lib/sip/message/headers/index.ts';
import { Response as MadeResponse } from '../../lib/sip/message/response.ts';
import type { ServerTransaction } from '../../lib/sip/transaction/server.ts';
import { described, PhoneCall, sdp } from './phone-call.ts';

type Fields = readonly (readonly [name: string, value: string])[];

export interface Calling {
  /** As a field value; the telephone's own address by default. */
  readonly from?: string;
  /** SDP; null for an INVITE without an offer. */
  readonly offer?: string | null;
  readonly fields?: Fields;
  /** Replaces the telephone's Contact, as a field value. */
  readonly contact?: string;
  readonly settings?: Partial<SessionSettings>;
}

/** A call that came to a telephone and rings. */
export class RingingCall extends PhoneCall {
  readonly incoming: IncomingInvite;

  constructor(make: (call: PhoneCall) => IncomingInvite | undefined) {
    super();
    const invite = make(this);
    if (invite === undefined) throw new Error('the INVITE was refused');
    this.incoming = invite;
  }

  get request(): Request {
    return this.incoming.request;
  }

  async picksUp(answer = sdp(), fields: Fields = []): Promise<void> {
    this.session = await this.incoming.accept(described(answer), fields);
  }

  refuses(status: number, fields: Fields = []): void {
    this.incoming.refuse(status, fields);
  }
}

export interface Notified {
  readonly state: string;
  readonly reason: string | undefined;
  readonly contentType: string | undefined;
  readonly body: string;
  readonly request: Request;
}

/** The watcher of one resource. */
export class PhoneSubscription {
  readonly #notified: Notified[] = [];
  readonly #waiting: ((notified: Notified) => void)[] = [];
  readonly #subscriber: Subscriber;
  /** How it ended, when it has. */
  ended: { readonly status?: number; readonly reason?: string } | undefined;
  #onEnd: () => void = () => undefined;

  constructor(make: (watcher: PhoneSubscription) => Subscriber) {
    this.#subscriber = make(this);
  }

  start(): Promise<void> {
    return this.#subscriber.start();
  }

  /** The next NOTIFY. */
  next(): Promise<Notified> {
    const first = this.#notified.shift();
    return first === undefined ? new Promise((done) => this.#waiting.push(done)) : Promise.resolve(first);
  }

  /** Resolves when the subscription is over for good. */
  async over(): Promise<{ readonly status?: number; readonly reason?: string }> {
    if (this.ended === undefined) await new Promise<void>((done) => (this.#onEnd = done));
    return this.ended ?? {};
  }

  /** Subscribes once more in the same dialog. */
  async refreshes(expires: number): Promise<void> {
    for (const usage of this.#subscriber.usages) await usage.subscribe(expires);
  }

  stop(): void {
    this.#subscriber.stop();
  }

  take(notified: Notified): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#notified.push(notified);
    else next(notified);
  }

  close(cause: { readonly status?: number; readonly reason?: string }): void {
    this.ended = cause;
    this.#onEnd();
  }
}

/** Who is told of a conference in the dialog of his call. */
export class DialogWatcher implements Usage {
  readonly #notified: Notified[] = [];
  #wake: () => void = () => undefined;
  #end: { readonly reason?: string } | undefined;

  constructor({ dialogs }: UserAgent, dialog: Dialog) {
    dialogs.attach(dialog, this);
  }

  claims({ method }: Request): boolean {
    return method === 'NOTIFY';
  }

  receive(server: ServerTransaction): void {
    const { request } = server;
    server.respond(MadeResponse.to(request, 200));
    const { state = '', reason } = request.get(SUBSCRIPTION_STATE) ?? {};
    const contentType = request.header('Content-Type');
    this.#notified.push({ state, reason, contentType, body: request.body.toString(), request });
    if (state === 'terminated') this.#end = reason === undefined ? {} : { reason };
    this.#wake();
  }

  dialogEnded(): void {
    this.#end = { reason: 'gone' };
    this.#wake();
  }

  async next(): Promise<Notified> {
    for (;;) {
      const first = this.#notified.shift();
      if (first !== undefined) return first;
      await new Promise<void>((done) => (this.#wake = done));
    }
  }

  async over(): Promise<{ readonly reason?: string }> {
    while (this.#end === undefined) await new Promise<void>((done) => (this.#wake = done));
    return this.#end;
  }
}

/** A telephone of the tests: a SIP user agent that logs in by digest. */
export class Phone {
  readonly agent: UserAgent;
  readonly address: string;
  readonly #ringing: RingingCall[] = [];
  readonly #waiting: ((call: RingingCall) => void)[] = [];
  #contact = '';

  private constructor(name: string, password: string, ca?: Buffer) {
    this.address = `sip:${name}@example.com`;
    this.agent = new UserAgent({
      clock: new TimerWheel(),
      credentials: digestCredentials(() => ({ user: name, password })),
      ...(ca && { tls: { certificates: [], ca } }),
      supported: ['replaces'],
      report: (error) => {
        throw error;
      },
    });
    this.agent.handle('INVITE', (server) => {
      const call = new RingingCall((user) => this.agent.take(server, this.#contact, user));
      const next = this.#waiting.shift();
      if (next === undefined) this.#ringing.push(call);
      else next(call);
    });
  }

  /** Its Contact, as a field value. */
  get contact(): string {
    return this.#contact;
  }

  /** Calls that have come and that nobody has taken with `rings`. */
  get unheard(): number {
    return this.#ringing.length;
  }

  /** The next call that comes. */
  rings(): Promise<RingingCall> {
    const first = this.#ringing.shift();
    return first === undefined ? new Promise((done) => this.#waiting.push(done)) : Promise.resolve(first);
  }

  /** Calls somebody. */
  calls(target: string, calling: Calling = {}): PhoneCall {
    const { from = `<${this.address}>`, offer = sdp(), fields = [], contact = this.#contact, settings } = calling;
    const call = new PhoneCall();
    if (offer !== null) call.answers = offer;
    const body = offer === null ? {} : { body: Buffer.from(offer) };
    const type = offer === null ? [] : [['Content-Type', 'application/sdp'] as const];
    call.invite = this.agent.call(target, contact, { from, fields: [...type, ...fields], ...body }, call, settings);
    void call.invite.answer.then(({ response }) => call.refused(response));
    return call;
  }

  /** Calls a conference; resolves when it is in. */
  async joins(target: string, calling: Calling = {}): Promise<PhoneCall> {
    const call = this.calls(target, calling);
    await call.gets(200);
    return call;
  }

  /** One that reaches others by connections of its own alone, as browsers do, and believes an authority. */
  static openSecure(name: string, password: string, ca: Buffer, protocol: 'tls' | 'ws' | 'wss' = 'tls'): Phone {
    const phone = new Phone(name, password, ca);
    phone.#contact = `<sip:${name}@${name}.invalid;transport=${protocol}>`;
    return phone;
  }

  static async open(name: string, password: string, protocol: 'udp' | 'tcp' = 'udp'): Promise<Phone> {
    const phone = new Phone(name, password);
    const { sentBy } = await phone.agent.listen({ protocol, address: '127.0.0.1', port: 0 });
    phone.#contact = `<sip:${name}@${sentBy}${protocol === 'udp' ? '' : `;transport=${protocol}`}>`;
    return phone;
  }

  /** Subscribes to a conference; the first NOTIFY is the first that `next` gives. */
  async watches(
    target: string,
    fields: readonly (readonly [name: string, value: string])[] = [],
    expires = 600,
  ): Promise<PhoneSubscription> {
    const subscription = new PhoneSubscription(
      (watcher) =>
        new Subscriber({
          clock: this.agent.clock,
          dialogs: this.agent.dialogs,
          send: (request) => this.agent.send(request),
          target,
          from: `<${this.address}>`,
          contact: this.#contact,
          event: 'conference',
          expires,
          fields,
          conditional: false,
          notified: (request, { state, reason }) =>
            watcher.take({
              state,
              reason,
              contentType: request.header('Content-Type'),
              body: request.body.toString(),
              request,
            }),
          ended: (cause) => watcher.close(cause),
        }),
    );
    await subscription.start();
    return subscription;
  }

  /** Subscribes to the conference in the dialog of a call (RFC 5057). */
  async watchesIn(call: PhoneCall, expires = 600): Promise<DialogWatcher> {
    const { session } = call;
    if (session === undefined) throw new Error('the call is not established');
    const watcher = new DialogWatcher(this.agent, session.dialog);
    const { response } = await this.agent.dialogs.send(session.dialog, 'SUBSCRIBE', {
      fields: [
        ['Event', 'conference'],
        ['Expires', String(expires)],
      ],
    });
    if (response.status >= 300) throw new Error(`SUBSCRIBE was answered with ${response.status}`);
    return watcher;
  }

  /**
   * Registers by the proxy at `server`, as somebody whom `address` names: herself by default, and where `at` leads. `expires` undefined: only asks. Resolves to
   * the answer.
   */
  async registers(server: string, expires?: number, address = this.address, at = this.#contact): Promise<Response> {
    const contact = expires === undefined ? [] : [['Contact', `${at};expires=${expires}`] as const];
    const fields = [['Route', `<${server};lr>`] as const, ...contact];
    const parts = { from: `<${this.address}>`, to: `<${address}>`, fields };
    return (await this.agent.request('REGISTER', `sip:${address.split('@')[1]}`, parts)).response;
  }

  close(): Promise<void> {
    return this.agent.close();
  }
}
