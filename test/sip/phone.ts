import type { Clock } from '../../lib/sip/clock.ts';
import { DialogLayer, type DialogOptions } from '../../lib/sip/dialog/layer.ts';
import type { Description } from '../../lib/sip/dialog/description.ts';
import { IncomingInvite } from '../../lib/sip/dialog/incoming-invite.ts';
import { OutgoingInvite, type Caller } from '../../lib/sip/dialog/outgoing-invite.ts';
import type { SessionSettings, SessionUser } from '../../lib/sip/dialog/session-user.ts';
import type { Session } from '../../lib/sip/dialog/session.ts';
import { Request } from '../../lib/sip/message/request.ts';
import { Response } from '../../lib/sip/message/response.ts';
import type { SipUri } from '../../lib/sip/message/uri.ts';
import { newCallId, newTag } from '../../lib/sip/token.ts';
import { TransactionLayer, type Transport } from '../../lib/sip/transaction/layer.ts';
import { Outgoing } from '../../lib/sip/transaction/outgoing.ts';
import type { ServerTransaction } from '../../lib/sip/transaction/server.ts';
import type { Flow, Protocol, Target } from '../../lib/sip/transport/flow.ts';

/** A session description that is only a name. */
export const sdp = (name: string): Description => ({ type: 'application/sdp', body: Buffer.from(`s=${name}\r\n`) });

export const nameOf = (description: Description | undefined): string =>
  description === undefined ? 'nothing' : description.body.toString().slice(2).trim();

export interface PhoneTransport extends Transport {
  connect(target: Target, size?: number): Promise<Flow>;
  fits(size: number): boolean;
  flow(id: string): Flow | undefined;
}

export interface PhoneParts {
  readonly clock: Clock;
  readonly transport: PhoneTransport;
  readonly user: string;
  /** host:port of its Contact. */
  readonly address: string;
  readonly protocol?: Protocol;
  readonly settings?: Partial<SessionSettings>;
  readonly credentials?: DialogOptions['credentials'];
}

/** A user agent as small as can be: the layers, and what happened to them in words. */
export class Phone {
  readonly transactions: TransactionLayer;
  readonly dialogs: DialogLayer;
  readonly outgoing: Outgoing;
  readonly log: string[] = [];
  readonly problems: unknown[] = [];
  readonly settings: Partial<SessionSettings> | undefined;
  readonly uri: string;
  readonly contact: string;
  /** What the phone does with a call. */
  ring: (call: IncomingInvite) => unknown = () => undefined;
  /** What it does with other requests outside of dialogs. */
  serve: (server: ServerTransaction) => unknown = (server) => server.respond(Response.to(server.request, 501));
  sessions: Session[] = [];
  #answers = 0;

  constructor({ clock, transport, user, address, protocol = 'udp', settings, credentials }: PhoneParts) {
    const report = (problem: unknown) => this.problems.push(problem);
    this.settings = settings;
    this.uri = `sip:${user}@${address}`;
    this.contact = `<sip:${user}@${address}${protocol === 'udp' ? '' : `;transport=${protocol}`}>`;
    this.transactions = new TransactionLayer({ clock, transport, report });
    this.outgoing = new Outgoing({ transactions: this.transactions, transport, locator: numeric });
    this.dialogs = new DialogLayer({
      outgoing: this.outgoing,
      flow: (id) => transport.flow(id),
      credentials,
      report,
    });
    this.transactions.onAck((ack) => this.dialogs.acknowledge(ack));
    this.transactions.onRequest(async (server) => {
      if (await this.dialogs.receive(server)) return;
      if (server.request.method !== 'INVITE') {
        await this.serve(server);
        return;
      }
      const call = IncomingInvite.take({
        layer: this.dialogs,
        server,
        contact: this.contact,
        user: this.sessionUser,
        settings,
      });
      if (call !== undefined) await this.ring(call);
    });
  }

  /** Answers every offer by the next number, and writes down what happens. */
  get sessionUser(): SessionUser {
    return {
      offered: (offer) => {
        this.#answers += 1;
        this.log.push(`offered ${nameOf(offer)}`);
        return sdp(`answer ${this.#answers}`);
      },
      answered: (answer) => this.log.push(`answered ${nameOf(answer)}`),
      ended: ({ cause, status }) =>
        this.log.push(status === undefined ? `ended: ${cause}` : `ended: ${cause} ${status}`),
    };
  }

  get caller(): Caller {
    return {
      ...this.sessionUser,
      progress: ({ status }) => this.log.push(`progress ${status}`),
      accepted: (session) => {
        this.sessions.push(session);
        this.log.push('accepted');
      },
    };
  }

  /** A request outside of dialogs. */
  request(
    method: string,
    to: string,
    fields: readonly (readonly [string, string])[] = [],
    description?: Description,
  ): Request {
    const described = description === undefined ? [] : [['Content-Type', description.type] as const];
    return Request.create(
      method,
      to,
      [
        ['Max-Forwards', '70'],
        ['From', `<${this.uri}>;tag=${newTag()}`],
        ['To', `<${to}>`],
        ['Call-ID', newCallId()],
        ['CSeq', `1 ${method}`],
        ['Contact', this.contact],
        ...fields,
        ...described,
      ],
      description?.body,
    );
  }

  call(
    to: string,
    offer: Description | null = sdp('offer'),
    fields: readonly (readonly [string, string])[] = [],
    user = this.caller,
  ): OutgoingInvite {
    return new OutgoingInvite({
      layer: this.dialogs,
      request: this.request('INVITE', to, fields, offer ?? undefined),
      user,
      settings: this.settings,
    });
  }

  /** Nothing is left of anything that happened. */
  get isIdle(): boolean {
    return this.dialogs.size === 0 && this.transactions.size === 0;
  }
}

/** Only what an address says itself. */
const numeric = {
  locate: ({ host, port, transport }: SipUri): Promise<readonly Target[]> =>
    Promise.resolve([{ protocol: (transport ?? 'udp') as Protocol, address: host, port: port ?? 5060 }]),
  locateRequest: (request: Request): Promise<readonly Target[]> => {
    const uri = request.routes[0]?.uri ?? request.uri;
    return uri.kind === 'sip' ? numeric.locate(uri) : Promise.reject(new Error('no SIP URI'));
  },
};
