import { makeRequest, UserAgent, type UserAgentOptions } from '../../../lib/sip/agent/user-agent.ts';
import { TimerWheel, type Clock } from '../../../lib/sip/clock.ts';
import { ha1Of } from '../../../lib/sip/digest/algorithm.ts';
import type { DigestAlgorithm } from '../../../lib/sip/digest/credential-source.ts';
import { DigestServer } from '../../../lib/sip/digest/server.ts';
import type { IncomingInvite } from '../../../lib/sip/dialog/incoming-invite.ts';
import type { Description } from '../../../lib/sip/dialog/description.ts';
import { OutgoingInvite } from '../../../lib/sip/dialog/outgoing-invite.ts';
import type { SessionEnd } from '../../../lib/sip/dialog/session-user.ts';
import type { Session } from '../../../lib/sip/dialog/session.ts';
import { refuse, type Incoming } from '../../../lib/sip/event/answering.ts';
import type { Refusal } from '../../../lib/sip/event/package.ts';
import { SipUri } from '../../../lib/sip/message/index.ts';
import { MemoryLocationStore } from '../../../lib/sip/registrar/location-store.ts';
import type { Registrar } from '../../../lib/sip/registrar/registrar.ts';

const HOUR = { default: 3_600, minimum: 60, maximum: 3_600 };

export interface PeerServerOptions {
  readonly algorithms?: readonly DigestAlgorithm[];
  /** Callers prove who they are too. */
  readonly challengesCalls?: boolean;
  readonly clock?: Clock;
  readonly agent?: Partial<UserAgentOptions>;
}

/** example.com: everybody's password is `secret`; it rings, answers, notifies of what is published, over UDP and TCP. */
export class PeerServer {
  readonly agent: UserAgent;
  readonly errors: unknown[] = [];
  readonly calls: IncomingInvite[] = [];
  /** How calls ended. */
  readonly ends: SessionEnd['cause'][] = [];
  readonly #digest: DigestServer;
  readonly #challengesCalls: boolean;
  #port = 0;
  #wake: () => void = () => undefined;

  private constructor(options: PeerServerOptions) {
    const { algorithms = ['SHA-256', 'MD5'], challengesCalls = false, clock = new TimerWheel() } = options;
    this.#challengesCalls = challengesCalls;
    this.#digest = new DigestServer({
      credentials: { lookup: (user, realm) => Promise.resolve({ ha1: ha1Of(user, realm, 'secret', algorithms) }) },
      algorithms,
      now: () => clock.now(),
    });
    this.agent = new UserAgent({
      clock,
      ...options.agent,
      report: (error) => this.errors.push(error),
      registrar: {
        store: new MemoryLocationStore(),
        policy: {
          serves: (domain) => domain === 'example.com' || domain === '127.0.0.1',
          authorise: (server) => this.#refusal(server),
        },
      },
    });
    this.#serve();
  }

  static async open(options: PeerServerOptions = {}): Promise<PeerServer> {
    const server = new PeerServer(options);
    // UDP may lack the port that TCP was given; another one will do.
    for (let tries = 0; ; tries++) {
      const { local } = await server.agent.listen({ protocol: 'tcp', address: '127.0.0.1', port: server.#port });
      try {
        await server.agent.listen({ protocol: 'udp', address: '127.0.0.1', port: local.port });
        server.#port = local.port;
        return server;
      } catch (error) {
        if (tries === 5) throw error;
      }
    }
  }

  get address(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  get registrar(): Registrar {
    if (this.agent.registrar === undefined) throw new TypeError('no registrar');
    return this.agent.registrar;
  }

  /** Resolves when this is so, which is looked at after everything that happens here. */
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => (this.#wake = resolve)).then(() => new Promise(setImmediate));
  }

  locations(user: string) {
    return this.registrar.locations(SipUri.of({ user, host: 'example.com' }));
  }

  /** Calls a user on the first way to his first device, the way that a home proxy would take; resolves when he has answered. */
  async callsUser(user: string): Promise<Session> {
    const { agent } = this;
    const [location] = this.locations(user)[0] ?? [];
    const flow = agent.transport.flow(location?.flow ?? '');
    const { type, body } = answer();
    const routes = (location?.routes ?? []).map((route) => ['Route', route] as const);
    const request = makeRequest('INVITE', location?.uri.toString() ?? '', {
      from: '<sip:bob@example.com>',
      to: `<sip:${user}@example.com>`,
      fields: [...routes, ['Contact', `<sip:bob@${this.address}>`], ['Content-Type', type]],
      body,
    });
    return new Promise((accepted, refused) => {
      const call = new OutgoingInvite({ layer: agent.dialogs, request, user: { accepted }, flow });
      void call.answer.then(({ response }) => {
        if (response.status >= 300) refused(new Error(response.startLine));
      });
    });
  }

  close(): Promise<void> {
    return this.agent.close();
  }

  /** The challenge of who has not proved who he is. */
  async #refusal({ request, flow }: Incoming): Promise<Refusal | undefined> {
    const outcome = await this.#digest.authenticate(request, 'example.com', flow.remote.address);
    setImmediate(() => this.#wake());
    return outcome.kind === 'user' ? undefined : { status: 401, fields: this.#digest.challenge('example.com') };
  }

  #serve(): void {
    const { agent } = this;
    agent.handle('INVITE', async (server) => {
      const refusal = this.#challengesCalls ? await this.#refusal(server) : undefined;
      if (refusal !== undefined) {
        refuse(server, refusal);
        return;
      }
      const call = agent.take(server, agent.contact(server.flow, 'plenary'), {
        offered: () => answer(),
        ended: ({ cause }) => {
          this.ends.push(cause);
          this.#wake();
        },
      });
      if (call === undefined) return;
      this.calls.push(call);
      await call.progress(180);
      await call.accept(answer());
      this.#wake();
    });
    const resource = ({ uriText }: { uriText: string }): string => /:(.*)@/.exec(uriText)?.[1] ?? '';
    agent.notifier.add({
      name: 'presence',
      mediaTypes: ['text/plain'],
      expires: HOUR,
      admit: ({ request }) => Promise.resolve({ context: resource(request) }),
      state: () => ({ contentType: 'text/plain', body: Buffer.from('here') }),
    });
    agent.compositor.add({
      name: 'presence',
      mediaTypes: ['text/plain'],
      expires: HOUR,
      admit: ({ request }) => Promise.resolve({ resource: resource(request) }),
      published: () => this.#wake(),
    });
  }
}

/** A session in which nobody says anything. */
const answer = (): Description => ({
  type: 'application/sdp',
  body: Buffer.from(
    [
      'v=0',
      'o=plenary 1 1 IN IP4 127.0.0.1',
      's=-',
      'c=IN IP4 127.0.0.1',
      't=0 0',
      'm=audio 9 RTP/AVP 0',
      'a=rtpmap:0 PCMU/8000',
      'a=inactive',
      '',
    ].join('\r\n'),
  ),
});
