import { SIP_IF_MATCH } from '../message/headers/index.ts';
import { Response } from '../message/response.ts';
import type { Clock } from '../clock.ts';
import { InOrder } from '../in-order.ts';
import { newTag } from '../token.ts';
import { refuse } from './answering.ts';
import type { Incoming } from './answering.ts';
import type { ExpiresLimits, Refusal } from './package.ts';
import { Publications } from './publications.ts';
import type { Publication, PublicationLimits } from './publications.ts';

/** An event package whose state is published (RFC 3903 §12). */
export interface PublishedPackage {
  /** As in Event. */
  readonly name: string;
  /** Media types of the state. */
  readonly mediaTypes: readonly string[];
  readonly expires: ExpiresLimits;
  /** Authentication, authorisation and the resource that the Request-URI names (RFC 3903 §6 step 1). */
  admit(server: Incoming): Promise<{ readonly resource: string } | Refusal>;
  /** The publications of a resource are now these, in the order in which they were first made. */
  published(resource: string, publications: readonly Publication[]): void;
}

export interface CompositorOptions {
  readonly clock: Clock;
  readonly limits?: Partial<PublicationLimits> | undefined;
}

interface Served {
  readonly pack: PublishedPackage;
  readonly publications: Publications;
}

/** The event state compositor (RFC 3903 §6): takes PUBLISH. */
export class Compositor {
  readonly #options: CompositorOptions;
  readonly #served = new Map<string, Served>();
  /** By Request-URI. */
  readonly #inOrder = new InOrder();

  constructor(options: CompositorOptions) {
    this.#options = options;
  }

  /** For Allow-Events. */
  get events(): readonly string[] {
    return [...this.#served.keys()];
  }

  add(pack: PublishedPackage): Publications {
    const { clock, limits } = this.#options;
    const changed = (resource: string) => pack.published(resource, publications.of(resource));
    const publications = new Publications(clock, pack, changed, limits);
    this.#served.set(pack.name, { pack, publications });
    return publications;
  }

  async receive(server: Incoming): Promise<void> {
    const refusal = await this.#inOrder.take(server.request.uriText, () => this.#publish(server));
    if (refusal !== undefined) refuse(server, refusal);
  }

  /** The steps of RFC 3903 §6. */
  async #publish(server: Incoming): Promise<Refusal | undefined> {
    const { request } = server;
    const served = this.#served.get(request.event?.type ?? '');
    if (served === undefined) return { status: 489, fields: [['Allow-Events', this.events.join(', ')]] };
    const { pack, publications } = served;
    const admitted = await pack.admit(server);
    if ('status' in admitted) return admitted;
    const contentType = request.header('Content-Type') ?? '';
    const outcome = publications.publish(admitted.resource, {
      ifMatch: request.get(SIP_IF_MATCH),
      expires: request.expires,
      state: request.body.length > 0 ? { contentType, body: request.body } : undefined,
    });
    if ('status' in outcome) return outcome;
    const fields = [['SIP-ETag', outcome.entityTag] as const, ['Expires', String(outcome.expires)] as const];
    server.respond(Response.to(request, 200, { toTag: newTag(), fields }));
    return undefined;
  }
}
