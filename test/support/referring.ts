import { makeRequest } from '../../lib/sip/agent/user-agent.ts';
import { Dialog } from '../../lib/sip/dialog/dialog.ts';
import type { Usage } from '../../lib/sip/dialog/usage.ts';
import { readSipfrag } from '../../lib/sip/event/refer.ts';
import { SUBSCRIPTION_STATE } from '../../lib/sip/message/headers/index.ts';
import type { Request } from '../../lib/sip/message/request.ts';
import { Response } from '../../lib/sip/message/response.ts';
import type { ServerTransaction } from '../../lib/sip/transaction/server.ts';
import type { PhoneCall } from './phone-call.ts';
import type { Phone } from './phone.ts';

type Fields = readonly (readonly [name: string, value: string])[];

/** A REFER of a telephone: its answer, and what its sender was told of the reference, as statuses. */
export class Reference implements Usage {
  readonly steps: number[] = [];
  answer: Response | undefined;
  #isOver = false;
  #wake: () => void = () => undefined;

  /** Outside of dialogs. */
  static async send(
    phone: Phone,
    target: string,
    referTo: string,
    fields: Fields = [],
    body?: Buffer,
  ): Promise<Reference> {
    const reference = new Reference();
    const request = makeRequest('REFER', target, {
      from: `<${phone.address}>`,
      fields: [['Contact', phone.contact], ['Refer-To', referTo], ...fields],
      ...(body && { body }),
    });
    const end = phone.agent.dialogs.await(request, (server) => reference.receive(server));
    const answer = await phone.agent.send(request);
    reference.answer = answer.response;
    if (answer.response.status >= 300) end();
    else {
      end();
      phone.agent.dialogs.attach(Dialog.ofResponse(answer.request, answer.response), reference);
    }
    return reference;
  }

  /** In the dialog of a call. */
  static async sendIn(phone: Phone, call: PhoneCall, referTo: string, fields: Fields = []): Promise<Reference> {
    const { session } = call;
    if (session === undefined) throw new Error('the call is not established');
    const reference = new Reference();
    // Who wants to hear nothing leaves the notifications to others in the dialog.
    if (!fields.some(([name]) => name === 'Refer-Sub')) phone.agent.dialogs.attach(session.dialog, reference);
    const content = { fields: [['Refer-To', referTo] as const, ...fields] };
    reference.answer = (await phone.agent.dialogs.send(session.dialog, 'REFER', content)).response;
    return reference;
  }

  get status(): number | undefined {
    return this.answer?.status;
  }

  claims({ method }: Request): boolean {
    return method === 'NOTIFY';
  }

  receive(server: ServerTransaction): void {
    const { request } = server;
    server.respond(Response.to(request, 200));
    const status = readSipfrag(request.body)?.status;
    if (status !== undefined) this.steps.push(status);
    this.#isOver = request.get(SUBSCRIPTION_STATE)?.state === 'terminated';
    this.#wake();
  }

  dialogEnded(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** The last status that was told, when nothing more follows. */
  async final(): Promise<number | undefined> {
    while (!this.#isOver) await new Promise<void>((done) => (this.#wake = done));
    return this.steps.at(-1);
  }
}
