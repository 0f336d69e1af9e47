import type { Session } from '../../lib/sip/dialog/session.ts';
import type { OutgoingInvite } from '../../lib/sip/dialog/outgoing-invite.ts';
import type { SessionEnd, SessionUser } from '../../lib/sip/dialog/session-user.ts';
import type { Description } from '../../lib/sip/dialog/description.ts';
import type { Request } from '../../lib/sip/message/request.ts';
import type { Response } from '../../lib/sip/message/response.ts';

type Fields = readonly (readonly [name: string, value: string])[];

/** Session descriptions as telephones write them; audio on a port of nobody's. */
export const sdp = (...media: readonly string[]): string =>
  [
    'v=0',
    'o=phone 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    ...(media.length > 0 ? media : ['m=audio 40000 RTP/AVP 0', 'a=sendrecv']),
    '',
  ].join('\r\n');

export const described = (text: string): Description => ({ type: 'application/sdp', body: Buffer.from(text) });

/** One call of a telephone, from either side: what came of it, in order. */
export class PhoneCall implements SessionUser {
  readonly #responses: Response[] = [];
  readonly #waiting: (() => void)[] = [];
  /** What it answers to offers of the other side. */
  answers: string = sdp();
  session: Session | undefined;
  invite: OutgoingInvite | undefined;
  ending: SessionEnd | undefined;
  readonly refreshes: Request[] = [];

  get responses(): readonly Response[] {
    return this.#responses;
  }

  progress(response: Response): void {
    this.#responses.push(response);
    this.#wake();
  }

  accepted(session: Session, response: Response): void {
    this.session = session;
    this.#responses.push(response);
    this.#wake();
  }

  refused(response: Response): void {
    if (response.status >= 300) this.#responses.push(response);
    this.#wake();
  }

  refreshing(request: Request): undefined {
    this.refreshes.push(request);
    this.#wake();
  }

  offered(): Description {
    return described(this.answers);
  }

  description(): Description {
    return described(this.answers);
  }

  ended(end: SessionEnd): void {
    this.ending = end;
    this.#wake();
  }

  /** The first response of this status, or of this class where it ends in two zeros and no such stands there. */
  async gets(status: number): Promise<Response> {
    const isIt = (one: Response): boolean => one.status === status;
    await this.#until(() => this.#responses.some((one) => isIt(one) || one.status >= 300));
    const found = this.#responses.find(isIt);
    if (found !== undefined) return found;
    throw new Error(`no ${status}, but ${this.#responses.map((one) => one.status).join(', ')}`);
  }

  /** Any final response. */
  async final(): Promise<Response> {
    await this.#until(() => this.#responses.some((one) => one.status >= 200));
    return this.#responses.find((one) => one.status >= 200) as Response;
  }

  /** How it ended. */
  async over(): Promise<SessionEnd> {
    await this.#until(() => this.ending !== undefined);
    return this.ending as SessionEnd;
  }

  /** A re-INVITE or UPDATE that came, the nth. */
  async refreshed(nth = 1): Promise<Request> {
    await this.#until(() => this.refreshes.length >= nth);
    return this.refreshes[nth - 1] as Request;
  }

  /** Hangs up. */
  async leaves(fields: Fields = []): Promise<void> {
    await this.#until(() => this.session !== undefined);
    await this.session?.bye(fields);
  }

  /** A re-INVITE with this offer; resolves to the final response. */
  async reinvites(offer: string | undefined, fields: Fields = []): Promise<Response> {
    if (offer !== undefined) this.answers = offer;
    const answer = await this.session?.invite(offer === undefined ? undefined : described(offer), fields);
    if (answer === undefined) throw new Error('the call is not established');
    return answer.response;
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((done) => this.#waiting.push(done));
  }

  #wake(): void {
    for (const wake of this.#waiting.splice(0)) wake();
  }
}
