import type { Call as Asking } from '../conference/calls.ts';
import { findUser } from '../conference/people.ts';
import { Refusal } from '../conference/refusal.ts';
import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri, XconUserId } from '../model/identifiers.ts';
import { type Incoming, refuse } from '../sip/event/answering.ts';
import type { Refusal as Refused } from '../sip/event/package.ts';
import { readRefer, type Refer } from '../sip/event/refer.ts';
import { parseUri } from '../sip/message/parse-uri.ts';
import type { Request } from '../sip/message/request.ts';
import type { Uri } from '../sip/message/uri.ts';
import type { Adding } from './adding.ts';
import { refusalOf, warning } from './answers.ts';
import type { Call } from './call.ts';
import type { Identities } from './caller.ts';
import type { Progress } from './dial-outs.ts';
import type { Contacted } from './gate.ts';
import { type Reference, readReference } from './reference.ts';
import { type Final, finalOf } from './ring.ts';
import { MULTIPLE_REFER, recipientsOf, type Recipient } from './uri-list.ts';

export interface ReferencesLimits {
  /** People on one list. */
  readonly listed: number;
}

export const referencesDefaults: ReferencesLimits = { listed: 50 };

export interface ReferencesParts {
  /** The call in whose dialog a request comes. */
  readonly callOf: (request: Request) => Call | undefined;
  readonly identities: Pick<Identities, 'identify'>;
  /** The conference of an address. */
  readonly reached: (uri: Uri) => Promise<XconUri | undefined>;
  readonly adding: Adding;
  readonly control: { deleteUser(call: Asking, uri: XconUri, entity?: XconUserId): Promise<unknown> };
  readonly endpoints: {
    object(uri: XconUri): Promise<ConferenceObject | undefined>;
    checkReferring(call: Asking, uri: XconUri): Promise<ConferenceObject>;
  };
  /** Asks somebody by REFER to call. */
  readonly refer: (who: Contacted, address: string, object: ConferenceObject) => Promise<Final>;
  readonly events: Refer;
  /** Milliseconds since 1970. */
  readonly date: () => number;
  readonly limits: ReferencesLimits;
  readonly report: (error: unknown) => void;
}

/** One who is meant, and who is on the list with her. */
interface Meant {
  readonly reference: Reference;
  readonly recipients?: readonly Recipient[];
}

/** What REFERs ask of the focus (RFC 4579 §5.5–§5.11, RFC 5368): by the rights of their senders, who hear how it goes. */
export class References {
  readonly #parts: ReferencesParts;

  constructor(parts: ReferencesParts) {
    this.#parts = parts;
  }

  /** @throws {BadMessage} rejects */
  async receive(server: Incoming): Promise<void> {
    const { request } = server;
    const asking = await this.#senderOf(server);
    if ('status' in asking) {
      refuse(server, asking);
      return;
    }
    const conference = await this.#parts.reached(request.uri);
    const meant = conference === undefined ? { status: 404 } : this.#read(request);
    if (conference === undefined || 'status' in meant) refuse(server, 'status' in meant ? meant : { status: 404 });
    else if (meant.isList) await this.#takeList(server, asking, conference, meant.all);
    else for (const one of meant.all) await this.#take(server, asking, conference, one);
  }

  /** In the dialog of a call its participant; otherwise whoever proves who he is. */
  async #senderOf(server: Incoming): Promise<Asking | Refused> {
    const { uri } = server.request;
    const password = uri.kind === 'sip' ? uri.parameter('conference-password') : undefined;
    const known = password === undefined ? {} : { password };
    const call = this.#parts.callOf(server.request);
    if (call !== undefined) return { ...call.asking, ...known };
    const sender = await this.#parts.identities.identify(server);
    if ('status' in sender) return sender;
    const { principal, source } = sender;
    return { caller: { kind: 'user', principal }, source, profile: 'standard', ...known };
  }

  #read(request: Request): { readonly isList: boolean; readonly all: readonly Meant[] } | Refused {
    const { uri } = readRefer(request).referTo;
    if (uri.scheme !== 'cid') {
      const reference = readReference(uri);
      return 'status' in reference ? reference : { isList: false, all: [{ reference }] };
    }
    // RFC 5368 §4
    if (!request.require.includes(MULTIPLE_REFER)) return { status: 421, fields: [['Require', MULTIPLE_REFER]] };
    const cid = decodeURIComponent(uri.toString().slice('cid:'.length));
    const recipients = recipientsOf(request, this.#parts.limits.listed, cid);
    if (recipients === undefined) return { status: 400, reason: 'No List Where Refer-To Points' };
    const all: Meant[] = [];
    for (const recipient of recipients) {
      const reference = readReference(parseUri(recipient.uri));
      if ('status' in reference) return reference;
      all.push({ reference, recipients });
    }
    return { isList: true, all };
  }

  async #take(server: Incoming, asking: Asking, conference: XconUri, meant: Meant): Promise<void> {
    const relay = new Relay();
    try {
      await this.#do(asking, conference, meant, relay.tell);
    } catch (error) {
      const { status, fields } = this.#refusalOf(error);
      // Barring is an answer of who was to be called (3GPP TS 24.611).
      if (status !== 603 && status !== 433) {
        refuse(server, { status, fields });
        return;
      }
      relay.tell(finalOf(status, error instanceof Refusal ? error.message : undefined));
    }
    const progress = this.#parts.events.accept(server, readRefer(server.request));
    if (progress !== undefined) relay.open(({ status, reason }) => progress.report(status, reason));
  }

  /** RFC 5368 §8: without progress; who of the list came the roster tells. */
  async #takeList(server: Incoming, asking: Asking, conference: XconUri, all: readonly Meant[]): Promise<void> {
    const done = await Promise.allSettled(all.map((one) => this.#do(asking, conference, one, () => undefined)));
    const failed = done.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
    const refusals = failed.map((error) => this.#refusalOf(error));
    const [first] = refusals;
    if (first !== undefined && refusals.length === all.length) refuse(server, first);
    else this.#parts.events.accept(server, { ...readRefer(server.request), wantsProgress: false });
  }

  #do(asking: Asking, conference: XconUri, { reference, recipients }: Meant, progress: Progress): Promise<void> {
    const address = reference.address.toString();
    switch (reference.action) {
      case 'add':
        return this.#parts.adding.add(asking, conference, address, progress, {
          replaces: reference.replaces,
          recipients,
        });
      case 'remove':
        return this.#remove(asking, conference, address, progress);
      case 'refer':
        return this.#refer(asking, conference, address, reference.referTo, progress);
    }
  }

  async #remove(asking: Asking, conference: XconUri, address: string, progress: Progress): Promise<void> {
    const object = await this.#parts.endpoints.object(conference);
    const key = object && findUser(object, address);
    if (key === undefined) throw new Refusal('no-such-user', 'There is no such user in this conference.');
    await this.#parts.control.deleteUser(asking, conference, key);
    progress(finalOf(200));
  }

  async #refer(asking: Asking, conference: XconUri, address: string, referTo: Uri, progress: Progress): Promise<void> {
    if ((await this.#parts.reached(referTo)) !== conference)
      throw new Refusal('not-allowed', 'A focus refers people to its own conference alone.');
    const object = await this.#parts.endpoints.checkReferring(asking, conference);
    const { caller } = asking;
    const adder = caller.kind === 'user' ? caller.principal.userId : undefined;
    const user = findUser(object, address);
    this.#parts.refer({ conference, adder, user }, address, object).then(progress, (error: unknown) => {
      this.#parts.report(error);
      progress(finalOf(500));
    });
  }

  #refusalOf(error: unknown): Refused & { readonly fields: NonNullable<Refused['fields']> } {
    if (error instanceof Refusal && error.reason === 'no-such-user')
      return { status: 404, fields: [warning(error.message)] };
    return refusalOf(error, this.#parts.date(), undefined);
  }
}

/** Keeps the newest step until somebody listens. */
class Relay {
  #last: Final | undefined;
  #to: Progress | undefined;

  readonly tell = (step: Final): void => {
    this.#last = step;
    this.#to?.(step);
  };

  open(to: Progress): void {
    this.#to = to;
    if (this.#last !== undefined) to(this.#last);
  }
}
