import type { ConferenceObject } from '../model/conference-object.ts';
import type { XconUri } from '../model/identifiers.ts';
import type { Mixer } from '../mixer/mixer.ts';
import { dialogId } from '../sip/dialog/dialog.ts';
import { type Incoming, refuse } from '../sip/event/answering.ts';
import { readRefer, type Refer } from '../sip/event/refer.ts';
import type { NameAddress } from '../sip/message/name-address.ts';
import type { Request } from '../sip/message/request.ts';
import type { Uri } from '../sip/message/uri.ts';
import { warning } from './answers.ts';
import type { Call } from './call.ts';
import type { Gate } from './gate.ts';
import { OperatorCall } from './operator-call.ts';
import { type Final, ring } from './ring.ts';
import type { Ways } from './ways.ts';

/** Somebody who waits for the operator (RFC 6501 §4.6.1, `directed-operator`). */
export interface Assisted {
  readonly call: Call;
  readonly object: ConferenceObject;
  /** The operator is there: her INVITE is answered, so that both hear one another. */
  readonly answer: () => Promise<void>;
  /** He has hung up. */
  readonly ended: () => void;
  /** She waits no more: she is in, or gone. */
  readonly signal: AbortSignal;
}

export interface OperatorParts {
  readonly gate: Pick<Gate, 'pass'>;
  readonly ways: Pick<Ways, 'to' | 'invite' | 'routing'>;
  readonly mixer: Mixer;
  /** The URI of who brings people in. */
  readonly address: string;
  readonly isFocus: (contact: NameAddress | undefined) => boolean;
  /** The conference of an address. */
  readonly reached: (uri: Uri) => Promise<XconUri | undefined>;
  /** Lets somebody in who is pending. */
  readonly admit: (call: Call) => Promise<void>;
  readonly events: Pick<Refer, 'accept'>;
  readonly newId: () => string;
  readonly report: (error: unknown) => void;
}

/** Calls the operator for those whom conferences direct to him; he speaks with them, and transfers to the conference whom he lets in. */
export class Operator {
  readonly #parts: OperatorParts;
  /** For whom he is there, by his dialogs. */
  readonly #assisted = new Map<string, Assisted>();

  constructor(parts: OperatorParts) {
    this.#parts = parts;
  }

  /** Resolves to his answer. */
  async connect(assisted: Assisted): Promise<Final> {
    const { call, object, signal } = assisted;
    const { gate, ways, address } = this.#parts;
    const adder = call.caller.kind === 'user' ? call.caller.principal.userId : undefined;
    const who = { conference: object.uri, adder };
    let winner: OperatorCall | undefined;
    const claim = (one: OperatorCall): boolean => winner === undefined && ((winner = one), true);
    const final = await gate.pass(who, object, address, false, (destination) =>
      ring(ways.to(destination), (way) => this.#invite(way, assisted, claim), signal),
    );
    if (final.status < 300 && winner !== undefined) await this.#speak(winner, assisted);
    return final;
  }

  /** The REFER of an operator in his call: whoever is transferred to her conference is let in. False where it is none of his. */
  async refer(server: Incoming): Promise<boolean> {
    const { request } = server;
    const assisted = this.#assisted.get(dialogOf(request));
    if (assisted === undefined) return false;
    const refer = readRefer(request);
    if ((await this.#parts.reached(refer.referTo.uri)) !== assisted.call.conference) refuse(server, ELSEWHERE);
    else {
      const progress = this.#parts.events.accept(server, refer);
      await this.#parts.admit(assisted.call);
      progress?.report(200, 'OK');
    }
    return true;
  }

  #invite(way: Parameters<Ways['invite']>[0], { object, ended }: Assisted, claim: (one: OperatorCall) => boolean) {
    const { ways, mixer, isFocus, newId, report } = this.#parts;
    return new OperatorCall({
      ...{ id: newId(), object, mixer, isFocus, claim, ended, report },
      invite: ({ fields, body }, user) =>
        ways.invite(way, object, { fields: [...ways.routing(way, object.uri), ...fields], body }, user),
    });
  }

  /** Both in a room of their own, until she waits no more. */
  async #speak(operator: OperatorCall, assisted: Assisted): Promise<void> {
    const { call, signal, answer } = assisted;
    const { session } = operator;
    if (session === undefined) return;
    const end = (): void => {
      this.#assisted.delete(session.dialog.id);
      operator.hangUp(DONE);
    };
    this.#assisted.set(session.dialog.id, assisted);
    signal.addEventListener('abort', end);
    const waits = (): boolean => !signal.aborted;
    if (!waits()) {
      end();
      return;
    }
    const room = `${call.conference} operator ${call.id}`;
    await answer();
    // She may have been let in meanwhile.
    if (waits()) await Promise.all([operator.group(room), call.leg?.group(room)]);
  }
}

const DONE = 'SIP;cause=200;text="The caller does not wait any more"';
const ELSEWHERE = { status: 403, fields: [warning('Who waits can be transferred to her conference alone.')] };

const dialogOf = ({ callId, to, from }: Request): string => dialogId(callId, to.tag ?? '', from.tag ?? '');
