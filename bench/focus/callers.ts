import { UserAgent } from '../../lib/sip/agent/user-agent.ts';
import { TimerWheel } from '../../lib/sip/clock.ts';
import { Subscriber } from '../../lib/sip/event/subscriber.ts';
import type { Session } from '../../lib/sip/dialog/session.ts';

const SDP = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.1',
  't=0 0',
  'm=audio 40000 RTP/AVP 0',
  'a=rtpmap:0 PCMU/8000',
  '',
].join('\r\n');

type Fields = readonly (readonly [name: string, value: string])[];

/** Telephones of as many people as are asked for, each asserted by this trusted peer. */
export class Callers {
  readonly #agent: UserAgent;
  readonly #port: number;
  readonly #way: string;
  #sentBy = '';
  #made = 0;

  private constructor(port: number, protocol: 'udp' | 'tcp') {
    this.#port = port;
    this.#way = protocol === 'udp' ? '' : `;transport=${protocol}`;
    this.#agent = new UserAgent({
      clock: new TimerWheel(),
      limits: { transport: { unlimitedPeers: ['127.0.0.1'] }, transactions: { transactions: 1_000_000 } },
      report: (error) => {
        throw error;
      },
    });
  }

  /** Over TCP a watcher may be told more than 64 KB at once. */
  static async open(port: number, protocol: 'udp' | 'tcp' = 'udp'): Promise<Callers> {
    const callers = new Callers(port, protocol);
    const { sentBy } = await callers.#agent.listen({ protocol, address: '127.0.0.1', port: 0 });
    callers.#sentBy = sentBy;
    return callers;
  }

  /** Somebody new joins; resolves when the 200 is there. */
  join(conference: string): Promise<Session> {
    const address = `sip:p${this.#made++}@elsewhere.example`;
    return new Promise((resolve, reject) => {
      const call = this.#agent.call(
        this.#uri(conference),
        `<sip:p${this.#made}@${this.#sentBy}${this.#way}>`,
        {
          from: `<${address}>`,
          fields: [['Content-Type', 'application/sdp'], ...asserted(address)],
          body: Buffer.from(SDP),
        },
        { accepted: resolve },
        { timer: { interval: 0, minimum: 90 } },
      );
      void call.answer.then(({ response }) => {
        if (response.status >= 300) reject(new Error(`a call got ${response.status}`));
      });
    });
  }

  /** So many join, not more than `window` at the same time. */
  async joinAll(conference: string, count: number, window: number): Promise<Session[]> {
    const sessions: Session[] = [];
    let left = count;
    const work = async (): Promise<void> => {
      while (left-- > 0) sessions.push(await this.join(conference));
    };
    await Promise.all(Array.from({ length: window }, work));
    return sessions;
  }

  /** Watches a conference; `told` gets the body of each NOTIFY. */
  async watch(conference: string, address: string, accept: string, told: (body: string) => void): Promise<Subscriber> {
    const subscriber = new Subscriber({
      clock: this.#agent.clock,
      dialogs: this.#agent.dialogs,
      send: (request) => this.#agent.send(request),
      target: this.#uri(conference),
      from: `<${address}>`,
      contact: `<sip:watcher@${this.#sentBy}${this.#way}>`,
      event: 'conference',
      expires: 600,
      fields: [['Accept', accept], ...asserted(address)],
      conditional: false,
      notified: (request) => told(request.body.toString()),
      ended: () => undefined,
    });
    await subscriber.start();
    return subscriber;
  }

  close(): Promise<void> {
    return this.#agent.close();
  }

  #uri(conference: string): string {
    return `sip:${conference}@127.0.0.1:${this.#port}${this.#way}`;
  }
}

const asserted = (address: string): Fields => [['P-Asserted-Identity', `<${address}>`]];
