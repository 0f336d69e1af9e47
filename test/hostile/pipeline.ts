import { randomBytes } from 'node:crypto';
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { ConferenceControlServer } from '../../lib/ccmp/server.ts';
import { defaultBlueprintUri, shippedBlueprints } from '../../lib/conference/blueprints.ts';
import { commitDefaults } from '../../lib/conference/commits.ts';
import { ConferenceControl } from '../../lib/conference/control.ts';
import { controlDefaults } from '../../lib/conference/control-parts.ts';
import { Attempts } from '../../lib/directory/attempts.ts';
import { Directory } from '../../lib/directory/directory.ts';
import { HttpAuthentication } from '../../lib/http/authentication.ts';
import { Exchange } from '../../lib/http/exchange.ts';
import { factsOf } from '../../lib/http/scheme.ts';
import { MemoryStore } from '../../lib/store/memory.ts';
import { as } from '../conference/world.ts';
import { basic, CCMP_HEADERS } from '../support/party.ts';
import { PASSWORD, PEOPLE, type Name } from '../support/system.ts';

const DOMAIN = 'example.com';

export interface PipelineAnswer {
  readonly status: number;
  readonly body: string;
}

/** All that serves a CCMP request but sockets and disks: what came by HTTP goes in, what HTTP would send comes out. */
export class Pipeline {
  /** What was logged as unexpected. */
  readonly failures: unknown[] = [];
  readonly #server: ConferenceControlServer;
  readonly #authentication: HttpAuthentication;
  readonly #socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: '127.0.0.1' });

  private constructor(directory: Directory, control: ConferenceControl, attempts: Attempts) {
    const logger = { error: (what: unknown) => void this.failures.push(what) };
    this.#authentication = new HttpAuthentication(directory, attempts);
    this.#server = new ConferenceControlServer({
      control,
      users: directory,
      authentication: this.#authentication,
      logger,
    });
  }

  /** With the people of `TestSystem`, Alice as their system administrator, and the shipped blueprints. */
  static async start(): Promise<Pipeline> {
    const repository = new MemoryStore();
    const directory = new Directory(repository, { domains: [DOMAIN], key: randomBytes(32) });
    for (const login of PEOPLE) {
      const addresses = [`sip:${login}@${DOMAIN}`];
      await directory.addUser({ login, password: PASSWORD, addresses, systemAdministrator: login === 'alice' });
    }
    // Each look at the clock is an hour later, so that no wrong password slows down what comes next.
    let now = 0;
    const attempts = new Attempts(() => (now += 3_600_000));
    const control = new ConferenceControl({
      repository,
      people: {
        domain: DOMAIN,
        servesDomain: (domain) => directory.servesDomain(domain),
        principalById: (userId) => directory.principalById(userId),
        principalByAddress: (address) => directory.principalByAddress(address),
      },
      attempts,
      clock: () => 0,
      limits: { ...commitDefaults, ...controlDefaults },
      defaultBlueprint: defaultBlueprintUri(DOMAIN),
    });
    for (const blueprint of shippedBlueprints(DOMAIN)) await control.createBlueprint(as('root'), blueprint);
    return new Pipeline(directory, control, attempts);
  }

  async send(name: Name, body: string | Buffer): Promise<PipelineAnswer> {
    const request = new IncomingMessage(this.#socket);
    Object.assign(request, { method: 'POST', url: '/ccmp' });
    const headers = { ...CCMP_HEADERS, Authorization: basic(name, PASSWORD) };
    for (const [header, value] of Object.entries(headers)) request.headers[header.toLowerCase()] = value;
    request.push(body);
    request.push(null);
    const response = new KeptResponse(request);
    await this.#server.serve(new Exchange(request, response, factsOf(request)));
    await response.ended;
    return { status: response.statusCode, body: response.body };
  }

  close(): void {
    this.#authentication.close();
  }
}

class KeptResponse extends ServerResponse {
  body = '';
  readonly ended: Promise<void>;
  #over: () => void = () => undefined;

  constructor(request: IncomingMessage) {
    super(request);
    this.ended = new Promise((over) => (this.#over = over));
  }

  override end(chunk?: unknown): this {
    if (typeof chunk === 'string' || chunk instanceof Uint8Array) this.body = Buffer.from(chunk).toString();
    this.#over();
    return this;
  }
}
