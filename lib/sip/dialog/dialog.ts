import { BadMessage } from '../message/bad-message.ts';
import { NameAddress } from '../message/name-address.ts';
import { ownText as own } from '../message/own-text.ts';
import { Request } from '../message/request.ts';
import { Response, type ResponseParts } from '../message/response.ts';
import type { SipUri } from '../message/uri.ts';
import type { Flow, Target } from '../transport/flow.ts';
import { leadsBack, nextHopOf, routed } from './route-set.ts';

/** A dialog as plain data (RFC 3261 §12): what survives a restart. */
export interface DialogState {
  readonly callId: string;
  readonly localTag: string;
  /** Empty for a peer of RFC 2543 without tags. */
  readonly remoteTag: string;
  /** From and To as we write them, without their tags. */
  readonly local: string;
  readonly remote: string;
  /** Our Contact, as a field value. */
  readonly contact: string;
  /** The remote target: a URI. */
  readonly target: string;
  /** Route field values, in the order in which they are sent. */
  readonly routes: readonly string[];
  readonly localSeq: number;
  /** Undefined until the peer has sent a request. */
  readonly remoteSeq?: number | undefined;
  readonly secure: boolean;
  /** Id of the flow by which requests go while it is open. */
  readonly flow?: string | undefined;
  /** The address that our first request reached the peer at, over a flow of its own. */
  readonly reached?: string | undefined;
}

export interface RequestContent {
  readonly fields?: readonly (readonly [name: string, value: string])[] | undefined;
  readonly body?: Buffer | undefined;
}

/** Requests whose Contact moves the peer's target (RFC 3261 §12.2, RFC 3311 §5.1, RFC 6665 §3.2). */
const REFRESHES = new Set(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER']);

/** A peer-to-peer relation of two user agents (RFC 3261 §12); its usages say what it is for (RFC 5057). Strings and numbers only. */
export class Dialog {
  readonly callId: string;
  readonly localTag: string;
  readonly remoteTag: string;
  readonly #local: string;
  readonly #remote: string;
  readonly #secure: boolean;
  /** Our Contact, as a field value. */
  contact: string;
  /** Whether requests may go to a target that was located; to any by default. */
  guard: ((target: Target) => boolean) | undefined;
  readonly #reached: string | undefined;
  #target: string;
  #routes: readonly string[];
  #localSeq: number;
  #remoteSeq: number | undefined;
  #flow: string | undefined;

  constructor(state: DialogState) {
    this.callId = own(state.callId);
    this.localTag = own(state.localTag);
    this.remoteTag = own(state.remoteTag);
    this.#local = own(state.local);
    this.#remote = own(state.remote);
    this.#secure = state.secure;
    this.contact = state.contact;
    this.#target = own(state.target);
    this.#routes = state.routes.map(own);
    this.#localSeq = state.localSeq;
    this.#remoteSeq = state.remoteSeq;
    this.#flow = state.flow;
    this.#reached = state.reached;
  }

  /**
   * By a request that came, the tag that our responses to it carry, and our Contact (RFC 3261 §12.1.1).
   * @throws {BadMessage} 400 without a Contact
   */
  static ofRequest(request: Request, localTag: string, contact: string, flow?: Flow): Dialog {
    return new Dialog({
      callId: request.callId,
      localTag,
      remoteTag: request.from.tag ?? '',
      local: untagged(request.to),
      remote: untagged(request.from),
      contact,
      target: targetOf(request),
      routes: request.recordRoutes.map(String),
      localSeq: 0,
      remoteSeq: request.cseq.number,
      secure: flow?.secure === true && request.uriText.startsWith('sips:'),
      flow: flow !== undefined && leadsBack(request, flow) ? flow.id : undefined,
    });
  }

  /**
   * By a response to a request of ours (§12.1.2). `flow`: the one that the request was sent by, where it is the way to the peer and
   * not just to a proxy that chose to stay out of the dialog.
   */
  static ofResponse(request: Request, response: Response, flow?: Flow): Dialog {
    return new Dialog({
      callId: request.callId,
      localTag: request.from.tag ?? '',
      remoteTag: response.to.tag ?? '',
      local: untagged(request.from),
      remote: untagged(response.to),
      contact: request.header('Contact') ?? '',
      target: response.contacts[0]?.uri.toString() ?? request.uriText,
      routes: response.recordRoutes.map(String).reverse(),
      localSeq: request.cseq.number,
      secure: request.uriText.startsWith('sips:'),
      flow: flow?.id,
      reached: flow?.remote.address,
    });
  }

  /** Unique here: Call-ID and both tags. */
  get id(): string {
    return dialogId(this.callId, this.localTag, this.remoteTag);
  }

  /** The remote target: a URI. */
  get target(): string {
    return this.#target;
  }

  /** Id of the flow by which requests go while it is open. */
  get flow(): string | undefined {
    return this.#flow;
  }

  /** Whether requests may go to a target that was located: where the guard lets them, and to where the peer has been. */
  get admits(): ((target: Target) => boolean) | undefined {
    const { guard } = this;
    return guard && ((target) => target.address === this.#reached || guard(target));
  }

  /** CSeq of the last request of ours. */
  get localSeq(): number {
    return this.#localSeq;
  }

  /** No request of ours has a CSeq up to this one, for one may have been sent before a restart. */
  passOver(sequence: number): void {
    this.#localSeq = Math.max(this.#localSeq, sequence);
  }

  /** Where requests go, when neither their first Route nor their URI says it: a strict router. */
  get nextHop(): SipUri | undefined {
    return nextHopOf(this.#routes);
  }

  /** The next request in the dialog (§12.2.1.1), Via excepted. */
  request(method: string, content: RequestContent = {}): Request {
    this.#localSeq += 1;
    return this.#create(method, this.#localSeq, content);
  }

  /** The ACK to a 2xx to the INVITE of this CSeq (§13.2.2.4). */
  ack(cseq: number, content: RequestContent = {}): Request {
    return this.#create('ACK', cseq, content);
  }

  /** A response that belongs to the dialog, with what makes one (§12.1.1): our tag, Record-Route, Contact. */
  response(request: Request, status: number, { fields = [], ...parts }: ResponseParts = {}): Response {
    const routes = request.lines('Record-Route').map((value) => ['Record-Route', value] as const);
    return Response.to(request, status, {
      ...parts,
      toTag: this.localTag,
      fields: [...routes, ['Contact', this.contact], ...fields],
    });
  }

  /** Takes note of CSeq of a request that came; false when it is lower than one before: answer 500 (§12.2.2). */
  follows(request: Request): boolean {
    const { number } = request.cseq;
    if (this.#remoteSeq !== undefined && number < this.#remoteSeq) return false;
    this.#remoteSeq = number;
    return true;
  }

  /** The flow of a request in the dialog is the way back from now on. */
  heard(request: Request, flow: Flow): void {
    if (this.#flow !== flow.id && leadsBack(request, flow)) this.#flow = flow.id;
  }

  /** The Contact of a target refresh request, or of the 2xx to one, becomes the remote target (§12.2.1.2). */
  refreshTarget(message: Request | Response): void {
    const target = REFRESHES.has(message.cseq.method) ? message.contacts[0]?.uri.toString() : undefined;
    if (target !== undefined && target !== this.#target) this.#target = own(target);
  }

  /** The 2xx to our INVITE decides about the routes of an early dialog (§13.2.2.4). */
  confirm(response: Response): void {
    this.#routes = response.recordRoutes.map((route) => own(route.toString())).reverse();
    this.refreshTarget(response);
  }

  toJSON(): DialogState {
    return {
      callId: this.callId,
      localTag: this.localTag,
      remoteTag: this.remoteTag,
      local: this.#local,
      remote: this.#remote,
      contact: this.contact,
      target: this.#target,
      routes: this.#routes,
      localSeq: this.#localSeq,
      remoteSeq: this.#remoteSeq,
      secure: this.#secure,
      flow: this.#flow,
      reached: this.#reached,
    };
  }

  #create(method: string, cseq: number, { fields = [], body }: RequestContent): Request {
    const { uri, routes } = routed(this.#target, this.#routes);
    const remote = this.remoteTag === '' ? this.#remote : `${this.#remote};tag=${this.remoteTag}`;
    const all: (readonly [name: string, value: string])[] = [
      ['Max-Forwards', '70'],
      ['From', `${this.#local};tag=${this.localTag}`],
      ['To', remote],
      ['Call-ID', this.callId],
      ['CSeq', `${cseq} ${method}`],
    ];
    if (routes.length > 0) all.unshift(...routes.map((route) => ['Route', route] as const));
    if (REFRESHES.has(method)) all.push(['Contact', this.contact]);
    for (const field of fields) all.push(field);
    return Request.create(method, uri, all, body);
  }
}

export const dialogId = (callId: string, localTag: string, remoteTag: string): string =>
  [callId, localTag, remoteTag].join(' ');

function targetOf(request: Request): string {
  const [contact] = request.contacts;
  if (contact === undefined) throw new BadMessage(400, 'Missing Contact', request);
  return contact.uri.toString();
}

const untagged = ({ uri, parameters, displayName }: NameAddress): string =>
  new NameAddress(uri, parameters.without('tag'), displayName).toString();
