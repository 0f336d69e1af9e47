import type { Refusal } from '../../../lib/sip/event/package.ts';
import { parseUri, Request, type SipUri } from '../../../lib/sip/message/index.ts';
import { MemoryLocationStore, type LocationStore } from '../../../lib/sip/registrar/location-store.ts';
import type { Device } from '../../../lib/sip/registrar/location.ts';
import type { RegistrarLimits } from '../../../lib/sip/registrar/policy.ts';
import { Registrar } from '../../../lib/sip/registrar/registrar.ts';
import type { Flow } from '../../../lib/sip/transport/flow.ts';
import { flow as datagrams, handled, Received } from '../event/server.ts';
import { VirtualClock } from '../virtual-clock.ts';

/** Where the clock of the tests begins. */
export const BEGIN = Date.UTC(2026, 0, 1);

export type Fields = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A registrar of example.com in virtual time, and user agents that register with it. */
export class Stage {
  readonly clock = new VirtualClock();
  readonly store: LocationStore;
  readonly registrar: Registrar;
  readonly problems: unknown[] = [];
  /** Open flows. */
  readonly flows = new Map<string, Flow>();
  refusal: Refusal | undefined;
  /** Addresses whose bindings somebody asked to see or change. */
  readonly asked: string[] = [];
  #sequence = 0;

  constructor(limits: Partial<RegistrarLimits> = {}, store: LocationStore = new MemoryLocationStore()) {
    this.store = store;
    this.registrar = new Registrar({
      clock: this.clock,
      date: this.date,
      store,
      policy: {
        serves: (domain) => domain === 'example.com',
        authorise: (_, address) => {
          this.asked.push(address);
          return Promise.resolve(this.refusal);
        },
      },
      flow: (id) => this.flows.get(id),
      limits,
      report: (problem) => this.problems.push(problem),
    });
  }

  readonly date = (): number => BEGIN + this.clock.now();

  flow(id: string): Flow {
    const flow = { ...datagrams, id, protocol: 'tcp', reliable: true } as const;
    this.flows.set(id, flow);
    return flow;
  }

  /** A REGISTER, by default of a user agent of Alice that numbers its requests. */
  async register(fields: Fields = {}, { uri = 'sip:example.com', flow = datagrams } = {}): Promise<Received> {
    const cseq = ++this.#sequence;
    const received = new (class extends Received {
      override readonly flow = flow;
    })(
      registerRequest({ Via: `SIP/2.0/UDP 192.0.2.7;branch=z9hG4bK${cseq}`, CSeq: `${cseq} REGISTER`, ...fields }, uri),
    );
    return handled(received, (server) => this.registrar.receive(server));
  }

  devices(address = 'sip:alice@example.com'): readonly Device[] {
    return this.registrar.locations(parseUri(address) as SipUri);
  }

  /** The Request-URIs of each device. */
  uris(address?: string): string[][] {
    return this.devices(address).map((ways) => ways.map(({ uri }) => uri.toString()));
  }
}

function registerRequest(fields: Fields, uri: string): Request {
  const all: Fields = {
    From: '<sip:alice@example.com>;tag=a',
    To: '<sip:alice@example.com>',
    'Call-ID': 'phone',
    'Max-Forwards': '70',
    ...fields,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : [value].flat().map((one) => [name, one] as const),
  );
  return Request.create('REGISTER', uri, lines);
}

/** The Contacts of a response, as its lines. */
export const contactsIn = ({ responses: [response] }: Received): readonly string[] => response?.lines('Contact') ?? [];
