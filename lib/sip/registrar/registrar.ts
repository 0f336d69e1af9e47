import type { Clock, Timer } from '../clock.ts';
import { refuse, type Incoming } from '../event/answering.ts';
import type { Refusal } from '../event/package.ts';
import { InOrder } from '../in-order.ts';
import { BadMessage } from '../message/bad-message.ts';
import { Response } from '../message/response.ts';
import type { SipUri } from '../message/uri.ts';
import { newTag } from '../token.ts';
import type { Flow } from '../transport/flow.ts';
import { addressOfRecord } from './address-of-record.ts';
import { bind } from './bindings.ts';
import { devicesOf, type Device } from './location.ts';
import type { Binding, LocationStore } from './location-store.ts';
import { supportsOutbound } from './outbound.ts';
import { registrarDefaults, type RegistrarLimits, type RegistrarPolicy } from './policy.ts';
import { readRegistration, type Registration } from './registration.ts';

export interface RegistrarOptions {
  readonly clock: Clock;
  /** Milliseconds since 1970, for records that survive a restart. */
  readonly date: () => number;
  readonly store: LocationStore;
  readonly policy: RegistrarPolicy;
  /** The open flow of an id: {@link TransportLayer.flow}. */
  readonly flow: (id: string) => Flow | undefined;
  readonly limits?: Partial<RegistrarLimits> | undefined;
  /** Told of what the store throws while nobody waits for it. */
  readonly report: (error: unknown) => void;
}

/** Extensions of REGISTER that this registrar serves. */
export const OPTION_TAGS: readonly string[] = ['path', 'outbound'];

interface Entry {
  readonly bindings: readonly Binding[];
  readonly expiry: Timer;
}

/**
 * A registrar (RFC 3261 §10.3) with Path (RFC 3327) and outbound (RFC 5626). It issues no GRUUs. What it has answered is stored; all
 * of it is in memory too.
 */
export class Registrar {
  readonly #options: RegistrarOptions;
  readonly #limits: RegistrarLimits;
  readonly #entries = new Map<string, Entry>();
  readonly #inOrder = new InOrder();

  constructor(options: RegistrarOptions) {
    this.#options = options;
    this.#limits = { ...registrarDefaults, ...options.limits };
  }

  /** Addresses that have bindings. */
  get size(): number {
    return this.#entries.size;
  }

  /** Goes on with what is stored. Resolves to the number of addresses. */
  async open(): Promise<number> {
    for await (const records of this.#options.store.all())
      for (const { address, bindings } of records) this.#show(address, bindings);
    return this.size;
  }

  /** Where requests to an address-of-record go: to one device after the other or to all of them, to each by one way at a time. */
  locations(address: SipUri): readonly Device[] {
    return devicesOf(this.#bindings(addressOfRecord(address)), (id) => this.#options.flow(id) !== undefined);
  }

  /** Answers a REGISTER, whose Require is known to be understood: the steps of RFC 3261 §10.3. @throws {BadMessage} rejects */
  async receive(server: Incoming): Promise<void> {
    const { uri } = server.request;
    const to = server.request.to.uri;
    if (to.kind !== 'sip') throw new BadMessage(400, 'To is no address-of-record'); // §10.2
    const isOurs = uri.kind === 'sip' && this.#serves(uri) && this.#serves(to);
    const address = addressOfRecord(to);
    const refusal = isOurs ? await this.#inOrder.take(address, () => this.#register(server, address)) : { status: 404 };
    if (refusal !== undefined) refuse(server, refusal);
  }

  #serves({ host }: SipUri): boolean {
    return this.#options.policy.serves(host.toLowerCase());
  }

  /** Lets no binding expire any more. */
  close(): void {
    for (const { expiry } of this.#entries.values()) expiry.cancel();
  }

  async #register(server: Incoming, address: string): Promise<Refusal | undefined> {
    const refusal = await this.#options.policy.authorise(server, address);
    if (refusal !== undefined) return refusal;
    const registration = readRegistration(server.request, server.flow, this.#limits.expires);
    if ('status' in registration) return registration;
    const refused = await this.#change(address, registration);
    if (refused !== undefined) return refused;
    server.respond(this.#accepted(server, registration, this.#bindings(address)));
    return undefined;
  }

  async #change(address: string, registration: Registration): Promise<Refusal | undefined> {
    if (registration.contacts !== 'all' && registration.contacts.length === 0) return undefined;
    const before = this.#bindings(address);
    const outcome = bind(before, registration, this.#options.date());
    if ('status' in outcome) return outcome;
    const excess = this.#excess(address, before, outcome.bindings);
    if (excess === undefined) await this.#keep(address, outcome.bindings);
    return excess;
  }

  #excess(address: string, before: readonly Binding[], after: readonly Binding[]): Refusal | undefined {
    const { addresses, bindingsPerAddress, bindingLength } = this.#limits;
    if (after.some((one) => lengthOf(one) > bindingLength)) return { status: 513 };
    if (after.length > before.length && after.length > bindingsPerAddress)
      return { status: 403, reason: 'Too Many Bindings' };
    return after.length > 0 && !this.#entries.has(address) && this.size >= addresses ? { status: 503 } : undefined;
  }

  /** Those that are not over, by time or with their flow (RFC 5626 §7). */
  #bindings(address: string): readonly Binding[] {
    const now = this.#options.date();
    return (this.#entries.get(address)?.bindings ?? []).filter(
      ({ expiresAt, outbound, flow }) =>
        expiresAt > now && (outbound === undefined || flow === undefined || this.#options.flow(flow) !== undefined),
    );
  }

  async #keep(address: string, bindings: readonly Binding[]): Promise<void> {
    if (bindings.length > 0) await this.#options.store.keep(address, { address, bindings });
    else await this.#options.store.forget(address);
    this.#show(address, bindings);
  }

  #show(address: string, bindings: readonly Binding[]): void {
    this.#entries.get(address)?.expiry.cancel();
    if (bindings.length === 0) {
      this.#entries.delete(address);
      return;
    }
    const next = Math.min(...bindings.map(({ expiresAt }) => expiresAt)) - this.#options.date();
    const expiry = this.#options.clock.after(Math.max(next, 0), () => this.#expire(address));
    this.#entries.set(address, { bindings, expiry });
  }

  #expire(address: string): void {
    const left = this.#inOrder.take(address, () => {
      const bindings = this.#bindings(address);
      this.#show(address, bindings);
      return this.#keep(address, bindings);
    });
    left.catch(this.#options.report);
  }

  #accepted({ request, flow }: Incoming, { contacts, path }: Registration, bindings: readonly Binding[]): Response {
    const now = this.#options.date();
    const isOutbound = contacts !== 'all' && contacts.some(({ outbound }) => outbound !== undefined);
    const fields: (readonly [name: string, value: string])[] = bindings.map((one) => ['Contact', valueOf(one, now)]);
    fields.push(['Date', new Date(now).toUTCString()], ['Supported', OPTION_TAGS.join(', ')]);
    for (const hop of path) fields.push(['Path', hop]);
    if (isOutbound && supportsOutbound(request)) {
      fields.push(['Require', 'outbound']);
      // Over UDP the user agent knows better how soon a NAT forgets (RFC 5626 §4.4.2).
      if (flow.reliable && request.vias.length === 1) fields.push(['Flow-Timer', String(this.#limits.flowTimer)]);
    }
    return Response.to(request, 200, { toTag: newTag(), fields });
  }
}

const lengthOf = ({ contact, parameters, path }: Binding): number =>
  path.reduce((sum, hop) => sum + hop.length, contact.length + parameters.length);

const valueOf = ({ contact, parameters, expiresAt }: Binding, now: number): string =>
  `<${contact}>${parameters};expires=${Math.ceil((expiresAt - now) / 1_000)}`;
