import type { Clock } from '../clock.ts';
import { Dialog, type DialogState } from '../dialog/dialog.ts';
import { IncomingInvite } from '../dialog/incoming-invite.ts';
import { DialogLayer, type Credentials } from '../dialog/layer.ts';
import { OutgoingInvite, type Caller } from '../dialog/outgoing-invite.ts';
import { sessionDefaults, type SessionSettings, type SessionUser } from '../dialog/session-user.ts';
import { Session } from '../dialog/session.ts';
import { Compositor } from '../event/compositor.ts';
import { Notifier, type NotifierLimits } from '../event/notifier.ts';
import { Subscriber, type SubscriberOptions } from '../event/subscriber.ts';
import { fenceIdentity, TrustDomain, type TrustOptions } from '../identity.ts';
import { Locator, type LocatorOptions } from '../locate/locator.ts';
import { senderOf } from '../locate/sender.ts';
import type { MessageLimits } from '../message/limits.ts';
import { Request } from '../message/request.ts';
import { OPTION_TAGS, Registrar, type RegistrarOptions } from '../registrar/registrar.ts';
import { newCallId, newTag } from '../token.ts';
import { TransactionLayer, type RequestHandler } from '../transaction/layer.ts';
import type { TransactionLimits } from '../transaction/limits.ts';
import { Outgoing, type Answer, type SendOptions } from '../transaction/outgoing.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Times } from '../transaction/timers.ts';
import { TransportLayer } from '../transport/layer.ts';
import type { TransportLimits } from '../transport/limits.ts';
import type { Listener, ListenOptions } from '../transport/listener.ts';
import type { TlsSettings } from '../transport/tls.ts';
import { acceptable, capabilities, type Capabilities, type Content } from './capabilities.ts';

export interface UserAgentLimits {
  readonly transport?: Partial<TransportLimits> | undefined;
  readonly messages?: Partial<MessageLimits> | undefined;
  readonly transactions?: Partial<TransactionLimits> | undefined;
  readonly notifier?: Partial<NotifierLimits> | undefined;
}

export interface UserAgentOptions {
  readonly clock: Clock;
  /** Milliseconds since 1970, for records that survive a restart. */
  readonly date?: (() => number) | undefined;
  readonly times?: Partial<Times> | undefined;
  readonly limits?: UserAgentLimits | undefined;
  readonly locating?: Omit<LocatorOptions, 'clock'> | undefined;
  /** Whether responses whose connection is gone go to the servers of their top Via (RFC 3263 §5); otherwise to where it came from alone. */
  readonly locatesSenders?: boolean | undefined;
  /** How we connect over TLS. */
  readonly tls?: TlsSettings | undefined;
  /** Who may assert identities (RFC 3325); nobody by default. */
  readonly trust?: TrustOptions | undefined;
  /** Answers challenges to requests of ours. */
  readonly credentials?: Credentials | undefined;
  /** The part of a Contact before `@` in dialogs that event packages give none of their own. */
  readonly user?: string | undefined;
  /** Registers users, if at all; `registrar.open` goes on with those of before. */
  readonly registrar?: Pick<RegistrarOptions, 'store' | 'policy' | 'limits'> | undefined;
  /** Option tags that handlers understand beside those of this stack, for Supported. */
  readonly supported?: readonly string[] | undefined;
  /** Told of every exception of a handler, whose request gets 500. */
  readonly report: (error: unknown) => void;
}

export interface RequestParts {
  /** As a field value: `"Alice" <sip:alice@example.com>`; a tag is added. */
  readonly from: string;
  /** As a field value; the Request-URI by default. */
  readonly to?: string | undefined;
  /** Of From; a new one by default, and so is the Call-ID. */
  readonly tag?: string | undefined;
  readonly callId?: string | undefined;
  readonly fields?: readonly (readonly [name: string, value: string])[] | undefined;
  readonly body?: Buffer | undefined;
}

const MAX_FORWARDS = '70';
const NO_CONTENT: Content = {};
/** How far CSeq jumps over what was sent between the record of a dialog and the restart. */
const SEQUENCE_GAP = 10_000;

/**
 * A SIP user agent (RFC 3261 §6): every layer of the stack under one roof, with a handler for each method. It serves
 * OPTIONS, SUBSCRIBE and PUBLISH by itself; a request in a dialog goes to the usage that claims it.
 */
export class UserAgent {
  readonly clock: Clock;
  readonly transport: TransportLayer;
  readonly transactions: TransactionLayer;
  readonly outgoing: Outgoing;
  readonly dialogs: DialogLayer;
  readonly notifier: Notifier;
  readonly compositor: Compositor;
  readonly registrar: Registrar | undefined;
  readonly #handlers = new Map<string, { readonly handler: RequestHandler; readonly content: Content }>();
  readonly #supported: readonly string[];
  readonly #credentials: Credentials | undefined;
  #capabilities: Capabilities | undefined;

  constructor(options: UserAgentOptions) {
    const { clock, date = Date.now, limits = {}, report, tls, times, credentials, user = 'plenary' } = options;
    this.clock = clock;
    const locator = new Locator({ ...options.locating, clock });
    this.transport = new TransportLayer({
      clock,
      limits: limits.transport,
      messageLimits: limits.messages,
      tls,
      ...(options.locatesSenders === true && {
        locateSender: (via, protocol) => locator.locate(senderOf(via, protocol)),
      }),
      report,
    });
    const trust = new TrustDomain(options.trust);
    this.transactions = new TransactionLayer({
      clock,
      transport: fenced(this.transport, trust),
      times,
      limits: limits.transactions,
      report,
    });
    const { transport, transactions } = this;
    this.outgoing = new Outgoing({ transactions, transport, locator });
    const flow: RegistrarOptions['flow'] = (id) => transport.flow(id);
    this.dialogs = new DialogLayer({ outgoing: this.outgoing, flow, credentials, report });
    this.notifier = new Notifier({
      clock,
      date,
      dialogs: this.dialogs,
      contact: ({ flow }) => this.contact(flow, user),
      report,
      limits: limits.notifier,
    });
    this.compositor = new Compositor({ clock });
    this.registrar = options.registrar && new Registrar({ clock, date, flow, report, ...options.registrar });
    this.#supported = [...(options.supported ?? []), ...(this.registrar === undefined ? [] : OPTION_TAGS)];
    this.#credentials = credentials;
    this.handle('OPTIONS', (server) => this.answerOptions(server));
    this.handle('SUBSCRIBE', (server) => this.notifier.subscribe(server));
    this.handle('PUBLISH', (server) => this.compositor.receive(server));
    const { registrar } = this;
    if (registrar !== undefined) this.handle('REGISTER', (server) => registrar.receive(server));
    transactions.onRequest((server) => this.#receive(server));
    transactions.onAck((ack) => this.dialogs.acknowledge(ack));
  }

  /** Resolves when messages are taken there. @throws {Error} rejects */
  listen(options: ListenOptions): Promise<Listener> {
    return this.transport.listen(options);
  }

  /**
   * Who answers requests of a method outside of dialogs, and those in a dialog that no usage claims. Those with bodies that he doesn't
   * take get 415, those that want no body that he gives 406.
   */
  handle(method: string, handler: RequestHandler, content: Content = {}): void {
    this.#handlers.set(method, { handler, content });
    this.#capabilities = undefined;
  }

  /** Says what we can do (RFC 3261 §11.2), and this beside it. */
  answerOptions(server: ServerTransaction, fields: readonly (readonly [name: string, value: string])[] = []): void {
    server.respond(capabilities(server.request, this.#can, 200, fields));
  }

  /** A Contact for who answers or asks over a flow, as a field value. */
  contact(flow: Parameters<TransportLayer['sentBy']>[0], user: string, parameters = ''): string {
    const transport = flow.protocol === 'udp' ? '' : `;transport=${flow.protocol === 'wss' ? 'ws' : flow.protocol}`;
    return `<sip:${user}@${this.transport.sentBy(flow)}${transport}${parameters}>`;
  }

  /** Sends a request outside of dialogs; resolves with its final response. */
  request(method: string, uri: string, parts: RequestParts, options?: SendOptions): Promise<Answer> {
    return this.send(makeRequest(method, uri, parts), options);
  }

  /** The same with a request that is made already; once more when it is challenged and we have an answer. */
  async send(request: Request, options?: SendOptions): Promise<Answer> {
    const answer = await this.outgoing.send(request, options);
    const { status } = answer.response;
    const fields = status === 401 || status === 407 ? this.#credentials?.(request, answer.response) : undefined;
    if (fields === undefined) return answer;
    const { number, method } = request.cseq;
    return this.outgoing.send(request.with({ ...fields, CSeq: `${number + 1} ${method}` }), options);
  }

  /** Calls somebody; what happens is told to the caller. `contact`: our Contact, as a field value. */
  call(
    uri: string,
    contact: string,
    parts: RequestParts,
    caller: Caller,
    settings?: Partial<SessionSettings>,
  ): OutgoingInvite {
    const request = makeRequest('INVITE', uri, { ...parts, fields: [['Contact', contact], ...(parts.fields ?? [])] });
    return new OutgoingInvite({ layer: this.dialogs, request, user: caller, settings });
  }

  /** Takes a call that came; undefined when its terms could not be met and it was refused. */
  take(
    server: ServerTransaction,
    contact: string,
    user: SessionUser,
    settings?: Partial<SessionSettings>,
  ): IncomingInvite | undefined {
    return IncomingInvite.take({ layer: this.dialogs, server, contact, user, settings });
  }

  /**
   * Goes on with an accepted session of before a restart; whether the peer does is found out by asking him. `isOurs`: we called him.
   */
  resume(state: DialogState, user: SessionUser, settings: Partial<SessionSettings> = {}, isOurs = false): Session {
    const dialog = new Dialog({ ...state, localSeq: state.localSeq + SEQUENCE_GAP });
    const caller = isOurs ? 'us' : 'peer';
    const parts = { layer: this.dialogs, dialog, user, settings: { ...sessionDefaults, ...settings }, caller } as const;
    const session = new Session(parts);
    session.confirm();
    return session;
  }

  /** Subscribes to the state of a resource, and stays subscribed until `stop`. */
  subscribe(options: Omit<SubscriberOptions, 'clock' | 'dialogs' | 'send'>): Subscriber {
    const send = (request: Request): Promise<Answer> => this.send(request);
    const subscriber = new Subscriber({ clock: this.clock, dialogs: this.dialogs, send, ...options });
    void subscriber.start();
    return subscriber;
  }

  /** Ends everything at once; who wants to say goodbye does so before. */
  async close(): Promise<void> {
    this.registrar?.close();
    this.transactions.close();
    await this.transport.close();
  }

  get #can(): Capabilities {
    const { notifier, compositor } = this;
    return (this.#capabilities ??= {
      methods: [...this.#handlers.keys(), 'CANCEL', 'ACK'],
      supported: this.#supported,
      get events() {
        return [...new Set([...notifier.events, ...compositor.events])];
      },
      content: (method) => this.#handlers.get(method)?.content ?? NO_CONTENT,
    });
  }

  #receive(server: ServerTransaction): void | Promise<void> {
    return server.request.to.tag === undefined ? this.#serve(server) : this.#receiveInDialog(server);
  }

  async #receiveInDialog(server: ServerTransaction): Promise<void> {
    if (!(await this.dialogs.receive(server))) await this.#serve(server);
  }

  #serve(server: ServerTransaction): void | Promise<void> {
    const refusal = acceptable(server.request, this.#can);
    if (refusal === undefined) return this.#handlers.get(server.request.method)?.handler(server);
    server.respond(refusal);
  }
}

/** A request outside of dialogs (RFC 3261 §8.1.1). */
export function makeRequest(
  method: string,
  uri: string,
  { from, to = `<${uri}>`, tag = newTag(), callId = newCallId(), fields = [], body }: RequestParts,
): Request {
  return Request.create(
    method,
    uri,
    [
      ['Max-Forwards', MAX_FORWARDS],
      ['From', `${from};tag=${tag}`],
      ['To', to],
      ['Call-ID', callId],
      ['CSeq', `1 ${method}`],
      ...fields,
    ],
    body,
  );
}

/** No handler sees an identity that nobody who is trusted asserts (RFC 3325 §5). */
function fenced(transport: TransportLayer, trust: TrustDomain): Pick<TransportLayer, 'receive' | 'respond' | 'sentBy'> {
  return {
    receive: (receiver) =>
      transport.receive((message, flow) =>
        receiver(message instanceof Request ? fenceIdentity(message, flow, trust) : message, flow),
      ),
    respond: (response, flow, bytes) => transport.respond(response, flow, bytes),
    sentBy: (flow) => transport.sentBy(flow),
  };
}
