import type { Call as Asking } from '../conference/calls.ts';
import type { EndpointState } from '../conference/endpoint-state.ts';
import type { Welcome } from '../conference/endpoints.ts';
import { Refusal } from '../conference/refusal.ts';
import { isDirecting } from '../conference/admission.ts';
import { statusOf } from '../model/user.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import { MediaRefused } from '../mixer/mixer.ts';
import type { IncomingInvite } from '../sip/dialog/incoming-invite.ts';
import { SessionEnded } from '../sip/dialog/session-requests.ts';
import { BadMessage } from '../sip/message/bad-message.ts';
import type { ServerTransaction } from '../sip/transaction/server.ts';
import { type CallRefusal, refusalOf, warning } from './answers.ts';
import { Call, type CallEnd } from './call.ts';
import type { Identified } from './caller.ts';
import { mediaRefusal, offerIn, offeredTypes } from './descriptions.ts';
import { deviceOf, endpointEntity } from './entity.ts';
import type { FocusParts } from './parts.ts';
import { PinEntry } from './pin-entry.ts';
import { isHeardIn, partIn } from './sidebars.ts';

/** One INVITE to a conference, until its sender is in or has been told why not (RFC 4579 §5.2). */
export class IncomingCall {
  readonly #parts: FocusParts;
  readonly #server: ServerTransaction;
  readonly #conference: XconUri;
  readonly #identified: Identified;
  readonly #isCascade: boolean;
  readonly #offer: string | undefined;
  /** Of its endpoint. */
  #entity: string;
  #entered: () => void = () => undefined;
  #onIn: () => void = () => undefined;

  /** @param isCascade it comes from another focus of the conference */
  constructor(
    parts: FocusParts,
    server: ServerTransaction,
    conference: XconUri,
    identified: Identified,
    isCascade = false,
  ) {
    this.#isCascade = isCascade;
    this.#parts = parts;
    this.#server = server;
    this.#conference = conference;
    this.#identified = identified;
    this.#offer = offerIn(server.request);
    this.#entity = deviceOf(server.request);
  }

  /** Whether the caller would be let in now. @throws {Refusal} */
  check(): Promise<Welcome> {
    const types = offeredTypes(this.#offer ?? '').slice(0, MOST_MEDIA);
    const knock = { entity: this.#entity, types, isDirected: this.#isDirected };
    return this.#parts.endpoints.check(this.#asking(passwordIn(this.#server)), this.#conference, knock);
  }

  /** Lets the caller in, as far as the rules do; `entered` runs when he is. @throws what `refusalFor` reads, while the INVITE has no answer */
  async take(entered: () => void = () => undefined): Promise<Call | undefined> {
    this.#entered = entered;
    const welcome = await this.check();
    const others = [...this.#parts.context.calls.of(this.#conference, welcome.key)];
    if (others.length >= this.#parts.settings.callsPerUser)
      throw new Refusal('resources-exhausted', 'You have called too often: end another call first.', undefined, FULL);
    this.#entity = endpointEntity(this.#entity, new Set(others.map(({ endpoint }) => endpoint)));
    if (welcome.asks && !this.#parts.mixer.carries.includes('audio')) await this.#dialIn(undefined); // throws
    const leave = this.#takePlace();
    const call = this.#newCall(welcome);
    call.onOver(leave);
    const { settings, fields } = this.#parts;
    const contact = this.#parts.contact(this.#server, this.#conference);
    const invite = this.#parts.take(this.#server, contact, call, settings.session);
    if (invite === undefined) {
      call.over(NOTHING);
      return undefined;
    }
    try {
      // Whatever ends the call ends the INVITE.
      call.onOver(() => invite.refuse(480));
      await call.open(welcome.object, this.#offer, welcome.asks || welcome.entry === 'pending');
      checkOpen(invite);
      await this.#parts.context.records.keep(call.id, { ...call.record, dialog: invite.session.dialog.toJSON() });
      checkOpen(invite);
      if (welcome.asks) {
        call.establish(await invite.accept(call.local, fields));
        await this.#enterByPin(call, invite);
      } else await this.#enter(call, invite, passwordIn(this.#server));
    } catch (error) {
      if (call.isOver || error instanceof SessionEnded) call.over(NOTHING);
      else if (invite.isOpen) this.#refuse(invite, error);
      else throw error;
    }
    return call;
  }

  /** Of a guest, who gives it back by what comes back. @throws {Refusal} */
  #takePlace(): () => void {
    const { caller, source } = this.#identified;
    const leave = caller.kind === 'guest' ? this.#parts.guests.take(source) : () => undefined;
    if (leave === undefined) throw new Refusal('resources-exhausted', 'Too many people call who are nobody here.');
    return leave;
  }

  async #enter(call: Call, invite: IncomingInvite, password: string | undefined): Promise<void> {
    const { entry, object } = await this.#dialIn(password, call, invite);
    if (call.isOver) {
      // It ended before it was in the roster, where it would stay now.
      await this.#parts.endpoints.remove(call.conference, call.user, [call.endpoint]);
      throw new SessionEnded();
    }
    if (entry === 'in') await this.#connect(call, invite, object);
    else {
      call.await((now) => this.#looksAt(now, call, invite));
      if (isDirecting(object)) await this.#direct(call, invite, object);
      else if (invite.isOpen) await invite.progress(180);
      else await call.leg?.announce('waiting');
    }
  }

  async #connect(call: Call, invite: IncomingInvite, object: ConferenceObject): Promise<void> {
    if (call.session === undefined) call.establish(await invite.accept(call.local, this.#parts.fields));
    const { report } = this.#parts;
    if (object.sidebars.size > 0) await this.#findSidebars(call, object);
    await call.leg?.group(call.sidebar);
    this.#onIn();
    call.enter(object);
    this.#entered();
    call.onOver(this.#server.flow.onClose(() => void call.probe().catch(report)));
  }

  /** The operator is called for her (RFC 3725); as long as he does not let her in, both are alone. */
  async #direct(call: Call, invite: IncomingInvite, object: ConferenceObject): Promise<void> {
    const waiting = new AbortController();
    this.#onIn = () => waiting.abort('SIP;cause=200;text="The caller is in"');
    call.onOver(() => waiting.abort('SIP;cause=487;text="The caller has hung up"'));
    const answer = async (): Promise<void> => {
      if (call.session === undefined) call.establish(await invite.accept(call.local, this.#parts.fields));
    };
    const ended = (): void => {
      if (!waiting.signal.aborted) this.#turnAway(call, invite);
    };
    if (invite.isOpen) await invite.progress(180);
    const final = await this.#parts.assist?.({ call, object, answer, ended, signal: waiting.signal });
    if (waiting.signal.aborted || (final !== undefined && final.status < 300)) return;
    if (invite.isOpen) invite.refuse(480, [warning('The operator can not be reached now.')]);
    else call.hangUp(TURNED_AWAY);
  }

  async #findSidebars(call: Call, object: ConferenceObject): Promise<void> {
    const { endpoints } = this.#parts;
    call.move(await endpoints.sidebarOf(object, call.user, isHeardIn));
    for (const part of ['speaks', 'hears'] as const) {
      const sidebar = await endpoints.sidebarOf(object, call.user, (record) => partIn(record) === part);
      if (sidebar !== undefined) call.beside(sidebar, part);
    }
  }

  /** What a moderator does with somebody who waits (RFC 6501 §4.6.1, confirm). */
  #looksAt(object: ConferenceObject | undefined, call: Call, invite: IncomingInvite): void {
    const endpoint = call.endpointIn(object);
    if (object === undefined || endpoint === undefined || statusOf(endpoint) === 'disconnected')
      this.#turnAway(call, invite);
    else if (statusOf(endpoint) !== 'pending') {
      call.await(() => undefined);
      this.#connect(call, invite, object).catch((error: unknown) => {
        if (!(error instanceof SessionEnded)) this.#parts.report(error);
        call.hangUp(NOTHING);
      });
    }
  }

  #turnAway(call: Call, invite: IncomingInvite): void {
    if (invite.isOpen) invite.refuse(403, [warning('A moderator has not let you in.')]);
    else call.hangUp(TURNED_AWAY);
  }

  /** The call is connected with nobody, until its PIN is right (RFC 4733). */
  async #enterByPin(call: Call, invite: IncomingInvite): Promise<void> {
    const { clock, settings } = this.#parts;
    const entry = new PinEntry(call, clock, settings.pin, (pin) => this.#enter(call, invite, pin));
    await entry.run();
  }

  #dialIn(password: string | undefined, call?: Call, invite?: IncomingInvite) {
    const { displayText, anonymous } = this.#identified;
    const when = this.#parts.context.date();
    return this.#parts.endpoints.dialIn(this.#asking(password), this.#conference, {
      ...{ entity: this.#entity, anonymous, isDirected: this.#isDirected },
      ...(displayText !== undefined && { displayText }),
      state: { joiningMethod: 'dialed-in', joiningInfo: { when }, ...call?.state, ...dialogOf(invite) },
    });
  }

  #asking(password: string | undefined): Asking {
    const { caller, source } = this.#identified;
    return { caller, source, profile: 'standard', ...(password !== undefined && { password }) };
  }

  #newCall({ key: user }: Welcome): Call {
    const endpoint = this.#entity;
    return new Call(this.#parts.context, {
      id: this.#parts.newId(),
      conference: this.#conference,
      ...{ user, endpoint, caller: this.#identified.caller, joined: 'dialed-in' },
      ...(this.#isCascade && { isCascade: true }),
    });
  }

  get #isDirected(): boolean {
    const { settings, assist } = this.#parts;
    return settings.operatorBy === 'call' && settings.operator !== undefined && assist !== undefined;
  }

  #refuse(invite: IncomingInvite, error: unknown): void {
    try {
      const { status, fields } = refusalFor(error, this.#parts);
      invite.refuse(status, fields);
    } catch (unforeseen) {
      invite.refuse(unforeseen instanceof BadMessage ? unforeseen.status : 500);
      if (!(unforeseen instanceof BadMessage)) this.#parts.report(unforeseen);
    }
  }
}

/** What a caller is told of why he does not come in. */
export function refusalFor(error: unknown, { context, settings }: FocusParts): CallRefusal {
  if (error instanceof MediaRefused) return { fields: [], ...mediaRefusal(error) };
  return refusalOf(error, context.date(), settings.operator);
}

/** RFC 4575 §5.7.9. */
function dialogOf(invite: IncomingInvite | undefined): EndpointState {
  if (invite === undefined) return {};
  const { callId, localTag, remoteTag } = invite.session.dialog;
  const { displayName } = invite.request.from;
  const named = displayName === undefined ? {} : { displayText: displayName };
  return { callInfo: { ...named, callId, fromTag: remoteTag, toTag: localTag } };
}

/** The conference password in the URI that was called, by a parameter of ours: nothing hands it on. */
const passwordIn = ({ request: { uri } }: ServerTransaction): string | undefined =>
  uri.kind === 'sip' ? uri.parameter('conference-password') : undefined;

/** More are refused by the mixer. */
const MOST_MEDIA = 16;

const FULL = { is: 'full' } as const;
const NOTHING: CallEnd = { method: 'failed', silently: true };
const TURNED_AWAY: CallEnd = { method: 'booted', reason: 'SIP;cause=403;text="A moderator has not let you in"' };

/** Callers hang up at any moment. @throws {SessionEnded} */
function checkOpen(invite: IncomingInvite): void {
  if (!invite.isOpen) throw new SessionEnded();
}
