import { setImmediate as turn } from 'node:timers/promises';
import { ConferencePackage, type ConferencePackageParts, type Context } from '../../lib/conference-package/package.ts';
import {
  ConferencePublications,
  type PublicationRepository,
  type PublishableControl,
} from '../../lib/conference-package/publications.ts';
import type { ConferenceControl } from '../../lib/conference/control.ts';
import type { Principal } from '../../lib/directory/principal.ts';
import type { XconUri, XconUserId } from '../../lib/model/identifiers.ts';
import { NotificationService, type NotificationLimits } from '../../lib/notification/service.ts';
import type { Incoming } from '../../lib/sip/event/answering.ts';
import { DialogLayer } from '../../lib/sip/dialog/layer.ts';
import { Compositor } from '../../lib/sip/event/compositor.ts';
import { Notifier } from '../../lib/sip/event/notifier.ts';
import type { Request } from '../../lib/sip/message/request.ts';
import { Response } from '../../lib/sip/message/response.ts';
import type { Answer, Outgoing } from '../../lib/sip/transaction/outgoing.ts';
import type { Flow } from '../../lib/sip/transport/flow.ts';
import { MemoryRecords } from '../../lib/store/memory-records.ts';
import { as, changes, DOMAIN, endpoint, idOf, person, sipOf, user, world } from '../conference/world.ts';
import { flow, handled, Received, request } from '../sip/event/server.ts';
import { VirtualClock } from '../sip/virtual-clock.ts';

export interface Told {
  /** Milliseconds. */
  readonly at: number;
  readonly state: string;
  readonly contentType: string | undefined;
  readonly body: string;
  readonly request: Request;
  /** How it was answered. */
  readonly answered: Answering;
}

/** How a phone answers a NOTIFY; `never`: it does not. */
export type Answering = { readonly status: number; readonly retryAfter?: number; readonly after?: number } | 'never';

/** A telephone that subscribes, and remembers what it was told. */
export class Watch {
  readonly name: string;
  readonly told: Told[] = [];
  answering: Answering = { status: 200 };
  /** Takes no connection: what is too large for a datagram does not reach it. */
  isBehindDatagrams = false;
  subscribed: Received;
  readonly #stage: ConferenceStage;

  constructor(stage: ConferenceStage, name: string, subscribed: Received) {
    this.#stage = stage;
    this.name = name;
    this.subscribed = subscribed;
  }

  get last(): Told | undefined {
    return this.told.at(-1);
  }

  /** The status of the answer to the newest SUBSCRIBE. */
  get status(): number | undefined {
    return this.subscribed.status;
  }

  header(name: string): string | undefined {
    return this.subscribed.header(name);
  }

  /** Subscribes again in the dialog. */
  async refreshes(fields: Readonly<Record<string, string | undefined>> = {}): Promise<Received> {
    const first = this.subscribed.request;
    const [to] = this.subscribed.responses[0]?.headers('To') ?? [];
    this.subscribed = await this.#stage.receive(
      request(
        'SUBSCRIBE',
        {
          From: first.header('From'),
          To: to,
          'Call-ID': first.callId,
          Contact: first.header('Contact'),
          Event: first.header('Event'),
          Expires: '3600',
          Accept: first.header('Accept'),
          ...fields,
        },
        { uri: first.uriText },
      ),
    );
    return this.subscribed;
  }
}

let phones = 0;

/** The conference event package over a fresh world, in virtual time, its telephones in memory. */
export class ConferenceStage {
  readonly clock = new VirtualClock();
  readonly records: MemoryRecords<never>;
  readonly control: ConferenceControl;
  readonly service: NotificationService;
  readonly notifier: Notifier;
  readonly pack: ConferencePackage;
  readonly compositor: Compositor;
  /** What takes publications, over other records. */
  readonly restarted: (records: PublicationRepository, control: PublishableControl) => ConferencePublications;
  readonly dialogs: DialogLayer;
  readonly errors: unknown[] = [];
  /** Turns of the event loop without a NOTIFY after which nothing more is expected. */
  patience = 8;
  readonly #watches: Map<string, Watch>;
  readonly #people: readonly Principal[];
  #told = 0;
  #isKilled = false;

  private constructor(
    control: ConferenceControl,
    people: readonly Principal[],
    limits: Partial<NotificationLimits>,
    records = new MemoryRecords<never>(),
    watches = new Map<string, Watch>(),
  ) {
    const { clock } = this;
    this.#people = people;
    this.#watches = watches;
    this.records = records;
    const report = (error: unknown): void => void this.errors.push(error);
    this.control = control;
    this.service = new NotificationService({ control, clock, limits, onError: report });
    this.dialogs = new DialogLayer({ outgoing: this.#outgoing(), flow: () => undefined, report });
    const { dialogs } = this;
    const contact = (_: unknown, name: string, parameters = ''): string => `<sip:${name}@192.0.2.1:5060${parameters}>`;
    this.notifier = new Notifier({
      ...{ clock, dialogs, report },
      date: () => clock.now(),
      contact: (server) => contact(server, 'plenary'),
    });
    const byId = new Map(people.map((one) => [one.userId, one]));
    const parts = {
      ...{ clock, contact, report },
      senders: {
        identify: ({ request: { from } }: Incoming) => {
          const name = from.uri.kind === 'sip' ? (from.uri.user ?? '') : '';
          const principal = byId.get(idOf(name));
          return Promise.resolve(
            principal === undefined ? { status: 401 } : { principal, source: flow.remote.address },
          );
        },
      },
      people: {
        domain: DOMAIN,
        servesDomain: (domain: string) => domain === DOMAIN,
        principalById: (id: XconUserId) => Promise.resolve(byId.get(id)),
      },
    } satisfies Partial<ConferencePackageParts>;
    const { service } = this;
    this.pack = new ConferencePackage({ ...parts, notification: service, conferences: control, repository: records });
    this.notifier.add(this.pack);
    this.compositor = new Compositor({ clock });
    this.restarted = (repository, other) => new ConferencePublications({ ...parts, control: other, repository });
    this.compositor.add(this.restarted(new MemoryRecords(), control));
  }

  static async open(
    limits: Partial<NotificationLimits> = {},
    names: readonly string[] = ['root', 'alice', 'bob', 'carol', 'dave', 'erin', 'frank'],
  ): Promise<ConferenceStage> {
    const people = names.map(person);
    const { control } = await world({ users: 20_000 }, people);
    return new ConferenceStage(control, people, limits);
  }

  /** Another that goes on with what this one has stored, which says nothing any more. */
  async killed(): Promise<ConferenceStage> {
    this.#isKilled = true;
    const next = new ConferenceStage(this.control, this.#people, {}, this.records, this.#watches);
    for await (const records of this.records.all())
      for (const record of records) {
        const subscription = next.notifier.restore<Context>(record);
        if (subscription !== undefined) next.pack.resume(subscription);
      }
    await next.#quiet();
    return next;
  }

  /** A conference of Alice's that everybody who has an account may join; she is in it. */
  async conference(): Promise<XconUri> {
    const { uri } = await this.control.create(as('alice'), {});
    const open = '<xcon:user-admission-policy>openAuthenticated</xcon:user-admission-policy>';
    await this.control.update(as('alice'), uri, changes(`<info:users>${open}</info:users>`));
    await this.joins('alice', uri);
    return uri;
  }

  async joins(name: string, uri: XconUri, more = ''): Promise<void> {
    const inside = endpoint(sipOf(name), '<info:status>connected</info:status>');
    await this.control.createUser(this.as(name), uri, user(idOf(name), inside + more));
  }

  as(name: string): ReturnType<typeof as> {
    return { ...as('alice'), caller: { kind: 'user', principal: person(name) } };
  }

  sip(uri: XconUri): string {
    return uri.replace('xcon:', 'sip:');
  }

  async subscribes(
    name: string,
    uri: string,
    fields: Readonly<Record<string, string | undefined>> = {},
    body?: string,
  ): Promise<Watch> {
    phones += 1;
    const from = { From: `<${sipOf(name)}>;tag=${phones}`, Contact: `<sip:${name}@192.0.2.7>` };
    const subscribe = request(
      'SUBSCRIBE',
      { ...from, To: `<${uri}>`, Event: 'conference', Expires: '3600', ...fields },
      { uri, ...(body !== undefined && { body }) },
    );
    const server = new Received(subscribe);
    const watch = new Watch(this, name, server);
    this.#watches.set(subscribe.callId, watch);
    await this.#take(server);
    return watch;
  }

  /** The answer to a PUBLISH. */
  async publishes(
    name: string,
    uri: XconUri,
    body: string,
    fields: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Received> {
    const own = { From: `<${sipOf(name)}>;tag=p`, Event: 'conference', Expires: '600' };
    const type = body === '' ? undefined : 'application/conference-info+xml';
    const publish = request('PUBLISH', { ...own, 'Content-Type': type, ...fields }, { uri: this.sip(uri), body });
    const server = await handled(new Received(publish), (one) => this.compositor.receive(one));
    await quiet();
    return server;
  }

  async receive(asked: Request): Promise<Received> {
    const server = new Received(asked);
    await this.#take(server);
    return server;
  }

  /** Lets time pass, with everything that happens in it. */
  async pass(ms: number): Promise<void> {
    const end = this.clock.now() + ms;
    await this.#quiet();
    for (let next = this.clock.next; next !== undefined && next <= end; next = this.clock.next) {
      this.clock.advance(next - this.clock.now());
      await this.#quiet();
    }
    this.clock.advance(end - this.clock.now());
    await this.#quiet();
  }

  /** Until everything that needs no time has happened, however much that is. */
  async #quiet(): Promise<void> {
    for (let told = -1; told !== this.#told;) {
      told = this.#told;
      for (let rounds = 0; rounds < this.patience; rounds += 1) await turn();
    }
  }

  async #take(server: Received): Promise<void> {
    await handled(server, async () => {
      if (!(await this.dialogs.receive(server as never))) await this.notifier.subscribe(server);
    });
    await this.#quiet();
  }

  #outgoing(): Outgoing {
    const send = (notify: Request): Promise<Answer> =>
      new Promise((done) => {
        const watch = this.#watches.get(notify.callId);
        if (watch === undefined) throw new Error('nobody has this Call-ID');
        if (this.#isKilled) return;
        if (watch.isBehindDatagrams && notify.body.length > 65_000) {
          const way = { protocol: 'udp' } as Flow;
          done({ response: Response.to(notify, 503), request: notify, flow: way, cause: 'transport' });
          return;
        }
        watch.told.push({
          at: this.clock.now(),
          state: notify.header('Subscription-State') ?? '',
          contentType: notify.header('Content-Type'),
          // Shared by all who see the same: nobody else needs it as text.
          get body() {
            return notify.body.toString();
          },
          request: notify,
          answered: watch.answering,
        });
        this.#told += 1;
        const { answering } = watch;
        const respond = (status: number, cause?: 'timeout', fields: readonly [string, string][] = []): void =>
          done({ response: Response.to(notify, status, { fields }), request: notify, flow: undefined, cause });
        // Timer F (RFC 3261 §17.1.2.2).
        if (answering === 'never') this.clock.after(32_000, () => respond(408, 'timeout'));
        else {
          const { status, retryAfter, after = 0 } = answering;
          const fields: [string, string][] = retryAfter === undefined ? [] : [['Retry-After', String(retryAfter)]];
          const answer = (): void => respond(status, undefined, fields);
          if (after === 0) setImmediate(answer);
          else this.clock.after(after, answer);
        }
      });
    return { send } as unknown as Outgoing;
  }
}

/** Until everything that needs no time has happened. */
export async function quiet(): Promise<void> {
  for (let rounds = 0; rounds < 8; rounds += 1) await turn();
}
