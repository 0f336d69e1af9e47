import { Dialog } from '../../../lib/sip/dialog/dialog.ts';
import { DialogLayer } from '../../../lib/sip/dialog/layer.ts';
import { Notifier } from '../../../lib/sip/event/notifier.ts';
import type { NotifierLimits } from '../../../lib/sip/event/notifier.ts';
import type { Request } from '../../../lib/sip/message/request.ts';
import { Response } from '../../../lib/sip/message/response.ts';
import { TransactionLayer } from '../../../lib/sip/transaction/layer.ts';
import { Outgoing } from '../../../lib/sip/transaction/outgoing.ts';
import type { Target } from '../../../lib/sip/transport/flow.ts';
import { Network } from '../network.ts';
import { newRequest } from '../requests.ts';
import { VirtualClock } from '../virtual-clock.ts';

export const ALICE = '192.0.2.1';
export const BOB = '192.0.2.2';
/** When the stage opens, in milliseconds since 1970. */
export const OPENING = 1_700_000_000_000;

/** One user agent: its layers, one on the other. */
export function party(network: Network, address: string) {
  const { clock } = network;
  const errors: unknown[] = [];
  const report = (error: unknown) => void errors.push(error);
  const transport = network.find(address) ?? network.host(address);
  const transactions = new TransactionLayer({ clock, transport, report });
  const targets = (request: { toString(): string } | Request): Target[] => {
    const text = 'uriText' in request ? (request.routes[0]?.toString() ?? request.uriText) : request.toString();
    const [, host = ''] = /@?(\d+\.\d+\.\d+\.\d+)/u.exec(text) ?? [];
    return [{ protocol: 'udp', address: host, port: 5060 }];
  };
  const locator = {
    locate: (uri: { toString(): string }) => Promise.resolve(targets(uri)),
    locateRequest: (request: Request) => Promise.resolve(targets(request)),
  };
  const outgoing = new Outgoing({ transactions, transport, locator });
  const dialogs = new DialogLayer({ outgoing, flow: (id) => transport.flow(id), report });
  return { transport, transactions, outgoing, dialogs, errors };
}

export interface Told {
  /** Milliseconds. */
  readonly at: number;
  readonly state: string;
  readonly body: string;
  readonly request: Request;
}

/** Bob serves subscriptions; Alice subscribes by hand and answers NOTIFYs as she is told to. */
export function stage(limits: Partial<NotifierLimits> = {}) {
  const clock = new VirtualClock();
  const network = new Network(clock);
  const alice = party(network, ALICE);
  const bob = party(network, BOB);
  const told: Told[] = [];
  const answers: { status: number; fields?: readonly (readonly [string, string])[]; silent?: boolean }[] = [];
  alice.transactions.onRequest((server) => {
    const { request } = server;
    const state = request.header('Subscription-State') ?? '';
    told.push({ at: clock.now(), state, body: request.body.toString(), request });
    const { status, fields = [], silent = false } = answers.shift() ?? { status: 200 };
    if (!silent) server.respond(Response.to(request, status, { fields }));
  });
  const serve = (one: ReturnType<typeof party>) => {
    const notifier = new Notifier({
      clock,
      date: () => OPENING + clock.now(),
      dialogs: one.dialogs,
      contact: () => `<sip:conference@${BOB}:5060>;isfocus`,
      report: (error) => one.errors.push(error),
      limits,
    });
    one.transactions.onRequest(async (server) => {
      if (!(await one.dialogs.receive(server))) await notifier.subscribe(server);
    });
    return notifier;
  };
  const notifier = serve(bob);

  /** The final response to a SUBSCRIBE of Alice's. */
  async function subscribe(fields: Readonly<Record<string, string | undefined>> = {}, ms = 100): Promise<Response> {
    const all: Readonly<Record<string, string | undefined>> = { Event: 'conference', Expires: '3600', ...fields };
    const present = Object.entries(all).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value] as const],
    );
    return finalOf(alice.outgoing.send(newRequest('SUBSCRIBE', { to: `conference@${BOB}`, fields: present })), ms);
  }

  /** The same in the dialog that a response made. */
  async function again(dialog: Dialog, fields: Readonly<Record<string, string>> = {}, ms = 100): Promise<Response> {
    const all = { Event: 'conference', Expires: '3600', ...fields };
    return finalOf(alice.dialogs.send(dialog, 'SUBSCRIBE', { fields: Object.entries(all) }), ms);
  }

  async function finalOf(answer: Promise<{ response: Response; request: Request }>, ms: number): Promise<Response> {
    await clock.pass(ms);
    const { response, request } = await answer;
    requests.set(response, request);
    return response;
  }

  const requests = new Map<Response, Request>();
  const dialogOf = (response: Response): Dialog => {
    const request = requests.get(response);
    if (request === undefined) throw new Error('no such response');
    return Dialog.ofResponse(request, response, alice.transport.flowTo(BOB));
  };

  return { clock, network, alice, bob, notifier, told, answers, subscribe, again, dialogOf, serve };
}
